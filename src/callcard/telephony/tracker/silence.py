"""Events after which there is nothing to tell yet, and what of the picture an event can change at all.

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
    {events.LegRang, events.RingingEnded, events.LegHeld, events.LegUnheld, events.RecordingStarted}
)
_OF_TALKS = frozenset({events.LegBegan, events.HelperBegan, events.LegJoined, events.LegLeft})

_OF_THE_CAST = frozenset({events.LegBegan, events.HelperBegan, events.LegDialled, events.LegIdentified})


def has_nothing_to_tell(leg: LegFacts, event: events.Event) -> bool:
    """While the call goes on and was told of: nobody's phone did anything that a person would notice."""
    call, kind = leg.owner, type(event)
    if kind not in _PERHAPS_SILENT or not call.shown or (not leg.is_live and call.is_over):
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


def look_anew(leg: LegFacts, event: events.Event) -> None:
    """Let go of what was kept with the call for drawing it, as far as the event may change it."""
    call, kind = leg.owner, type(event)
    if kind in _OF_THE_CAST:
        call.cast = None
    elif kind is events.LegEnded:
        if call.cast is not None and call.cast.has_second_lines:  # were they made before this end?
            call.cast = None
        if leg.moves:
            call.spans = call.scene = None
    elif kind not in _OF_ONE_LEG:
        call.scene = None
    if kind in _OF_TALKS and leg.moves:
        call.spans = call.scene = None
