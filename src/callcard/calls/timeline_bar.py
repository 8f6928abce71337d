"""A call drawn as a bar for each who took part: when it rang for them, and when they talked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

_SHORTEST = 0.6  # per cent: what is shorter could not be seen


class Part(Protocol):
    """A segment of the call."""

    role: str
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where to where, in per cent of the call. `kind`: "rang" or "talked"."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The call's beginning and end; of one that goes on, until now."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return max(self.end - self.begin, timedelta(seconds=1))

    def stretch(self, kind: str, begin: datetime, end: datetime) -> Stretch:
        start = min(100 - _SHORTEST, max(0.0, (begin - self.begin) / self.length * 100))
        width = min(100 - start, max(_SHORTEST, (end - begin) / self.length * 100))
        return Stretch(kind, round(start, 2), round(width, 2))


def scale_of(started_at: datetime, ended_at: datetime | None, parts: Iterable[Part], now: datetime) -> Scale:
    """Records of telephone systems are not always exact: no part is left outside."""
    ends = [part.ended_at for part in parts if part.ended_at]
    return Scale(started_at, max([ended_at or now, *ends, started_at]))


def stretches(part: Part, scale: Scale) -> Sequence[Stretch]:
    """How it rang and talked at one of those who took part."""
    end = part.ended_at or scale.end
    rang = part.rang_at or (scale.begin if part.role == "caller" else None)
    drawn = []
    if rang is not None and (part.answered_at is None or part.answered_at > rang):
        drawn.append(scale.stretch("rang", rang, part.answered_at or end))
    if part.answered_at is not None and end > part.answered_at:
        drawn.append(scale.stretch("talked", part.answered_at, end))
    return drawn
