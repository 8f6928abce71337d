"""Finds the facts of a leg, a call or a room, joins calls that turn out to be one, and forgets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from callcard.telephony.tracker.facts import CallFacts, LegFacts

_FORGOTTEN_LEGS = 20_000


class Register:
    """`remembered` is how many calls that are over stay open for corrections.

    It is a number and not a time, because the clock of one leg's late events says nothing about another's.
    Of calls older than that only the names of their legs are kept, so that a late event begins no second call.
    """

    def __init__(self, remembered: int) -> None:
        self.legs: dict[str, LegFacts] = {}
        self.calls: dict[CallFacts, None] = {}
        self._by_id: dict[str, CallFacts] = {}
        self._by_room: dict[str, CallFacts] = {}
        self._remembered = remembered
        self._fading: deque[CallFacts] = deque()
        self._forgotten: dict[str, None] = {}

    def live_calls(self) -> Iterator[CallFacts]:
        return (call for call in self.calls if not call.is_over)

    def call_with_id(self, call_id: str) -> CallFacts | None:
        return self._by_id.get(call_id)

    def take_up(self, call: CallFacts) -> None:
        """Add a call that was kept elsewhere while the program did not run."""
        self.calls[call] = None
        self.legs |= call.legs
        self._by_id |= dict.fromkeys(call.ids, call)
        self._by_room |= dict.fromkeys(call.rooms, call)

    def leg_that_begins(self, name: str, call_id: str) -> LegFacts | None:
        """None when it is the late repetition of a leg that is over and forgotten."""
        leg = self.legs.get(name)
        if leg is None:
            if name in self._forgotten:
                return None
            leg = self._new_leg(name, self._by_id.get(call_id))
        self.link_call(leg, call_id)
        return leg

    def leg_mentioned(self, name: str) -> LegFacts | None:
        """A leg of which another speaks, perhaps before its own first event has come."""
        leg = self.legs.get(name)
        if leg is None and name not in self._forgotten:
            leg = self._new_leg(name, None)
            self.fade(leg.owner)  # so that it is not kept for ever if it never begins
        return leg

    def link_call(self, leg: LegFacts, call_id: str) -> None:
        call = self._by_id.get(call_id)
        if call is None:
            self._by_id[call_id] = leg.owner
            leg.owner.ids.add(call_id)
        elif call is not leg.owner:
            self._join(leg.owner, call)

    def link_room(self, leg: LegFacts, room: str) -> None:
        call = self._by_room.get(room)
        if call is None:
            self._by_room[room] = leg.owner
            leg.owner.rooms.add(room)
        elif call is not leg.owner:
            self._join(leg.owner, call)

    def link_leg(self, leg: LegFacts, other_name: str) -> LegFacts | None:
        """None when one of the two is forgotten, perhaps only now, to make room for the other."""
        other = self.leg_mentioned(other_name)
        if other is None or leg.owner not in self.calls or other.owner not in self.calls:
            return None
        if other.owner is not leg.owner:
            self._join(leg.owner, other.owner)
        return other

    def fade(self, call: CallFacts) -> None:
        """Say that a call is over, or only hearsay. It is forgotten when enough others have followed."""
        if call.fading:
            return
        call.fading = True
        self._fading.append(call)
        while len(self._fading) > self._remembered:
            self._forget(self._fading.popleft())

    def let_go(self) -> None:
        """Of everything, so that nothing is left for the collector: a call and its legs know each other."""
        for call in self.calls:
            call.surprise()
            call.legs = {}

    def _forget(self, call: CallFacts) -> None:
        if call not in self.calls or not call.is_over:
            return
        del self.calls[call]
        for name in call.legs:
            del self.legs[name]
            self._forgotten[name] = None
        for call_id in call.ids:
            del self._by_id[call_id]
        for room in call.rooms:
            del self._by_room[room]
        while len(self._forgotten) > _FORGOTTEN_LEGS:
            del self._forgotten[next(iter(self._forgotten))]

    def _new_leg(self, name: str, call: CallFacts | None) -> LegFacts:
        if call is None:
            call = CallFacts()
            self.calls[call] = None
        leg = self.legs[name] = call.legs[name] = LegFacts(name, call)
        return leg

    def _join(self, one: CallFacts, other: CallFacts) -> None:
        if len(one.legs) < len(other.legs):
            one, other = other, one
        del self.calls[other]
        one.absorb(other)
        self._by_id |= dict.fromkeys(other.ids, one)
        self._by_room |= dict.fromkeys(other.rooms, one)
