"""The simulated switch: calls, their legs, and the events that tell of them. No time of its own, no chance."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.events import (
    Event,
    LegAnswered,
    LegBegan,
    LegDialled,
    LegEnded,
    LegHeld,
    LegHungUp,
    LegJoined,
    LegLeft,
    LegRang,
    LegUnheld,
    QueueJoined,
    QueueLeft,
    RingingEnded,
)

Emit = Callable[[Sequence[Event], int], None]


class NoSuchCall(LookupError):
    """No call, or no such phone in it, at this moment."""


@dataclass(slots=True)
class Leg:
    key: str
    extension: str  # empty: the outside party
    answered: bool = False
    in_room: bool = False


@dataclass(slots=True)
class LiveCall:
    key: str
    queue: str = ""
    legs: list[Leg] = field(default_factory=list)
    count: int = 0  # legs that ever were
    waits_in_queue: bool = False
    is_consulting: bool = False  # one of those who talk asks somebody else meanwhile
    placed_by: str = ""

    @property
    def ringing(self) -> list[Leg]:
        return [leg for leg in self.legs[1:] if not leg.answered]

    @property
    def talking(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.in_room]


class Board:
    """Every method tells the sink at once. `run_id` makes the keys of this run unlike those of every other."""

    def __init__(self, emit: Emit, run_id: str) -> None:
        self.calls: dict[str, LiveCall] = {}
        self._emit = emit
        self._run_id = run_id
        self._numbers = itertools.count(1)

    @property
    def engaged(self) -> set[str]:
        """The extensions that ring or talk."""
        return {leg.extension for call in self.calls.values() for leg in call.legs if leg.extension}

    # Beginning

    def ring(self, caller: Party, extensions: Sequence[str], *, line: str, queue: str = "") -> str:
        """Somebody calls and these phones ring. Gives the call's key."""
        call, events = self._begin(caller, dialled=line)
        if queue:
            call.queue, call.waits_in_queue = queue, True
            events.append(QueueJoined(at=_now(), leg=call.legs[0].key, queue=queue))
        for extension in extensions:
            events += self._add(call, Party(extension=extension))
        self._tell(events)
        return call.key

    def dial(self, extension: str, number: str, *, placed_by: str = "") -> str:
        """A phone is about to call. By a button (`placed_by`) it rings first; otherwise it was just dialled on."""
        call, events = self._begin(Party(extension=extension), dialled=number, placed_by=placed_by)
        leg = call.legs[0]
        leg.answered = not placed_by
        events.append(LegRang(at=_now(), leg=leg.key) if placed_by else LegAnswered(at=_now(), leg=leg.key))
        self._tell(events)
        return call.key

    def pick_up(self, key: str) -> None:
        """The phone that a button rang is taken off the hook."""
        leg = self._call(key).legs[0]
        leg.answered = True
        self._tell([LegAnswered(at=_now(), leg=leg.key)])

    def reach(self, key: str, party: Party) -> None:
        """The call goes on to another phone or to an outside number, which rings."""
        call = self._call(key)
        self._tell(self._add(call, party))

    # Going on

    def answer(self, key: str, extension: str = "") -> None:
        """The ringing phone (of the outside party, when no extension is given) is answered; the others stop."""
        call = self._call(key)
        leg = next((leg for leg in call.ringing if leg.extension == extension), None)
        if leg is None:
            raise NoSuchCall(f"{extension or 'nobody outside'} does not ring in {key}")
        events = self._join(call, leg)
        for other in call.ringing:
            events += self._stop(call, other, SegmentOutcome.CANCELLED)
        self._tell(events)

    def hold(self, key: str, extension: str) -> None:
        self._tell([LegHeld(at=_now(), leg=self._leg(key, extension).key)])

    def unhold(self, key: str, extension: str) -> None:
        self._tell([LegUnheld(at=_now(), leg=self._leg(key, extension).key)])

    def transfer(self, key: str, extension: str, to: Party) -> None:
        """Blind: `to` rings, `extension` is out. Raises NoSuchCall when it does not talk."""
        call, leg = self._call(key), self._talking_leg(key, extension)
        events: list[Event] = [LegLeft(at=_now(), leg=leg.key, room=call.key)]
        events += [LegEnded(at=_now(), leg=leg.key), *self._add(call, to)]
        call.legs.remove(leg)
        self._tell(events)

    def consult(self, key: str, extension: str, to: Party) -> None:
        """Attended: the others are held while `to` rings; when `extension` hangs up, they are left together."""
        call, leg = self._call(key), self._talking_leg(key, extension)
        call.is_consulting = True
        self._tell([LegHeld(at=_now(), leg=leg.key), *self._add(call, to)])

    def refuse(self, key: str, extension: str, outcome: SegmentOutcome) -> None:
        """One phone stops ringing without an answer."""
        self._tell(self._stop(self._call(key), self._leg(key, extension), outcome))

    # Ending

    def hang_up(self, key: str, by: str | None = None, *, unanswered: SegmentOutcome | None = None) -> None:
        """The call ends. `by` is an extension, or "" for the outside party, who hung up.

        Phones that still ring stop with `unanswered`, by default CANCELLED.
        """
        call = self._call(key)
        events: list[Event] = []
        for leg in call.ringing:
            events += self._stop(call, leg, unanswered or SegmentOutcome.CANCELLED)
        if call.waits_in_queue:
            call.waits_in_queue = False
            events.append(QueueLeft(at=_now(), leg=call.legs[0].key, queue=call.queue, abandoned=by is not None))
        first = next((leg for leg in call.legs if leg.extension == by), None)
        if first is not None:
            events.append(LegHungUp(at=_now(), leg=first.key))
        events += [LegEnded(at=_now(), leg=leg.key) for leg in call.legs]
        del self.calls[key]
        self._tell(events)

    def drop_leg(self, key: str, leg_key: str) -> None:
        """One leg is hung up, and the call with it when fewer than two are left."""
        call = self._call(key)
        leg = next((leg for leg in call.legs if leg.key == leg_key), None)
        if leg is None:
            raise NoSuchCall(f"no leg {leg_key} in {key}")
        if len(call.legs) <= 2 or (leg is call.legs[0] and not call.is_consulting):
            self.hang_up(key, leg.extension)
        elif leg.answered:
            call.legs.remove(leg)
            self._tell([LegEnded(at=_now(), leg=leg.key)])
        else:
            self._tell(self._stop(call, leg, SegmentOutcome.CANCELLED))

    # Parts

    def _begin(self, caller: Party, *, dialled: str, placed_by: str = "") -> tuple[LiveCall, list[Event]]:
        call = LiveCall(key=f"sim-{self._run_id}-{next(self._numbers)}", placed_by=placed_by)
        self.calls[call.key] = call
        return call, self._leg_began(call, caller, Role.CALLER, dialled=dialled, placed_by=placed_by)

    def _add(self, call: LiveCall, party: Party) -> list[Event]:
        events = self._leg_began(call, party, Role.CALLED)
        leg = call.legs[-1]
        if party.number:
            events.append(LegDialled(at=_now(), leg=leg.key, by=call.legs[0].key, number=party.number))
        return [*events, LegRang(at=_now(), leg=leg.key)]

    def _leg_began(
        self, call: LiveCall, party: Party, role: Role, *, dialled: str = "", placed_by: str = ""
    ) -> list[Event]:
        leg = Leg(key=f"{call.key}.{call.count}", extension=party.extension)
        call.count += 1
        call.legs.append(leg)
        began = LegBegan(
            at=_now(), leg=leg.key, call=call.key, role=role, party=party, dialled=dialled, placed_by=placed_by
        )
        return [began]

    def _join(self, call: LiveCall, leg: Leg) -> list[Event]:
        caller = call.legs[0]
        events: list[Event] = [LegAnswered(at=_now(), leg=leg.key)]
        leg.answered = True
        if call.waits_in_queue:
            call.waits_in_queue = False
            events.append(QueueLeft(at=_now(), leg=caller.key, queue=call.queue))
        if not caller.answered:
            caller.answered = True
            events.append(LegAnswered(at=_now(), leg=caller.key))
        for joined in (caller, leg):
            if not joined.in_room:
                joined.in_room = True
                events.append(LegJoined(at=_now(), leg=joined.key, room=call.key))
        return events

    def _stop(self, call: LiveCall, leg: Leg, outcome: SegmentOutcome) -> list[Event]:
        call.legs.remove(leg)
        return [RingingEnded(at=_now(), leg=leg.key, outcome=outcome), LegEnded(at=_now(), leg=leg.key)]

    def _call(self, key: str) -> LiveCall:
        if key not in self.calls:
            raise NoSuchCall(f"no call {key}")
        return self.calls[key]

    def _leg(self, key: str, extension: str) -> Leg:
        for leg in self._call(key).legs:
            if leg.extension == extension:
                return leg
        raise NoSuchCall(f"{extension} is not in {key}")

    def _talking_leg(self, key: str, extension: str) -> Leg:
        leg = self._leg(key, extension)
        if not leg.in_room:
            raise NoSuchCall(f"{extension} does not talk in {key}")
        return leg

    def extension_of(self, key: str, leg_key: str) -> str:
        """Whose leg this is; empty for the outside party. Raises NoSuchCall."""
        for leg in self._call(key).legs:
            if leg.key == leg_key:
                return leg.extension
        raise NoSuchCall(f"no leg {leg_key} in {key}")

    def placed_by(self, command_id: str) -> str:
        """The key of the call that a button asked for. Raises NoSuchCall."""
        for call in self.calls.values():
            if command_id and call.placed_by == command_id:
                return call.key
        raise NoSuchCall(f"no call of {command_id}")

    def _tell(self, events: Sequence[Event]) -> None:
        self._emit(events, time.monotonic_ns())


def _now() -> datetime:
    return datetime.now(UTC)
