"""Calls of a customer who is merged into another; the pop-up of a call that goes on follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from callcard.calls.models import Call, Notice
from callcard.customers.merging import Back, Json, follows, moves
from callcard.live.services import Tell, tell

# Older pop-ups are in nobody's way: a page that is opened later reads them anew.
_ON_SCREENS = timedelta(hours=12)


def name_tables() -> None:
    moves(Call)
    follows("calls", merged=_merged, undoing=_undoing)


def _merged(kept_id: int, gone_ids: Sequence[int]) -> Json:
    for call in Call.objects.select_for_update().filter(ended_at=None):
        _choose_again(call, kept_id, set(gone_ids))
    _tell_who_sees([kept_id, *gone_ids])
    return None


def _undoing(back: Back, _told: Json) -> None:
    _tell_who_sees([back.kept_id])


def _choose_again(call: Call, kept_id: int, gone: set[int]) -> None:
    """Several customers with this number may be one by now."""
    if not gone.intersection(call.candidates):
        return
    call.candidates = list(dict.fromkeys(kept_id if pk in gone else pk for pk in call.candidates))
    if call.candidates == [kept_id] and call.match == Call.Match.SEVERAL:
        call.customer_id, call.match, call.candidates = kept_id, Call.Match.EXACT, []
    call.save(update_fields=["candidates", "customer", "match"])


def _tell_who_sees(customer_ids: Sequence[int]) -> None:
    """The last thing of a transaction."""
    seen = Notice.objects.filter(closed_at=None, rang_at__gt=timezone.now() - _ON_SCREENS)
    shown = seen.filter(call__customer__in=customer_ids) | seen.filter(call__customer=None, call__ended_at=None)
    pairs = shown.distinct().values_list("user_id", "call_id")
    tell([Tell(user_id=user_id, kind="popup", payload={"call": call_id}) for user_id, call_id in pairs])
