"""Events after which there is nothing to tell yet, and events that change the picture of one leg only.

Drawing a call is the tracker's cost. What is skipped here shows with the call's next event, at the latest with
its end, which is always told.
"""

from __future__ import annotations

from callcard.telephony import events
from callcard.telephony.call import Role
from callcard.telephony.tracker.facts import LegFacts

_SILENT = frozenset({events.LegAnswered, events.LegHungUp, events.LegLeft, events.HelperBegan})
_PERHAPS_SILENT = _SILENT | {events.LegBegan, events.LegDialled, events.LegJoined, events.LegEnded}
_OF_ONE_LEG = frozenset(
    {events.LegBegan, events.LegDialled, events.LegIdentified, events.LegRang, events.RingingEnded}
    | {events.LegHeld, events.LegUnheld, events.RecordingStarted}
)

_OF_THE_CAST = frozenset({events.LegBegan, events.HelperBegan, events.LegDialled, events.LegIdentified})


def has_nothing_to_tell(leg: LegFacts, event: events.LegEvent) -> bool:
    """While the call goes on and was told of: nobody's phone did anything that a person would notice."""
    call, kind = leg.owner, type(event)
    if kind not in _PERHAPS_SILENT or not call.shown or call.is_over:
        return False
    if kind in _SILENT:
        return True
    if kind is events.LegEnded:  # that it rings no more was told before
        return leg.given_up_at is not None and not leg.moves
    if kind is events.LegBegan:  # it will ring, or fail
        return leg.role is Role.CALLED
    if isinstance(event, events.LegDialled):
        (shown,) = call.shown.values() if len(call.shown) == 1 else (None,)
        return not event.number and shown is not None and bool(shown.dialled)
    if isinstance(event, events.LegJoined):
        return not any(other.room == event.room for other in call.legs.values() if other is not leg)
    return False


def changes_cast(leg: LegFacts, event: events.LegEvent) -> bool:
    """Can this change who plays which part in the call?"""
    if type(event) is events.LegEnded:  # whether a later leg of the same phone is its second line
        cast = leg.owner.cast
        return cast is not None and cast.has_second_lines
    return type(event) in _OF_THE_CAST


def touches_others(leg: LegFacts, event: events.LegEvent) -> bool:
    """Can this change how another leg's segment looks?"""
    if isinstance(event, events.LegEnded):
        return bool(leg.moves) or leg.role is Role.CALLER
    return type(event) not in _OF_ONE_LEG
