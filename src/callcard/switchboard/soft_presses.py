"""Presses that the softphone was to call by. Whether it did, its page knows, and the log."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from callcard.calls.models import Segment
from callcard.switchboard.models import DialRequest

_TOLD_WITHIN = timedelta(minutes=5)
_CLOCKS_DIFFER = timedelta(seconds=5)  # the telephone system's and ours


def note_not_made(request: DialRequest) -> None:
    """Nothing was dialled, says the page; so it is written, unless the log knows a call that came of it, or it is told
    too late to be about this press."""
    now = timezone.now()
    if request.problem or request.requested_at < now - _TOLD_WITHIN or _is_in_log(request):
        return
    rows = DialRequest.objects.filter(pk=request.pk, problem="")
    rows.update(problem="not_made", changed_at=now)


def _is_in_log(request: DialRequest) -> bool:
    calls = Segment.objects.filter(user=request.user_id, began_at__gte=request.requested_at - _CLOCKS_DIFFER)
    is_to_it = Q(call__e164=request.number) | Q(call__number=request.number) | Q(call__dialled=request.number)
    return calls.filter(is_to_it, role="caller").exists()
