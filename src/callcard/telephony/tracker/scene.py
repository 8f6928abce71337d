"""What the segments of one call look like depends on these, besides their own legs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callcard.telephony.tracker import outcomes, talking
from callcard.telephony.tracker.cast import Cast
from callcard.telephony.tracker.facts import CallFacts, LegFacts, Span, Wait


@dataclass(slots=True)
class Scene:
    """Kept with the call until something that concerns more than one leg became known."""

    facts: CallFacts
    cast: Cast
    caller: LegFacts
    spans: dict[str, list[Span]]
    taken: list[outcomes.Taking]
    waits: list[Wait]
    for_all: tuple[object, ...]  # what the outcomes and queues of called segments depend on

    @property
    def queue(self) -> str:
        """The last queue in which somebody waited."""
        return self.waits[-1][1] if self.waits else ""

    def queue_at(self, at: datetime | None) -> str:
        """The queue in which somebody waited when a leg began."""
        queue = ""
        for when, name, left in self.waits:
            if at is not None and when <= at:
                queue = name if left is None else ""
        return queue


def set_scene(facts: CallFacts, cast: Cast) -> Scene:
    """The one that was kept, if it still holds."""
    scene = facts.scene
    if scene is not None and scene.cast is cast:
        return scene
    legs = facts.legs.values()
    waits = [wait for leg in legs if leg.waits for wait in leg.waits]
    if len(waits) > 1:
        waits.sort(key=lambda wait: (wait[0], wait[2] is None))
    spans = facts.spans
    if spans is None:
        spans = facts.spans = talking.talks(legs)
    taken = outcomes.takings(cast.parts, spans)
    caller = cast.parts[0].leg
    for_all = (taken, waits, caller.hung_up_at, facts.watched)
    scene = facts.scene = Scene(facts, cast, caller, spans, taken, waits, for_all)
    return scene
