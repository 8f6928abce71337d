"""How a segment and a call ended. The rules are told in docs/developer/call-tracking.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from callcard.telephony.call import Outcome, Role, Segment, SegmentOutcome
from callcard.telephony.tracker.cast import Part
from callcard.telephony.tracker.facts import CallFacts, LegFacts, Span

Taking = tuple[str, datetime]  # which leg was picked up, and when

_TOLD_FOR_SURE = (SegmentOutcome.ELSEWHERE, SegmentOutcome.FORWARDED)


def takings(parts: Iterable[Part], talks: dict[str, list[Span]]) -> list[Taking]:
    """When each called phone was picked up, at the latest when somebody talked through it."""
    found = []
    for part in parts:
        leg = part.leg
        if part.role is not Role.CALLED:
            continue
        if leg.picked_up_at is not None:
            found.append((leg.leg, leg.picked_up_at))
        elif leg.leg in talks:
            found.append((leg.leg, talks[leg.leg][0][0]))
    return found


def called_outcome(leg: LegFacts, call: CallFacts, caller: LegFacts, taken: list[Taking]) -> SegmentOutcome:
    """Of a called leg that has ended and never talked."""
    told = {leg.given_up_as, leg.ended_as}
    if leg.taken_by_other:
        return SegmentOutcome.ELSEWHERE
    for outcome in _TOLD_FOR_SURE:
        if outcome in told:
            return outcome
    if leg.vanished and leg.given_up_as is None:
        return SegmentOutcome.UNKNOWN
    reason = _told_outcome(leg) or _silent_outcome(leg, call, caller)
    lost_a_race = reason in (SegmentOutcome.CANCELLED, SegmentOutcome.MISSED) and _taken_meanwhile(leg, taken)
    return SegmentOutcome.ELSEWHERE if lost_a_race else reason


def _told_outcome(leg: LegFacts) -> SegmentOutcome | None:
    """What the PBX said. That nobody answered is also said of a wrong number; then the end of the leg knows more."""
    if leg.given_up_as is SegmentOutcome.MISSED and leg.ended_as is not None:
        return leg.ended_as
    return leg.given_up_as or leg.ended_as


def _silent_outcome(leg: LegFacts, call: CallFacts, caller: LegFacts) -> SegmentOutcome:
    """When the PBX gave no reason."""
    if not call.watched or not leg.seen_from_begin:
        return SegmentOutcome.UNKNOWN
    if caller.hung_up_at is not None or leg.picked_up_at is not None:
        return SegmentOutcome.CANCELLED
    return SegmentOutcome.FAILED if leg.rang_at is None else SegmentOutcome.MISSED


def _taken_meanwhile(leg: LegFacts, taken: list[Taking]) -> bool:
    since = leg.rang_at or leg.began_at
    until = leg.given_up_at or leg.gone_at
    assert since is not None
    assert until is not None
    return any(name != leg.leg and since <= at <= until for name, at in taken)


def caller_outcome(outcome: Outcome, caller: LegFacts) -> SegmentOutcome:
    """Of a caller who talked to nobody: what became of the call, unless others talked in it."""
    if outcome is Outcome.NOT_PLACED:
        return _told_outcome(caller) or SegmentOutcome.MISSED
    return SegmentOutcome.CANCELLED if outcome is Outcome.ANSWERED else SegmentOutcome(outcome.value)


def call_outcome(call: CallFacts, caller: LegFacts, called: list[Segment], *, complete: bool) -> Outcome:
    """Of a call in which nobody talked."""
    outcomes = {segment.outcome for segment in called}
    if not complete:
        return Outcome.UNKNOWN
    if SegmentOutcome.CANCELLED in outcomes or _abandoned(caller):
        return Outcome.CANCELLED
    for segment_outcome, outcome in _BY_WEIGHT:
        if segment_outcome in outcomes:
            return outcome
    if caller.picked_up_at is None and any(leg.placed_by for leg in call.legs.values()):
        return Outcome.NOT_PLACED
    return _uncalled_outcome(caller)


def _uncalled_outcome(caller: LegFacts) -> Outcome:
    """Nobody was called yet."""
    told = _told_outcome(caller)
    if told in (SegmentOutcome.BUSY, SegmentOutcome.FAILED):
        return Outcome(told.value)
    if told is SegmentOutcome.MISSED and caller.rang_at is not None:
        return Outcome.MISSED
    if caller.hung_up_at is not None or caller.role is Role.CALLED:
        return Outcome.CANCELLED
    return Outcome.MISSED if caller.waits else Outcome.FAILED


def _abandoned(caller: LegFacts) -> bool:
    """Did the caller hang up while waiting in a queue? Not every PBX tells that from a queue that gave up."""
    if not caller.waits:
        return False
    at, _, left = max(caller.waits, key=lambda wait: (wait[0], wait[2] is not None))
    if left:
        return True
    return caller.hung_up_at is not None and (left is None or caller.hung_up_at <= at)


_BY_WEIGHT = (
    (SegmentOutcome.MISSED, Outcome.MISSED),
    (SegmentOutcome.BUSY, Outcome.BUSY),
    (SegmentOutcome.ELSEWHERE, Outcome.CANCELLED),
    (SegmentOutcome.UNKNOWN, Outcome.UNKNOWN),
    (SegmentOutcome.FAILED, Outcome.FAILED),
)
