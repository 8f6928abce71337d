"""Who waits to be called back: decided from all calls of a person at once, so the order they came to be known in
does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

REACHED_SECONDS = 5.0
"""A shorter talk is a wrong button or a mailbox's first word: nobody was reached."""
HELD_TOGETHER = timedelta(days=30)
"""Missed calls that are further apart are not the same waiting."""
WORTH_OPENING = timedelta(days=7)
"""Of a call that is learned of later than this, nobody is called back any more."""
WITHHELD_SHOWN = timedelta(days=1)
"""Who hid their number cannot be called; after this time they are no news either."""
_MISSED = frozenset({"missed", "cancelled"})
_OUTSIDE = frozenset({"inbound", "outbound"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One call of a person: we missed it, or it reached them (or them us)."""

    call_id: int
    started_at: datetime
    ended_at: datetime
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """`times`: how often they called in vain. `last_call`: id of the newest of these calls."""

    first_at: datetime
    last_at: datetime
    times: int
    last_call: int


def is_missed(*, direction: str, outcome: str, match: str) -> bool:
    """Whether somebody from outside called and nobody spoke to them."""
    return direction == "inbound" and outcome in _MISSED and match != "own"


def is_reached(*, direction: str, outcome: str, talk_seconds: float, is_by_hand: bool) -> bool:
    """Whether we and somebody outside spoke. Who writes a talk down by hand need not know how long it was."""
    long_enough = talk_seconds >= REACHED_SECONDS or is_by_hand
    return direction in _OUTSIDE and outcome == "answered" and long_enough


def key_of(*, call_id: int, customer_id: int | None, e164: str, number: str, is_withheld: bool) -> str:
    """Who a call was with: a customer, else a number; each call without a number stands for itself."""
    if customer_id is not None:
        return f"c:{customer_id}"
    if is_withheld or not (e164 or number):
        return f"w:{call_id}"
    return f"n:{e164 or number}"


def waiting(heard: Iterable[Heard], *, settled_at: datetime | None) -> Waiting | None:
    """What is left of a person's calls: those missed after the last talk, and after `settled_at`, when somebody said
    by hand that it is done. None: nobody waits."""
    known = {one.call_id: one for one in heard}.values()
    since = max((one.ended_at for one in known if not one.is_missed), default=None)
    left = [
        one
        for one in known
        if one.is_missed
        and (since is None or one.started_at > since)
        and (settled_at is None or one.started_at > settled_at)
    ]
    if not left:
        return None
    newest = max(left, key=lambda one: (one.started_at, one.call_id))
    left = [one for one in left if one.started_at >= newest.started_at - HELD_TOGETHER]
    return Waiting(min(one.started_at for one in left), newest.started_at, len(left), newest.call_id)


def is_worth_opening(waits: Waiting, *, key: str, now: datetime) -> bool:
    longest = WITHHELD_SHOWN if key.startswith("w:") else WORTH_OPENING
    return waits.last_at > now - longest
