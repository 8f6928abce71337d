"""Calls as a PBX's own record tells them afterwards, in words no vendor owns.

A record is made of entries: "this leg reached for that leg from here to there, and this became of it". CDR rows, SMDR
lines and the histories of hosted PBXs all are that. One call may have many entries; `collecting` finds which, and
`retelling` draws the call that the tracker would have drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from callcard.telephony.call import Party, SegmentOutcome
from callcard.telephony.values import value


@value
class RecordedLeg:
    """`leg` is the same in every entry that speaks of this leg; `known_as` is its id in live events, if told."""

    leg: str
    party: Party
    known_as: str = ""
    pipe: str = ""  # a helper's, as in events.HelperBegan


@value
class RecordEntry:
    """One line of the record. `outcome` tells what became of it when nobody talked, of `called` if there is one.

    `call` is the PBX's id of the conversation, by which live events know it too; empty where the record has none.
    `answered_at`: when caller and called began to talk; None: they did not. `called_at`: when `called` was reached for,
    if not at once. `forwarded`: because another phone sent the call on. `gave_up`: the caller hung up before anybody
    answered. `waited_from`: since when the caller stood in `queue`. `recording`: its file's name.
    """

    id: str  # of the line, unique within the PBX: a line that comes twice is one
    call: str
    caller: RecordedLeg
    called: RecordedLeg | None = None
    began_at: datetime
    answered_at: datetime | None = None
    called_at: datetime | None = None
    ended_at: datetime
    outcome: SegmentOutcome | None = None
    dialled: str = ""
    sent_number: str = ""  # what was sent to the trunk to reach `called`
    shown_number: str = ""  # what was shown to `called`
    placed_by: str = ""
    queue: str = ""
    waited_from: datetime | None = None
    gave_up: bool = False
    forwarded: bool = False
    recorded: bool = False
    recording: str = ""


@value
class RecordFault:
    """A line that cannot be read. `problem` is a stable word; `place` tells where to look."""

    problem: str
    place: str = ""
    sample: str = ""


@value
class Portion:
    """Some entries in the order in which the PBX wrote them. `cursor`: where to go on after them, as plain text.

    `share`: how much of what there is has been read with this portion, 0 to 1.
    """

    entries: tuple[RecordEntry, ...]
    cursor: str
    share: float = 1.0
    faults: tuple[RecordFault, ...] = ()


class RecordProblem(Exception):
    """The record cannot be read. `problem` is a stable word for translation, `detail` what to look at."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail


class Record(Protocol):
    """Where a PBX keeps its calls."""

    def read_since(self, cursor: str, since: datetime) -> Iterator[Portion]:
        """What was written after `cursor`; with an empty one, all that ended at `since` or later.

        Memory does not grow with the length of the record. A line may be given again, in this or in a later reading,
        but none is left out. Raises RecordProblem.
        """

    def try_out(self) -> str:
        """One sentence of facts for the administrator: what is there. Raises RecordProblem."""
