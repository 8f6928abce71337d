"""Who is at the other end of a user's telephone: a softphone is told a number, and by few PBXs what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.veiled import legible_for
from callcard.switchboard.whom import name_of
from callcard.telephony.numbers import read_number

_LOOKED_BACK = timedelta(hours=12)
_AT_ONCE = 8  # calls of one person
_DIGITS_COMPARED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """`name` is empty unless the user may see it; `call_id` is the call in which they talk, as far as it is known."""

    name: str
    number: str  # as people read it
    call_id: int | None


def partner(user: User, raw: str, *, is_only: bool) -> Partner:
    """`raw`: the number that the telephone knows. `is_only`: it has no other call, so the user's one call is this one,
    whoever it has been handed on to."""
    calls = _open_calls(user)
    number = read_number(raw, company().region).e164 or raw
    found = calls[0] if is_only and len(calls) == 1 else _with_number(calls, number)
    if found is not None and found.direction != Call.Direction.INTERNAL and (found.e164 or found.number):
        number = found.e164 or found.number
    return Partner(name=name_of(number, user), number=legible_for(user, number), call_id=found.pk if found else None)


def _open_calls(user: User) -> list[Call]:
    rows = Segment.objects.filter(user=user, ended_at=None, call__ended_at=None).exclude(answered_at=None)
    rows = rows.filter(began_at__gt=timezone.now() - _LOOKED_BACK).select_related("call").order_by("-began_at")
    return list({row.call_id: row.call for row in rows[:_AT_ONCE]}.values())


def _with_number(calls: list[Call], number: str) -> Call | None:
    ending = number[-_DIGITS_COMPARED:]
    found = [call for call in calls if ending and (call.e164 or call.number or call.dialled).endswith(ending)]
    return found[0] if len(found) == 1 else None
