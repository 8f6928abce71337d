"""Takes in the list of legs in progress, after a time in which nothing was heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from callcard.telephony.events import CallsInProgress, LegInProgress
from callcard.telephony.tracker.facts import LegFacts


def retell(leg: LegFacts, listed: LegInProgress, at: datetime) -> bool:
    """Add what the list tells to what is known. True when it was news."""
    if leg.ended_at is not None:
        return False
    is_new = leg.began_at is None
    if is_new:
        _begin(leg, listed)
    before = (leg.rang_at, leg.picked_up_at, leg.room, leg.queue)
    if listed.ringing:
        leg.rang_at = leg.rang_at or listed.began_at
    if listed.answered:
        leg.picked_up_at = leg.picked_up_at or at
    if listed.room != leg.room:
        leg.moves.append((at, True, listed.room) if listed.room else (at, False, leg.room))
    if listed.queue != leg.queue:
        leg.waits.append((at, listed.queue, None) if listed.queue else (at, leg.queue, False))
    is_news = is_new or before != (leg.rang_at, leg.picked_up_at, leg.room, leg.queue)
    leg.version += is_news
    return is_news


def _begin(leg: LegFacts, listed: LegInProgress) -> None:
    leg.began_at, leg.seen_from_begin = listed.began_at, False
    leg.call, leg.role, leg.party, leg.pipe = listed.call, listed.role, listed.party, listed.pipe
    leg.dialled, leg.placed_by = listed.dialled, listed.placed_by


def absent_legs(known: Iterable[LegFacts], listed: CallsInProgress) -> Iterator[LegFacts]:
    """Legs that were alive and are not listed. What began after the question was asked cannot be."""
    names = {leg.leg for leg in listed.legs}
    for leg in known:
        if leg.is_live and leg.leg not in names and leg.began_at is not None and leg.began_at <= listed.at:
            yield leg
