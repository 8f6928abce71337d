"""A call as people see it: one conversation with its segments.

These are values. The tracker makes a new `Call` for every change, so whoever received one
may keep it, compare it and store it without asking what happened since.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from callcard.telephony.values import value


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """How a call ended. A call that is still going on has none."""

    ANSWERED = "answered"
    MISSED = "missed"  # it rang until the PBX gave up
    CANCELLED = "cancelled"  # the caller gave up before anyone answered
    BUSY = "busy"
    FAILED = "failed"  # never rang: unreachable, not allowed, congestion
    NOT_PLACED = "not_placed"  # asked for by a button, but the own phone, which rings first, was not picked up
    UNKNOWN = "unknown"  # its end was not seen


class SegmentOutcome(StrEnum):
    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"  # it rang here, another extension took it
    MISSED = "missed"
    CANCELLED = "cancelled"
    BUSY = "busy"
    FAILED = "failed"
    FORWARDED = "forwarded"
    UNKNOWN = "unknown"


class Role(StrEnum):
    CALLER = "caller"  # who began the call
    CALLED = "called"  # who was rung


@value
class Party:
    """Who a segment belongs to. An own phone has `extension`; an outside party has `number`.

    `number` is as the PBX sent it, untouched; empty when there is none. `withheld` is the
    caller's own wish (anonymous, restricted), which is not the same as merely having no number.
    """

    extension: str = ""
    number: str = ""
    name: str = ""
    withheld: bool = False

    @property
    def is_own(self) -> bool:
        return bool(self.extension)


@value
class Segment:
    """One extension or party in the call. Times are aware; durations are in seconds."""

    key: str  # unique within the call and stable across its changes
    party: Party
    role: Role
    rang_at: datetime | None = None
    answered_at: datetime | None = None  # joined with another person, not with music or a menu
    ended_at: datetime | None = None
    talk_seconds: float = 0.0  # time joined with another person, holds included
    hold_seconds: float = 0.0
    held: bool = False
    outcome: SegmentOutcome | None = None  # None while it rings or talks
    queue: str = ""  # the queue or ring group through which it was rung, when the PBX tells

    @property
    def is_ringing(self) -> bool:
        """This phone is ringing now because somebody calls it."""
        return (
            self.role is Role.CALLED and self.rang_at is not None and self.answered_at is None and self.ended_at is None
        )

    @property
    def is_talking(self) -> bool:
        return self.answered_at is not None and self.ended_at is None


@value
class Call:
    """One conversation.

    `key` is the PBX's own id of it, unique within `pbx`. `line` is the company number that was
    called (inbound) or the number shown to the other side (outbound), as far as the PBX tells.
    `dialled` is what the caller dialled.
    """

    pbx: str
    key: str
    direction: Direction
    caller: Party
    dialled: str = ""
    line: str = ""
    queue: str = ""  # the last queue it waited in
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    segments: tuple[Segment, ...] = ()
    recorded: bool = False
    complete: bool = True  # False: part of it was not seen
    placed_by_button: str = ""  # the id of the Dial command that began it

    @property
    def ring_seconds(self) -> float:
        """From the start to the answer, or to the end when nobody answered."""
        until = self.answered_at or self.ended_at
        return max(0.0, (until - self.started_at).total_seconds()) if until else 0.0

    @property
    def talk_seconds(self) -> float:
        """From the first answer to the end, holds included; 0 while it goes on."""
        if self.answered_at is None or self.ended_at is None:
            return 0.0
        return max(0.0, (self.ended_at - self.answered_at).total_seconds())

    @property
    def hold_seconds(self) -> float:
        """Held time of all segments together."""
        return sum(segment.hold_seconds for segment in self.segments)

    @property
    def answered_by(self) -> Segment | None:
        """The first called segment that was answered."""
        answered = [s for s in self.segments if s.role is Role.CALLED and s.answered_at]
        return min(answered, key=lambda s: (s.answered_at, s.key), default=None)

    @property
    def outside(self) -> Party:
        """The party outside the company; for an internal call, the caller."""
        if self.direction is Direction.OUTBOUND:
            for segment in self.segments:
                if segment.role is Role.CALLED and not segment.party.is_own:
                    return segment.party
            return Party(number=self.dialled)
        return self.caller

    @property
    def ringing_extensions(self) -> frozenset[str]:
        return frozenset(s.party.extension for s in self.segments if s.is_ringing and s.party.extension)
