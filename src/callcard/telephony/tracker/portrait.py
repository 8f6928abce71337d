"""Draws the call as people see it from what is known of its legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from callcard.telephony.call import Call, Outcome, Role, Segment, SegmentOutcome
from callcard.telephony.tracker import outcomes, talking
from callcard.telephony.tracker.cast import Part, asked_for, find_direction, find_line, find_parts
from callcard.telephony.tracker.facts import CallFacts, LegFacts

Waits = list[tuple[datetime, str, bool | None]]


def portray(pbx: str, facts: CallFacts, is_own_extension: Callable[[str], bool]) -> Call | None:
    """None while nobody is known to have called."""
    parts = find_parts(facts)
    if not parts:
        return None
    caller = parts[0]
    dialled = asked_for(facts, caller.leg)
    direction = find_direction(parts, dialled, is_own_extension)
    legs = facts.legs.values()
    waits = [wait for leg in legs if leg.waits for wait in leg.waits]
    waits.sort(key=lambda wait: (wait[0], wait[2] is None))
    segments = _segments(facts, parts, waits)
    assert caller.leg.began_at is not None
    call = Call(
        pbx=pbx,
        key=key_of(facts),
        direction=direction,
        caller=caller.party,
        dialled=dialled,
        line=find_line(parts, dialled, direction),
        queue=waits[-1][1] if waits else "",
        started_at=caller.leg.began_at,
        answered_at=min([s.answered_at for s in segments if s.answered_at], default=None),
        segments=tuple(segments),
        recorded=True in [leg.recorded for leg in legs],
        complete=facts.watched and False not in [leg.seen_from_begin for leg in legs],
        placed_by_button=max([leg.placed_by for leg in legs]),
    )
    return _ended(call, facts, caller.leg) if facts.is_over else call


def key_of(facts: CallFacts) -> str:
    """The call id of its oldest leg: the same whichever leg was heard of first."""
    _, key = min((leg.began_at, leg.call) for leg in facts.legs.values() if leg.began_at is not None)
    return key


def _segments(facts: CallFacts, parts: list[Part], waits: Waits) -> list[Segment]:
    spans = talking.talks(facts.legs.values())
    answered = {name: found[0][0] for name, found in spans.items()}
    scene = Scene(facts, parts[0].leg, spans, outcomes.takings(parts, answered), waits)
    return [_segment(part, scene) for part in parts]


@dataclass(slots=True)
class Scene:
    """What a segment looks like depends on these, besides its own legs."""

    facts: CallFacts
    caller: LegFacts
    spans: dict[str, list[talking.Span]]
    taken: list[outcomes.Taking]
    waits: Waits


def _segment(part: Part, scene: Scene) -> Segment:
    """Drawn anew only when something it depends on became known."""
    leg = part.leg
    versions = (leg.version, *[each.version for each in part.also])
    depends_on = (scene.facts.version, scene.caller.leg, part.role, versions)
    if leg.drawn is not None and leg.drawn[0] == depends_on:
        return leg.drawn[1]
    segment = _draw(part, scene)
    leg.drawn = (depends_on, segment)
    return segment


def _draw(part: Part, scene: Scene) -> Segment:
    leg = part.leg
    talked, held = list(scene.spans.get(leg.leg, ())), talking.holds(leg)
    if part.also:
        talked = talking.union([span for each in part.legs for span in scene.spans.get(each.leg, ())])
        held = talking.union([span for each in part.legs for span in talking.holds(each)])
    ended_at = _end_of(part, bool(talked))
    outcome: SegmentOutcome | None = None
    if ended_at is not None and talked:
        outcome = SegmentOutcome.ANSWERED
    elif ended_at is not None and part.role is Role.CALLED:
        outcome = outcomes.called_outcome(leg, scene.facts, scene.caller, scene.taken)
    return Segment(
        key=leg.leg,
        party=part.party,
        role=part.role,
        rang_at=leg.rang_at,
        answered_at=talked[0][0] if talked else None,
        ended_at=ended_at,
        talk_seconds=talking.seconds(talked),
        hold_seconds=talking.seconds(held),
        held=bool(held) and held[-1][1] is None,
        outcome=outcome,
        queue=_queue_at(scene.waits, leg.began_at) if part.role is Role.CALLED else "",
    )


def _end_of(part: Part, talked: bool) -> datetime | None:
    leg = part.leg
    if not talked and part.role is Role.CALLED and leg.given_up_at is not None:
        return min(leg.given_up_at, leg.ended_at or leg.given_up_at)
    if not part.also:
        return leg.ended_at
    ends = [each.ended_at for each in part.legs]
    return None if None in ends else max(end for end in ends if end is not None)


def _queue_at(waits: Waits, at: datetime | None) -> str:
    """The queue in which somebody waited when a leg began."""
    queue = ""
    for when, name, left in waits:
        if at is not None and when <= at:
            queue = name if left is None else ""
    return queue


def _ended(call: Call, facts: CallFacts, caller: LegFacts) -> Call:
    ended_at = max(segment.ended_at for segment in call.segments if segment.ended_at is not None)
    if call.answered_at is not None:
        outcome = Outcome.ANSWERED
    else:
        outcome = outcomes.call_outcome(facts, caller, list(call.segments[1:]), complete=call.complete)
    first = call.segments[0]
    if first.outcome is None:
        first = replace(first, outcome=outcomes.caller_outcome(outcome))
    return replace(call, ended_at=ended_at, outcome=outcome, segments=(first, *call.segments[1:]))
