"""In the window of a call: whether its number is blocked, and the way to block it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcard.calls.models import Call
from callcard.calls.screening.queries import blocks_of
from callcard.staff.company import company
from callcard.staff.models import User


def block_of_call(call: Call, user: User) -> Mapping[str, Any] | None:
    """Nothing for those who may not block, and nothing of calls between colleagues."""
    number = call.e164 or call.number
    if user.role != User.Role.ADMINISTRATOR or not number or call.direction == "internal":
        return None
    return {"number": number, "block": next(iter(blocks_of(number, region=company().region)), None)}
