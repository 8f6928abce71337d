"""Whom somebody asks while the other side of a call waits."""

from __future__ import annotations

from django.db.models import F, Q

from callcard.calls.models import Segment
from callcard.staff.models import User
from callcard.staff.veiled import legible_for
from callcard.switchboard.dial_words import asking_in_words
from callcard.switchboard.whom import name_of
from callcard.telephony.numbers import read_number


def asked(user: User, segment: Segment, *, is_held: bool, region: str) -> str:
    """In words; empty while nobody is asked. `segment`: of the user, who talks."""
    other = _within(segment) or (_on_another_line(user, segment) if is_held else None)
    if other is None:
        return ""
    number = other.extension or read_number(other.number, region).e164 or other.number
    who = name_of(number, user) or legible_for(user, number)
    return asking_in_words(who, is_ringing=other.answered_at is None)


def _within(segment: Segment) -> Segment | None:
    """Asked by the telephone system's own means: that phone rings in the same call, later than one has talked."""
    rows = Segment.objects.filter(call=segment.call_id, role="called", ended_at=None).exclude(pk=segment.pk)
    return rows.filter(rang_at__gt=segment.answered_at).order_by("-rang_at").first()


def _on_another_line(user: User, segment: Segment) -> Segment | None:
    """Asked by a call of its own, which the same phone has placed since."""
    own = Segment.objects.filter(user=user, role="caller", ended_at=None, began_at__gt=segment.answered_at)
    own = own.filter(call__ended_at=None, call__pbx=segment.call.pbx).exclude(call=segment.call_id)
    called = Segment.objects.filter(call__in=own.values("call"), role="called", ended_at=None)
    reached = called.filter(Q(rang_at__isnull=False) | Q(answered_at__isnull=False))
    return reached.order_by(F("answered_at").desc(nulls_last=True), "-pk").first()
