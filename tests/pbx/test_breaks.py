"""Stop, kill or cut anything in the middle of calls: afterwards the pop-ups and the log are right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from callcard.calls.models import Call
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from tests.pbx.breaks import Break, Killed, LinkBlocked, LinkCut, Restarted
from tests.pbx.company import PBX, connect_pbx, found_company, user_of
from tests.pbx.proxy import Wire
from tests.pbx.scenes import ANSWERED, SCENE_PHONES, SCENES, Scene, WaitsOn
from tests.pbx.watching import (
    Logged,
    Watcher,
    eventually,
    in_thread,
    link_comes_up,
    logged_calls,
    name_of,
    newest_report,
    stack_is,
)
from tests.stories.product import Desk

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]


def restarted(wire: Wire, folder: Path) -> Break:
    return Restarted(wire)


def link_cut(wire: Wire, folder: Path) -> Break:
    return LinkCut(wire)


def link_blocked(wire: Wire, folder: Path) -> Break:
    return LinkBlocked(wire)


def killed(wire: Wire, folder: Path) -> Break:
    return Killed(wire, folder)


@pytest.mark.parametrize("make_break", [restarted, killed, link_cut, link_blocked])
def test_calls_go_on_through_it(make_break: Callable[[Wire, Path], Break], asterisk: Asterisk, tmp_path: Path) -> None:
    found_company(SCENE_PHONES)
    scenes = asyncio.run(_go_through(make_break, asterisk, tmp_path))
    calls = {call.row.number: call for call in logged_calls()}
    assert Call.objects.count() == len(calls) == len(SCENES)
    for scene in scenes:
        assert _facts(calls[scene.number], scene) == _true_facts(scene)


async def _go_through(make_break: Callable[[Wire, Path], Break], asterisk: Asterisk, folder: Path) -> list[Scene]:
    async with Wire(asterisk.plan.ami_port) as wire, Exchange(asterisk) as exchange:
        await in_thread(lambda: connect_pbx(PBX, wire.port, answer_timeout=1.0))
        product = make_break(wire, folder)
        scenes = [scene(exchange, phone) for phone, scene in zip(SCENE_PHONES, SCENES, strict=False)]
        await product.start()
        try:
            await link_comes_up(0)
            await _play(product, scenes)
        finally:
            await product.stop()
        await exchange.idle()
        return scenes


async def _play(product: Break, scenes: list[Scene]) -> None:
    desks = {scene.phone: await asyncio.to_thread(Desk, product.port, user_of(scene.phone)) for scene in scenes}
    watchers = {phone: Watcher(desk.listen()) for phone, desk in desks.items()}
    await asyncio.gather(*(scene.before() for scene in scenes))
    begun = sum(scene.begins_before for scene in scenes)
    await eventually(lambda: _is_as_before(begun), "all calls are in the log")
    rung = [watchers[scene.phone] for scene in scenes if scene.begins_before and not isinstance(scene, WaitsOn)]
    await eventually(lambda: all(any(event.call for event in each.told) for each in rung), "all desks were told")
    reports = await newest_report()
    await asyncio.gather(product.begin(), *(scene.at_break() for scene in scenes))
    await asyncio.gather(*(scene.meanwhile() for scene in scenes))
    last_ids = {phone: watcher.stream.last_id for phone, watcher in watchers.items()}
    await product.end()
    await link_comes_up(reports)
    for scene in scenes:
        await eventually(stack_is(desks[scene.phone], scene.on_return), f"{type(scene).__name__}: {scene.on_return}")
    again = {phone: Watcher(desk.listen(last_event_id=last_ids[phone])) for phone, desk in desks.items()}
    await asyncio.gather(*(scene.after() for scene in scenes))
    await eventually(lambda: not Call.objects.filter(ended_at=None).exists(), "the end of all calls")
    for scene in scenes:
        await eventually(stack_is(desks[scene.phone], ""), f"{type(scene).__name__}: no pop-up any more")
    for scene in scenes:
        scene.told = [
            event for which in (watchers, again) for event in await asyncio.to_thread(which[scene.phone].stop)
        ]


def _is_as_before(begun: int) -> bool:
    return Call.objects.count() == begun and Call.objects.filter(outcome="answered").count() == 1


def _facts(call: Logged, scene: Scene) -> dict[str, object]:
    row = call.row
    return {
        "scene": type(scene).__name__,
        "direction": row.direction,
        "outcome": row.outcome,
        "complete": row.is_complete if scene.complete is not None else None,
        "answered_by": row.answered_by.username if row.answered_by else None,
        "segments": sorted(name_of(segment) for segment in call.segments),
        "notices": list(row.notices.values_list("user__username", "state")),
        "calls told": {event.call for event in scene.told if event.call},
        "last told": [event.state for event in scene.told if event.call][-1:],
        "started_at": row.started_at.timestamp(),
        **({"talk_seconds": row.talk_seconds, "hold_seconds": row.hold_seconds} if scene.is_seen_through else {}),
    }


def _true_facts(scene: Scene) -> dict[str, object]:
    user, is_shown = user_of(scene.phone), not isinstance(scene, WaitsOn)
    call = Call.objects.get(number=scene.number)
    truth: dict[str, object] = {
        "scene": type(scene).__name__,
        "direction": "inbound",
        "outcome": scene.outcome,
        "complete": scene.complete,
        "answered_by": user if scene.outcome == ANSWERED else None,
        "segments": sorted([scene.number, *([scene.phone] if is_shown else [])]),
        "notices": [(user, "over")] if is_shown else [],
        "calls told": {call.pk} if is_shown else set(),
        "last told": ["over"] if is_shown else [],
        # Of a call that began unseen Asterisk tells the age in whole seconds.
        "started_at": pytest.approx(scene.caller.invited_at, abs=0.3 if scene.begins_before else 1.3),
    }
    if scene.is_seen_through:
        truth["talk_seconds"] = pytest.approx(scene.caller.ended_at - scene.call.answered_at, abs=0.3)
        truth["hold_seconds"] = pytest.approx(scene.call.held_seconds, abs=0.3)
    return truth
