"""What is known of each leg, and which legs are one call.

Facts are only ever added, each with its own time, and adding one twice changes nothing. So what is known in
the end does not depend on the order in which different legs' events came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from callcard.telephony.call import Call, Party, Role, Segment, SegmentOutcome

if TYPE_CHECKING:
    from callcard.telephony.tracker.cast import Cast
    from callcard.telephony.tracker.scene import Scene

Move = tuple[datetime, bool, str]  # when, True: joined / False: left, room
Hold = tuple[datetime, bool]  # when, True: held / False: taken back
Span = tuple[datetime, datetime | None]  # from, until; None: it goes on
Wait = tuple[datetime, str, bool | None]  # when, queue, None: joined / whether it was left by hanging up
_NOBODY = Party()


@dataclass(slots=True, eq=False)
class LegFacts:
    """All that is known of one leg. It may be mentioned by others before it began: `began_at` is None then."""

    leg: str
    owner: CallFacts
    began_at: datetime | None = None
    call: str = ""
    role: Role = Role.CALLED
    party: Party = _NOBODY
    identified_at: datetime | None = None
    pipe: str = ""
    dialled: str = ""
    placed_by: str = ""
    dialled_by: str = ""
    sent_number: str = ""
    shown_number: str = ""
    asked_for: str = ""
    rang_at: datetime | None = None
    picked_up_at: datetime | None = None
    given_up_at: datetime | None = None
    given_up_as: SegmentOutcome | None = None
    taken_by_other: bool = False
    moves: list[Move] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    recorded: bool = False
    hung_up_at: datetime | None = None
    ended_at: datetime | None = None
    ended_as: SegmentOutcome | None = None
    seen_from_begin: bool = True
    vanished: bool = False  # ended while nobody watched
    version: int = 0  # counts what became known of it
    drawn: tuple[object, Segment] | None = None  # its last picture, and what that depended on

    @property
    def is_live(self) -> bool:
        return self.began_at is not None and self.ended_at is None

    @property
    def is_person(self) -> bool:
        return self.began_at is not None and not self.pipe

    @property
    def room(self) -> str:
        """Where it is now, as far as its moves tell; empty for nowhere."""
        if not self.moves or self.ended_at is not None:
            return ""
        _, joined, room = self.moves[-1]
        return room if joined else ""

    @property
    def gone_at(self) -> datetime | None:
        """When the person was out of it. A PBX may keep the leg of who hung up, to ring that phone back."""
        has_left = self.hung_up_at is not None and bool(self.moves) and not self.room
        return self.hung_up_at if has_left else self.ended_at

    @property
    def queue(self) -> str:
        """Where it waits now; empty for nowhere."""
        if not self.waits or self.ended_at is not None:
            return ""
        _, queue, left = self.waits[-1]
        return queue if left is None else ""

    @property
    def last_seen_at(self) -> datetime | None:
        happenings: list[tuple[datetime, object]] = [(at, room) for at, _, room in self.moves[-1:]]
        happenings += [*self.holds[-1:], *((at, queue) for at, queue, _ in self.waits[-1:])]
        times = [self.began_at, self.rang_at, self.picked_up_at, *(at for at, _ in happenings)]
        return max((at for at in times if at is not None), default=None)


@dataclass(slots=True, eq=False)
class CallFacts:
    """Legs that are one call."""

    legs: dict[str, LegFacts] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)  # every call id by which its legs went
    rooms: set[str] = field(default_factory=set)
    shown: dict[str, Call] = field(default_factory=dict)  # what was last told, by key
    watched: bool = True  # False: the link was down while it went on
    fading: bool = False  # over, and waiting to be forgotten
    cast: Cast | None = None  # who plays which part; None: to be found anew
    scene: Scene | None = None  # what segments look like depends on it; None: to be set anew
    spans: dict[str, list[Span]] | None = None  # who talked when, by leg; None: to be measured anew

    @property
    def is_over(self) -> bool:
        for leg in self.legs.values():  # noqa: SIM110  asked of every event, and all() takes three times as long
            if leg.ended_at is None and leg.began_at is not None:
                return False
        return True

    @property
    def has_begun(self) -> bool:
        for leg in self.legs.values():  # noqa: SIM110  as above
            if leg.began_at is not None:
                return True
        return False

    @property
    def seen_at(self) -> list[datetime]:
        """When each of its legs was last heard of."""
        return [at for leg in self.legs.values() if (at := leg.last_seen_at) is not None]

    def absorb(self, other: CallFacts) -> None:
        for leg in other.legs.values():
            leg.owner = self
        self.legs |= other.legs
        self.ids |= other.ids
        self.rooms |= other.rooms
        self.shown |= other.shown
        self.watched = self.watched and other.watched
        self.fading = False
        self.surprise()
        other.legs = {}  # so that there is nothing to tell of it any more

    def surprise(self) -> None:
        """Something became known that may change how every leg looks, and which part it plays."""
        self.cast = self.scene = self.spans = None
