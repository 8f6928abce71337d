"""In the window of a call and in lists: whether its number is blocked, and the way to block it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callcard.calls.models import Call
from callcard.calls.screening.queries import blocking_lines, blocks_of
from callcard.staff.company import company
from callcard.staff.models import User


def number_to_block(call: Call, user: User) -> str:
    """Empty for those who may not block, of calls between colleagues, and where there is no number."""
    is_own = call.direction == Call.Direction.INTERNAL or call.match == Call.Match.OWN
    return "" if user.role != User.Role.ADMINISTRATOR or is_own or call.withheld else call.e164 or call.number


def block_of_call(call: Call, user: User) -> Mapping[str, Any] | None:
    number = number_to_block(call, user)
    if not number:
        return None
    return {"number": number, "block": next(iter(blocks_of(number, region=company().region)), None)}


def note_blocked(calls: Sequence[Call], user: User) -> None:
    """Tell each call of a list whether its number may be blocked there, is, or begins as blocked ones do."""
    found = {call.pk: number_to_block(call, user) for call in calls}
    numbers = {pk: number for pk, number in found.items() if number}
    if not numbers:
        return
    lines = blocking_lines(set(numbers.values()), region=company().region)
    for call in calls:
        if number := numbers.get(call.pk):
            line = lines.get(number)
            call.block = "may" if line is None else "begins" if line.is_prefix else "is"
