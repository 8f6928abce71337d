"""In the window of a call and in lists: whether its number is blocked, and the way to block it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callcard.calls.models import Call
from callcard.calls.screening.queries import blocked_at_the_time, blocking_lines
from callcard.staff.company import company
from callcard.staff.models import User

_ASKING_SECONDS = 1.0  # a caller hears the line ring while the telephone system asks us


def number_to_block(call: Call, user: User) -> str:
    """Empty for those who may not block, of calls between colleagues, and where there is no number."""
    is_own = call.direction == Call.Direction.INTERNAL or call.match == Call.Match.OWN
    return "" if not user.may("calls.block") or is_own or call.withheld else call.whole_number


def block_of_call(call: Call, user: User) -> Mapping[str, Any] | None:
    note_blocked([call], user)
    number = number_to_block(call, user)
    return {"number": call.e164 or call.number, "is_blocked": call.block != "may"} if number else None


def note_blocked(calls: Sequence[Call], user: User) -> None:
    """Tell each call of a list whether its number may be blocked there, is, or begins as blocked ones do; and, to
    everybody, whether that is why it rang nowhere."""
    found = {call.pk: number_to_block(call, user) for call in calls}
    quiet = {call.pk: (call.whole_number, call.started_at) for call in calls if _rang_nowhere(call)}
    turned_away = {pk: moment for pk, moment in quiet.items() if moment[0]}
    if not turned_away and not any(found.values()):
        return
    region = company().region
    were_blocked = blocked_at_the_time(turned_away, region=region)
    lines = blocking_lines({number for number in found.values() if number}, region=region)
    for call in calls:
        call.was_blocked = call.pk in were_blocked
        if number := found[call.pk]:
            line = lines.get(number)
            call.block = "may" if line is None else "begins" if line.is_prefix else "is"


def _rang_nowhere(call: Call) -> bool:
    """Came from outside and was turned away, as a dial plan does with whom it shall not let through."""
    is_turned_away = call.outcome in (Call.Outcome.BUSY, Call.Outcome.FAILED)
    return call.direction == Call.Direction.INBOUND and is_turned_away and call.ring_seconds < _ASKING_SECONDS
