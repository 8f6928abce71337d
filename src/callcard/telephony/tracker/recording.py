"""Adds one event to what is known of its leg.

Every function answers whether that was news. The first telling counts; what may happen several times
(moves, holds, waits) is kept as a list of distinct happenings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from callcard.telephony import events
from callcard.telephony.tracker.facts import LegFacts

_Happening = TypeVar("_Happening")


def began(leg: LegFacts, event: events.LegBegan) -> bool:
    """Told again it may add what was dialled: not all that a provider sends of a call says so."""
    if leg.began_at is not None:
        added = event.dialled if not leg.dialled else ""
        leg.dialled = leg.dialled or added
        return bool(added)
    leg.began_at = event.at
    leg.call, leg.role, leg.party = event.call, event.role, event.party
    leg.dialled, leg.placed_by = event.dialled, event.placed_by
    return True


def helper_began(leg: LegFacts, event: events.HelperBegan) -> bool:
    if leg.began_at is not None:
        return False
    leg.began_at = event.at
    leg.call, leg.role, leg.pipe, leg.placed_by = event.call, event.role, event.pipe, event.placed_by
    return True


def dialled(leg: LegFacts, event: events.LegDialled) -> bool:
    before = (leg.dialled_by, leg.sent_number, leg.shown_number, leg.asked_for)
    leg.dialled_by = leg.dialled_by or event.by
    leg.sent_number = leg.sent_number or event.number
    leg.shown_number = leg.shown_number or event.shown
    leg.asked_for = leg.asked_for or event.dialled
    return before != (leg.dialled_by, leg.sent_number, leg.shown_number, leg.asked_for)


def identified(leg: LegFacts, event: events.LegIdentified) -> bool:
    if leg.identified_at is not None and event.at < leg.identified_at:
        return False
    leg.identified_at = event.at
    told, known = event.party, leg.party
    leg.party = replace(
        known,
        number=told.number or known.number,
        name=told.name or known.name,
        withheld=told.withheld or (known.withheld and not told.number),
    )
    return leg.party != known


def rang(leg: LegFacts, event: events.LegRang) -> bool:
    if leg.rang_at is not None:
        return False
    leg.rang_at = event.at
    return True


def answered(leg: LegFacts, event: events.LegAnswered) -> bool:
    if leg.picked_up_at is not None:
        return False
    leg.picked_up_at = event.at
    return True


def ringing_ended(leg: LegFacts, event: events.RingingEnded) -> bool:
    if leg.given_up_at is not None:
        return False
    leg.given_up_at, leg.given_up_as = event.at, event.outcome
    return True


def joined(leg: LegFacts, event: events.LegJoined) -> bool:
    return _add(leg.moves, (event.at, True, event.room))


def left(leg: LegFacts, event: events.LegLeft) -> bool:
    return _add(leg.moves, (event.at, False, event.room))


def held(leg: LegFacts, event: events.LegHeld) -> bool:
    return _add(leg.holds, (event.at, True))


def unheld(leg: LegFacts, event: events.LegUnheld) -> bool:
    return _add(leg.holds, (event.at, False))


def queue_joined(leg: LegFacts, event: events.QueueJoined) -> bool:
    return _add(leg.waits, (event.at, event.queue, None))


def queue_left(leg: LegFacts, event: events.QueueLeft) -> bool:
    return _add(leg.waits, (event.at, event.queue, event.abandoned))


def recording_started(leg: LegFacts, event: events.RecordingStarted) -> bool:
    was, leg.recorded = leg.recorded, True
    return not was


def hung_up(leg: LegFacts, event: events.LegHungUp) -> bool:
    if leg.hung_up_at is not None:
        return False
    leg.hung_up_at = event.at
    return True


def ended(leg: LegFacts, event: events.LegEnded) -> bool:
    if leg.ended_at is not None:
        return False
    leg.ended_at, leg.ended_as = event.at, event.outcome
    return True


def _add(happenings: list[_Happening], new: _Happening) -> bool:
    if new in happenings:
        return False
    happenings.append(new)
    return True


RECORDERS: dict[type[events.LegEvent], Callable[[LegFacts, Any], bool]] = {
    events.LegBegan: began,
    events.HelperBegan: helper_began,
    events.LegDialled: dialled,
    events.LegIdentified: identified,
    events.LegRang: rang,
    events.LegAnswered: answered,
    events.RingingEnded: ringing_ended,
    events.LegJoined: joined,
    events.LegLeft: left,
    events.LegHeld: held,
    events.LegUnheld: unheld,
    events.QueueJoined: queue_joined,
    events.QueueLeft: queue_left,
    events.RecordingStarted: recording_started,
    events.LegHungUp: hung_up,
    events.LegEnded: ended,
}
