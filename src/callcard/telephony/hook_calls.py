"""From what a provider's requests tell to events of legs. Requests may come in any order, late, and twice.

Each request makes the whole story of its call be told again, in the order in which it happened: to a tracker the same
event twice changes nothing, and what a late request adds is then in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from callcard.telephony import events
from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.hooks import Happened, HookNotice

SILENT_FOR = timedelta(hours=6)
"""A call of which nothing was heard for so long is over: its end was not told."""
_REMEMBERED = 2000  # calls that are over, for what comes late
_RANKS = {happened: rank for rank, happened in enumerate(Happened)}


class HookCalls:
    """What is known of each call that was told of lately."""

    def __init__(self) -> None:
        self._told: dict[str, list[HookNotice]] = {}

    def take(self, notice: HookNotice) -> list[events.Event]:
        """All that is known of its call, as events."""
        told = self._told.pop(notice.call, [])
        if notice not in told:
            told.append(notice)
        self._told[notice.call] = told  # the last that was spoken of stands last
        self._forget()
        return _story(told).told

    def in_progress(self, now: datetime) -> events.CallsInProgress:
        """The calls that go on, as far as was told."""
        living = [told for told in self._told.values() if _goes_on(told, now)]
        return events.CallsInProgress(at=now, legs=tuple(leg for told in living for leg in _story(told).now()))

    def _forget(self) -> None:
        for call in list(self._told)[: max(0, len(self._told) - _REMEMBERED)]:
            if any(notice.what is Happened.ENDED for notice in self._told[call]):
                del self._told[call]


def _goes_on(told: list[HookNotice], now: datetime) -> bool:
    has_ended = any(notice.what is Happened.ENDED for notice in told)
    return not has_ended and max(notice.at for notice in told) > now - SILENT_FOR


def _in_order(told: list[HookNotice]) -> list[HookNotice]:
    return sorted(told, key=lambda notice: (notice.at, _RANKS[notice.what], notice.extension))


def _story(told: list[HookNotice]) -> _Story:
    ordered = _in_order(told)
    story = _Story(ordered)
    for notice in ordered:
        story.tell(notice)
    return story


class _Story:
    """One call, told from its beginning, and all its legs with it: when a phone was reached for is told by its ring."""

    def __init__(self, ordered: list[HookNotice]) -> None:
        first = next((notice for notice in ordered if notice.extension), ordered[0])
        self.call, self.began_at, self.is_outgoing = first.call, first.began_at, first.is_outgoing
        self.outside = f"{self.call}/outside"
        self.own = {
            notice.extension: f"{self.call}/{notice.extension}"
            for notice in ([first] if first.is_outgoing else ordered)
            if notice.extension
        }
        self.told: list[events.Event] = [*(self._placed(first) if first.is_outgoing else self._arrived(first))]
        self._ringing: dict[str, None] = {}  # legs, in their order
        self._joined: set[str] = set()
        self._ended: set[str] = set()

    def _arrived(self, first: HookNotice) -> Iterator[events.Event]:
        yield self._began(self.outside, Role.CALLER, first.outside, dialled=first.line)
        for extension, leg in self.own.items():
            yield self._began(leg, Role.CALLED, Party(extension=extension))

    def _placed(self, first: HookNotice) -> Iterator[events.Event]:
        own, number = self.own[first.extension], first.outside.number
        yield self._began(own, Role.CALLER, Party(extension=first.extension), dialled=number)
        yield events.LegAnswered(at=self.began_at, leg=own)
        yield self._began(self.outside, Role.CALLED, first.outside)
        yield events.LegDialled(at=self.began_at, leg=self.outside, by=own, number=number, shown=first.line)

    def _began(self, leg: str, role: Role, party: Party, dialled: str = "") -> events.LegBegan:
        return events.LegBegan(at=self.began_at, leg=leg, call=self.call, role=role, party=party, dialled=dialled)

    def tell(self, notice: HookNotice) -> None:
        at = max(notice.at, self.began_at)
        if notice.recorded:
            self.told.append(events.RecordingStarted(at=at, leg=self.outside))
        leg = self.outside if self.is_outgoing else self.own.get(notice.extension)
        if notice.what is Happened.ENDED:
            self._end(at, notice.outcome)
        elif leg is None or leg in self._ended:
            return
        elif notice.what is Happened.RANG:
            self._ringing[leg] = None
            self.told.append(events.LegRang(at=at, leg=leg))
        elif notice.what is Happened.ANSWERED:
            self._answer(at, leg)
        elif notice.what is Happened.STOPPED and not self.is_outgoing:
            self._stop([leg], at, notice.outcome or SegmentOutcome.MISSED)
            self._end_legs([leg], at)

    def _answer(self, at: datetime, leg: str) -> None:
        """Whoever else rang is not wanted any more; that another was quicker is found by the tracker."""
        self._ringing.pop(leg, None)
        losers = list(self._ringing)
        self._stop(losers, at, SegmentOutcome.CANCELLED)
        self._end_legs(losers, at)
        self.told.append(events.LegAnswered(at=at, leg=leg))
        for joined in (*self.own.values(), self.outside) if self.is_outgoing else (self.outside, leg):
            if joined not in self._joined:
                self._joined.add(joined)
                self.told.append(events.LegJoined(at=at, leg=joined, room=self.call))

    def _stop(self, legs: Iterable[str], at: datetime, outcome: SegmentOutcome) -> None:
        for leg in legs:
            self._ringing.pop(leg, None)
            if leg not in self._joined:
                self.told.append(events.RingingEnded(at=at, leg=leg, outcome=outcome))

    def _end(self, at: datetime, outcome: SegmentOutcome | None) -> None:
        if outcome is SegmentOutcome.ANSWERED and not self._joined:
            self._ringing.clear()  # somebody answered, and it was not told who
            self._end_legs([self.outside, *self.own.values()], at, SegmentOutcome.UNKNOWN)
            return
        if not self._joined:
            called = [self.outside] if self.is_outgoing else list(self._ringing)
            self._stop(called, at, outcome or SegmentOutcome.MISSED)
            if outcome is SegmentOutcome.CANCELLED and not self.is_outgoing:
                self.told.append(events.LegHungUp(at=at, leg=self.outside))
        self._stop(list(self._ringing), at, SegmentOutcome.CANCELLED)
        self._end_legs([self.outside, *self.own.values()], at)

    def _end_legs(self, legs: Iterable[str], at: datetime, outcome: SegmentOutcome | None = None) -> None:
        for leg in legs:
            if leg not in self._ended:
                self._ended.add(leg)
                self.told.append(events.LegEnded(at=at, leg=leg, outcome=outcome))

    def now(self) -> Iterator[events.LegInProgress]:
        """The legs that live."""
        for began in self.told:
            if isinstance(began, events.LegBegan) and began.leg not in self._ended:
                yield events.LegInProgress(
                    leg=began.leg,
                    call=self.call,
                    began_at=began.at,
                    role=began.role,
                    party=began.party,
                    dialled=began.dialled,
                    ringing=began.leg in self._ringing,
                    room=self.call if began.leg in self._joined else "",
                )
