"""What a PBX would list at any moment of a story, when it is asked for the legs in progress."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from callcard.telephony import events
from callcard.telephony.call import Party
from callcard.telephony.events import CallsInProgress, LegInProgress


def listed_after(told: Iterable[events.Event], at: datetime) -> CallsInProgress:
    legs: dict[str, LegInProgress] = {}
    same_call: dict[str, str] = {}
    for event in told:
        assert isinstance(event, events.LegEvent)
        if isinstance(event, events.LegBegan | events.HelperBegan):
            legs[event.leg] = _began(event)
        elif isinstance(event, events.LegsLinked | events.LegPickedUp):
            other = event.other if isinstance(event, events.LegsLinked) else event.target
            same_call |= _merged(legs, event.leg, other)
        elif isinstance(event, events.LegEnded):
            legs.pop(event.leg, None)
        elif event.leg in legs:
            legs[event.leg] = _changed(legs[event.leg], event)
            if isinstance(event, events.LegJoined) and event.call:
                same_call[legs[event.leg].call] = event.call
    renamed = (replace(leg, call=same_call.get(leg.call, leg.call)) for leg in legs.values())
    return CallsInProgress(at=at, legs=tuple(renamed))


def _began(event: events.LegBegan | events.HelperBegan) -> LegInProgress:
    leg = LegInProgress(
        leg=event.leg,
        call=event.call,
        began_at=event.at,
        role=event.role,
        party=Party(),
        placed_by=event.placed_by,
    )
    if isinstance(event, events.HelperBegan):
        return replace(leg, pipe=event.pipe)
    return replace(leg, party=event.party, dialled=event.dialled)


def _merged(legs: dict[str, LegInProgress], one: str, other: str) -> dict[str, str]:
    """The younger call goes by the older one's id."""
    if one not in legs or other not in legs:
        return {}
    older, younger = sorted((legs[one], legs[other]), key=lambda leg: leg.began_at)
    return {younger.call: older.call} if older.call != younger.call else {}


def _changed(leg: LegInProgress, event: events.LegEvent) -> LegInProgress:
    match event:
        case events.LegDialled(number=number) if number and not leg.party.is_own:
            return replace(leg, party=replace(leg.party, number=number))
        case events.LegRang():
            return replace(leg, ringing=True)
        case events.LegAnswered():
            return replace(leg, ringing=False, answered=True)
        case events.LegJoined(room=room):
            return replace(leg, room=room)
        case events.LegLeft(room=room) if leg.room == room:
            return replace(leg, room="")
        case events.QueueJoined(queue=queue):
            return replace(leg, queue=queue)
        case events.QueueLeft():
            return replace(leg, queue="")
    return leg
