"""Writes down what happens on a PBX, second by second, as the events that a connector would give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from callcard.telephony import events
from callcard.telephony.call import Call, Party, Role, SegmentOutcome
from callcard.telephony.changes import CallMerged, Change
from callcard.telephony.tracker import CallTracker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CUSTOMER = Party(number="+99365123456", name="Customer One")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def phone(extension: str) -> Party:
    return Party(extension=extension, name=f"Agent {extension}")


class Script:
    """`now` is in seconds after NOON; every happening takes a hundredth, so that no two are at once."""

    def __init__(self) -> None:
        self.events: list[events.Event] = []
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def _moment(self) -> datetime:
        self.now += 0.01
        return at(self.now)

    def caller(self, leg: str, party: Party = CUSTOMER, *, dialled: str = "100", placed_by: str = "") -> None:
        self.events.append(
            events.LegBegan(
                at=self._moment(),
                leg=leg,
                call=leg,
                role=Role.CALLER,
                party=party,
                dialled=dialled,
                placed_by=placed_by,
            )
        )

    def called(self, leg: str, party: Party, call: str) -> None:
        self.events.append(events.LegBegan(at=self._moment(), leg=leg, call=call, role=Role.CALLED, party=party))

    def rings(self, leg: str, extension: str, call: str) -> None:
        self.called(leg, phone(extension), call)
        self.events.append(events.LegRang(at=self._moment(), leg=leg))

    def helpers(self, pipe: str, call: str, role: Role = Role.CALLED) -> None:
        for end in "12":
            self.events.append(
                events.HelperBegan(at=self._moment(), leg=f"{pipe}{end}", call=call, pipe=pipe, role=role)
            )

    def rang(self, leg: str) -> None:
        self.events.append(events.LegRang(at=self._moment(), leg=leg))

    def dialled(self, leg: str, by: str, **told: str) -> None:
        self.events.append(events.LegDialled(at=self._moment(), leg=leg, by=by, **told))

    def answered(self, leg: str) -> None:
        self.events.append(events.LegAnswered(at=self._moment(), leg=leg))

    def given_up(self, outcome: SegmentOutcome, *legs: str) -> None:
        for leg in legs:
            self.events.append(events.RingingEnded(at=self._moment(), leg=leg, outcome=outcome))

    def joined(self, room: str, *legs: str, call: str = "") -> None:
        for leg in legs:
            self.events.append(events.LegJoined(at=self._moment(), leg=leg, room=room, call=call))

    def left(self, room: str, *legs: str) -> None:
        for leg in legs:
            self.events.append(events.LegLeft(at=self._moment(), leg=leg, room=room))

    def held(self, leg: str) -> None:
        self.events.append(events.LegHeld(at=self._moment(), leg=leg))

    def unheld(self, leg: str) -> None:
        self.events.append(events.LegUnheld(at=self._moment(), leg=leg))

    def linked(self, leg: str, other: str) -> None:
        self.events.append(events.LegsLinked(at=self._moment(), leg=leg, other=other))

    def picked_up(self, leg: str, target: str) -> None:
        self.events.append(events.LegPickedUp(at=self._moment(), leg=leg, target=target))

    def queued(self, leg: str, queue: str) -> None:
        self.events.append(events.QueueJoined(at=self._moment(), leg=leg, queue=queue))

    def unqueued(self, leg: str, queue: str, *, abandoned: bool = False) -> None:
        self.events.append(events.QueueLeft(at=self._moment(), leg=leg, queue=queue, abandoned=abandoned))

    def hung_up(self, leg: str) -> None:
        self.events.append(events.LegHungUp(at=self._moment(), leg=leg))

    def recorded(self, leg: str) -> None:
        self.events.append(events.RecordingStarted(at=self._moment(), leg=leg))

    def ended(self, *legs: str, outcome: SegmentOutcome | None = None) -> None:
        for leg in legs:
            self.events.append(events.LegEnded(at=self._moment(), leg=leg, outcome=outcome))


def track(told: Iterable[events.Event], tracker: CallTracker | None = None) -> list[Change]:
    tracker = tracker or CallTracker("main")
    return [change for event in told for change in tracker.feed(event)]


def stored(changes: Iterable[Change]) -> dict[str, Call]:
    """What a reader holds in the end who stores every change under its key."""
    calls: dict[str, Call] = {}
    for change in changes:
        if isinstance(change, CallMerged):
            calls.pop(change.absorbed_key, None)
        calls[change.call.key] = change.call
    return calls


def only_call(told: Iterable[events.Event]) -> Call:
    (call,) = stored(track(told)).values()
    return call


def outcomes(call: Call) -> list[tuple[str, str, str | None]]:
    """(who, role, outcome) of each segment."""
    return [(s.party.extension or s.party.number, s.role.value, s.outcome and s.outcome.value) for s in call.segments]
