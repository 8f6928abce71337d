"""Plays flows on real phones while the whole product listens, and keeps what it made of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from callcard.calls.models import Call
from lab.asterisk.run import Asterisk
from lab.flows.catalogue import FLOWS
from lab.flows.truth import Truth
from tests.pbx.lane import Lane
from tests.pbx.watching import Logged, Told, eventually, logged_calls
from tests.stories.product import Product

FLOW_SECONDS = 40.0
# Flows in which a second call is found to be part of the first one: side by side their pop-ups could not be told
# apart, because the second call is no longer in the log.
ONE_AFTER_ANOTHER = ("attended", "blonde", "blonde_unanswered", "consultation_dropped", "blind", "blind_unanswered")
BY_LOCAL = ("button_local",)


@dataclass(slots=True)
class Played:
    """One flow: what truly happened, and what Callcard says of it. Times are seconds of time.time()."""

    truth: Truth
    slug: str
    began_at: float
    ended_at: float
    refused: list[str]
    calls: list[Logged] = field(default_factory=list)
    told: dict[str, list[Told]] = field(default_factory=dict)  # by user name

    def has(self, at: float) -> bool:
        return self.began_at <= at <= self.ended_at


def divide(lanes: int) -> list[list[str]]:
    """The names of all flows, for so many lanes: transfers first, a button by Local last, the others evenly."""
    others = [name for name in FLOWS if name not in (*ONE_AFTER_ANOTHER, *BY_LOCAL)]
    between = lanes - 2
    return [list(ONE_AFTER_ANOTHER), *(others[n::between] for n in range(between)), list(BY_LOCAL)]


async def play_all(asterisks: Sequence[Asterisk], product: Product) -> dict[str, Played]:
    """Every flow once, each lane on an Asterisk of its own. The PBX of lane n is `lane-n`."""
    plays = [
        _play_lane(asterisk, f"lane-{n}", names, product)
        for n, (asterisk, names) in enumerate(zip(asterisks, divide(len(asterisks)), strict=True))
    ]
    played: dict[str, Played] = {}
    for lane in await asyncio.gather(*plays):
        played |= lane
    return played


async def _play_lane(asterisk: Asterisk, slug: str, names: list[str], product: Product) -> dict[str, Played]:
    return {name: await _play(asterisk, slug, name, product) for name in names}


async def _play(asterisk: Asterisk, slug: str, name: str, product: Product) -> Played:
    async with Lane(asterisk, slug, product) as lane:
        began_at = time.time()
        truth = await asyncio.wait_for(FLOWS[name](lane), FLOW_SECONDS)
        await lane.idle()
        await eventually(lambda: not _goes_on(slug), f"the end of {name} in the log")
        return Played(truth, slug, began_at, time.time(), lane.refused)


def _goes_on(slug: str) -> bool:
    return Call.objects.filter(pbx=slug, ended_at=None).exists()


def sort_out(played: dict[str, Played], told: dict[str, list[Told]]) -> list[Logged]:
    """Give each flow its calls and what was told of them. Returns calls that belong to no flow."""
    strays = []
    owner: dict[int, Played] = {}
    for call in logged_calls():
        flows = [p for p in played.values() if p.slug == call.row.pbx and p.has(call.row.started_at.timestamp())]
        if not flows:
            strays.append(call)
            continue
        flows[0].calls.append(call)
        owner[call.row.pk] = flows[0]
    for user, events in told.items():
        for event in events:
            flow = owner.get(event.call) or _by_time(played, event)
            if event.call and flow:
                flow.told.setdefault(user, []).append(event)
    return strays


def _by_time(played: dict[str, Played], event: Told) -> Played | None:
    return next((played[name] for name in ONE_AFTER_ANOTHER if played[name].has(event.at)), None)
