"""Draws the call as people see it from what is known of its legs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from callcard.telephony.call import Call, Outcome, Role, Segment, SegmentOutcome
from callcard.telephony.tracker import outcomes, talking
from callcard.telephony.tracker.cast import Part, find_cast
from callcard.telephony.tracker.facts import CallFacts, Span
from callcard.telephony.tracker.scene import Scene, set_scene

Spans = Sequence[Span]


def portray(pbx: str, facts: CallFacts, is_own_extension: Callable[[str], bool]) -> Call | None:
    """None while nobody is known to have called."""
    cast = facts.cast or find_cast(facts, is_own_extension)
    if cast is None:
        return None
    facts.cast = cast
    scene = set_scene(facts, cast)
    segments = [_segment(part, scene) for part in cast.parts]
    legs = facts.legs.values()
    complete = facts.watched and False not in [leg.seen_from_begin for leg in legs]
    answers = [segment.answered_at for segment in segments if segment.answered_at]
    answered_at = min(answers) if answers else None
    ended_at, outcome = None, None
    if facts.is_over:
        ended_at = max([segment.ended_at for segment in segments if segment.ended_at])
        outcome = _outcome(scene, segments, answered_at, complete=complete)
        if segments[0].outcome is None:
            segments[0] = replace(segments[0], outcome=outcomes.caller_outcome(outcome, scene.caller))
    assert scene.caller.began_at is not None
    return Call(
        pbx=pbx,
        key=cast.key,
        direction=cast.direction,
        caller=cast.parts[0].party,
        dialled=cast.dialled,
        line=cast.line,
        queue=scene.queue,
        started_at=scene.caller.began_at,
        answered_at=answered_at,
        ended_at=ended_at,
        outcome=outcome,
        segments=tuple(segments),
        recorded=True in [leg.recorded for leg in legs],
        complete=complete,
        placed_by_button=cast.placed_by,
    )


def _outcome(scene: Scene, segments: list[Segment], answered_at: datetime | None, *, complete: bool) -> Outcome:
    if answered_at is not None:
        return Outcome.ANSWERED
    return outcomes.call_outcome(scene.facts, scene.caller, segments[1:], complete=complete)


def _segment(part: Part, scene: Scene) -> Segment:
    """Drawn anew only when something it depends on became known."""
    leg = part.leg
    talked = _talked(part, scene.spans)
    versions = (leg.version, *[each.version for each in part.also]) if part.also else leg.version
    told_by_others = part.role is Role.CALLED and (leg.ended_at or leg.given_up_at or leg.hung_up_at or scene.waits)
    depends_on = (versions, part.role, talked, scene.for_all if told_by_others else None)
    if leg.drawn is not None and leg.drawn[0] == depends_on:
        return leg.drawn[1]
    segment = _draw(part, scene, talked)
    leg.drawn = (depends_on, segment)
    return segment


def _draw(part: Part, scene: Scene, talked: Spans) -> Segment:
    leg, is_called = part.leg, part.role is Role.CALLED
    held = _held(part)
    ended_at = _end_of(part, bool(talked))
    outcome: SegmentOutcome | None = None
    if ended_at is not None and talked:
        outcome = SegmentOutcome.ANSWERED
    elif ended_at is not None and is_called:
        outcome = outcomes.called_outcome(leg, scene.facts, scene.caller, scene.taken)
    return Segment(
        key=leg.leg,
        party=part.party,
        role=part.role,
        rang_at=leg.rang_at,
        answered_at=talked[0][0] if talked else None,
        ended_at=ended_at,
        talk_seconds=talking.seconds(talked) if talked else 0.0,
        hold_seconds=talking.seconds(held) if held else 0.0,
        held=bool(held) and held[-1][1] is None,
        outcome=outcome,
        queue=scene.queue_at(leg.began_at) if is_called and scene.waits else "",
    )


def _talked(part: Part, spans: dict[str, list[Span]]) -> Spans:
    if not part.also:
        return spans.get(part.leg.leg, ())
    return talking.union([span for each in part.legs for span in spans.get(each.leg, ())])


def _held(part: Part) -> Spans:
    if not part.also:
        return talking.holds(part.leg) if part.leg.holds else ()
    return talking.union([span for each in part.legs for span in talking.holds(each)])


def _end_of(part: Part, talked: bool) -> datetime | None:
    leg = part.leg
    if not talked and part.role is Role.CALLED and leg.given_up_at is not None:
        return min(leg.given_up_at, leg.ended_at or leg.given_up_at)
    if not part.also:
        return leg.gone_at
    ends = [each.gone_at for each in part.legs]
    return None if None in ends else max(end for end in ends if end is not None)
