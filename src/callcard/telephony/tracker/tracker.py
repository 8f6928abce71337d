"""Events in, changes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from callcard.telephony import events
from callcard.telephony.call import Call
from callcard.telephony.changes import Change
from callcard.telephony.tracker.differences import differences
from callcard.telephony.tracker.facts import CallFacts, LegFacts
from callcard.telephony.tracker.memory import Memory, facts_from, memory_of
from callcard.telephony.tracker.portrait import portray
from callcard.telephony.tracker.recording import RECORDERS
from callcard.telephony.tracker.register import Register
from callcard.telephony.tracker.resync import absent_legs, retell
from callcard.telephony.tracker.silence import has_nothing_to_tell, look_anew

_REMEMBERED = 500


def looks_like_extension(number: str) -> bool:
    """Up to six digits or signs, and not written internationally."""
    return len(number) <= 6 and not number.startswith("+")


def _link_room(register: Register, leg: LegFacts, event: events.LegJoined) -> bool:
    register.link_room(leg, event.room)
    if event.call:
        register.link_call(leg, event.call)
    return False


def _link_dialler(register: Register, leg: LegFacts, event: events.LegDialled) -> bool:
    if event.by:
        register.link_leg(leg, event.by)
    return False


def _link_other(register: Register, leg: LegFacts, event: events.LegsLinked) -> bool:
    """Who hands a call on by hanging up has left it by now, though the PBX may keep their leg for a while."""
    register.link_leg(leg, event.other)
    return leg.gone_at is not None


def _link_target(register: Register, leg: LegFacts, event: events.LegPickedUp) -> bool:
    target = register.link_leg(leg, event.target)
    if target is None or target.taken_by_other:
        return False
    target.taken_by_other = True
    target.version += 1
    return True


def _find_beginning(register: Register, event: events.LegBegan | events.HelperBegan) -> LegFacts | None:
    return register.leg_that_begins(event.leg, event.call)


def _find_mentioned(register: Register, event: events.LegEvent) -> LegFacts | None:
    return register.leg_mentioned(event.leg)


def _find_known(register: Register, event: events.LegEvent) -> LegFacts | None:
    return register.legs.get(event.leg)


_FINDERS: dict[type[events.LegEvent], Callable[[Register, Any], LegFacts | None]] = {
    events.LegBegan: _find_beginning,
    events.HelperBegan: _find_beginning,
    events.LegDialled: _find_mentioned,
    events.RingingEnded: _find_mentioned,
}
# Each answers whether it learned something of another leg.
_LINKS: dict[type[events.LegEvent], Callable[[Register, LegFacts, Any], bool]] = {
    events.LegJoined: _link_room,
    events.LegDialled: _link_dialler,
    events.LegsLinked: _link_other,
    events.LegPickedUp: _link_target,
}
_KINDS = frozenset(RECORDERS) | frozenset(_LINKS)
_Way = tuple[
    Callable[[Register, Any], LegFacts | None],
    Callable[[LegFacts, Any], bool] | None,
    Callable[[Register, LegFacts, Any], bool] | None,
]
# By kind of event: how its leg is found, what is written down of it, what it links. One look-up instead of three.
_WAYS: dict[type[events.Event], _Way] = {
    kind: (_FINDERS.get(kind, _find_known), RECORDERS.get(kind), _LINKS.get(kind)) for kind in _KINDS
}


class CallTracker:
    """Makes calls of the events of one PBX.

    `is_own_extension` is asked about what an own phone dialled, before it is known whom that reaches. The last
    `remembered` calls that are over stay open for corrections.
    """

    def __init__(
        self,
        pbx: str,
        *,
        is_own_extension: Callable[[str], bool] = looks_like_extension,
        remembered: int = _REMEMBERED,
    ) -> None:
        self._pbx = pbx
        self._is_own_extension = is_own_extension
        self._register = Register(remembered)
        self._lost_at: datetime | None = None

    @property
    def size(self) -> int:
        """How many calls are in memory."""
        return len(self._register.calls)

    def memory_of(self, call_key: str) -> Memory | None:
        """What `restore` needs to go on with this call in another process, as plain JSON data."""
        facts = self._register.call_with_id(call_key)
        return memory_of(facts, self._lost_at) if facts is not None else None

    def restore(self, call: Call, memory: Memory, *, heard_until: datetime | None = None) -> None:
        """Take up a call that was going on when the program stopped. Comes before the first event.

        `heard_until`: the last moment at which the PBX is known to have been listened to; a call that turns out to have
        ended meanwhile ends then.

        What happened meanwhile is told by the CallsInProgress that follows. Raises KeyError, TypeError or
        ValueError when `memory` is not of this version's making.
        """
        facts, lost_at = facts_from(memory, call)
        self._register.take_up(facts)
        self._lost_at = self._lost_at or lost_at or heard_until

    def calls_of(self, told: Iterable[events.Event]) -> list[Call]:
        """The calls as they are after all of it, which nobody was told of before; the last thing it is asked."""
        for event in told:
            way = _WAYS.get(type(event))
            if way is not None:
                self._note(event, way)
        drawn = [portray(self._pbx, call, self._is_own_extension) for call in self._register.calls if call.has_begun]
        self._register.let_go()
        return [call for call in drawn if call is not None]

    def feed(self, event: events.Event) -> list[Change]:
        """Take in one event. Never raises, whatever the order or the content."""
        return self.feed_many((event,))

    def feed_many(self, told: Iterable[events.Event]) -> list[Change]:
        """Take in what came at once. Each call it concerns is told of once, as it is after all of it."""
        changes: list[Change] = []
        touched: dict[CallFacts, None] = {}
        for event in told:
            way = _WAYS.get(type(event))
            if way is not None:
                call = self._take(event, way)
                if call is not None:
                    touched[call] = None
                continue
            changes += self._tell_all(touched)
            touched.clear()
            if isinstance(event, events.CallsInProgress):
                changes += self._resync(event)
            elif isinstance(event, events.LinkLost):
                changes += self._lose_link(event)
        return changes + self._tell_all(touched)

    def _tell_all(self, touched: Iterable[CallFacts]) -> list[Change]:
        return [change for call in touched for change in self._tell(call)]

    def _note(self, event: events.Event, way: _Way) -> None:
        """As `_take`, while nothing was drawn that might have to be drawn anew."""
        find, record, link = way
        leg = find(self._register, event)
        if leg is not None and record is not None:
            record(leg, event)
        if leg is not None and link is not None:
            link(self._register, leg, event)

    def _take(self, event: events.Event, way: _Way) -> CallFacts | None:
        """The call that is changed by this event, if any is."""
        find, record, link = way
        leg = find(self._register, event)
        if leg is None:
            return None
        was_vanished = leg.vanished
        if was_vanished:  # it was taken for ended, yet here it speaks
            leg.ended_at, leg.vanished = None, False
        news = record is not None and record(leg, event)
        call = leg.owner
        linked = link is not None and link(self._register, leg, event)
        if was_vanished or linked or leg.owner is not call or len(call.shown) > 1:  # this may be one with another call
            leg.version += 1
            leg.owner.surprise()
            return leg.owner
        if not news:
            return None
        leg.version += 1
        look_anew(leg, event)
        return None if has_nothing_to_tell(leg, event) else call

    def _tell(self, facts: CallFacts) -> list[Change]:
        if not facts.has_begun:
            return []
        if facts.is_over:
            self._register.fade(facts)
        else:
            facts.fading = False
        call = portray(self._pbx, facts, self._is_own_extension)
        if call is None:
            return []
        told = differences(facts.shown, call)
        facts.shown = {call.key: call}
        return told

    def _lose_link(self, event: events.LinkLost) -> list[Change]:
        self._lost_at = event.at
        changes: list[Change] = []
        for call in self._register.live_calls():
            call.watched = False
            call.surprise()
            changes += self._tell(call)
        return changes

    def _resync(self, event: events.CallsInProgress) -> list[Change]:
        lost_at, self._lost_at = self._lost_at, None
        touched = [leg for listed in event.legs if (leg := self._retell(listed, event.at)) is not None]
        absent = list(absent_legs(self._register.legs.values(), event))
        # All of a call's legs were there when the last of them was heard of: whoever talked then, talked.
        ends = {call: max(lost_at or event.at, *call.seen_at) for call in {leg.owner for leg in absent}}
        for leg in absent:
            leg.vanished, leg.owner.watched = True, False
            leg.version += 1
            leg.ended_at = ends[leg.owner]
            touched.append(leg)
        calls = {leg.owner: None for leg in touched}
        for call in calls:
            call.surprise()
        return self._tell_all(calls)

    def _retell(self, listed: events.LegInProgress, at: datetime) -> LegFacts | None:
        """The leg, when the list told something new of it."""
        leg = self._register.leg_that_begins(listed.leg, listed.call)
        if leg is None or leg.ended_at is not None:
            return None
        if listed.room:
            self._register.link_room(leg, listed.room)
        joined = len(leg.owner.shown) > 1
        return leg if retell(leg, listed, at) or joined else None
