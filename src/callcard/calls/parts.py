"""What other rooms and features put into the window of a call: a recording with its player, what it cost, screening.

    offer_part(CallPart("recording", "recordings/of_call.html", recording_of))  # in the AppConfig.ready of the feature

`read` is asked once for each window, with a call that this user may see; None: there is nothing to show.

    offer_mark(mark_rows)  # looks once at all calls of a page of the log, and notes on them what their lines show
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcard.calls.models import Call
from callcard.staff.models import User


@dataclass(frozen=True, slots=True)
class CallPart:
    """`template` gets what `read` returns as `part`, besides `call`. Parts stand in the order of `place`."""

    key: str
    template: str
    read: Callable[[Call, User], Mapping[str, Any] | None]
    place: int = 50


@dataclass(frozen=True, slots=True)
class ShownPart:
    key: str
    template: str
    part: Mapping[str, Any]


_PARTS: dict[str, CallPart] = {}


def offer_part(part: CallPart) -> None:
    _PARTS[part.key] = part


Mark = Callable[[Sequence[Call], User], None]
_MARKS: list[Mark] = []


def offer_mark(mark: Mark) -> None:
    _MARKS.append(mark)


def mark_rows(calls: Sequence[Call], user: User) -> None:
    for mark in _MARKS:
        mark(calls, user)


def parts_of(call: Call, user: User) -> Iterator[ShownPart]:
    for part in sorted(_PARTS.values(), key=lambda one: (one.place, one.key)):
        told = part.read(call, user)
        if told is not None:
            yield ShownPart(part.key, part.template, told)
