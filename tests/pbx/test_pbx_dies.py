"""Asterisk itself is killed in the middle of calls, and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from callcard.calls.models import Call
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from tests.pbx.company import PBX, connect_pbx, found_company, user_of
from tests.pbx.scenes import SCENE_PHONES, AfterIt, HeldOn, RingsOn, Scene, TalksOn, WaitsOn
from tests.pbx.watching import eventually, in_thread, link_comes_up, logged_calls, newest_report, stack_is
from tests.stories.product import Desk, Product

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

SCENES: Sequence[type[Scene]] = (RingsOn, TalksOn, HeldOn, WaitsOn)
NEXT_DAY = "306"


def test_calls_that_died_with_it_are_closed_and_the_next_ones_are_right(asterisk: Asterisk) -> None:
    found_company(SCENE_PHONES)
    connect_pbx(PBX, asterisk.plan.ami_port)
    product = Product()
    product.start()
    try:
        asyncio.run(_live_through(asterisk, product))
    finally:
        product.stop()
    seen = {call.row.number[-3:]: (call.row.outcome, call.row.is_complete) for call in logged_calls()}
    assert seen == {
        "301": ("unknown", False),
        "302": ("answered", False),
        "303": ("answered", False),
        "304": ("unknown", False),
        NEXT_DAY: ("answered", True),
    }
    assert Call.objects.count() == len(seen)
    assert not Call.objects.filter(outcome="missed").exists()


async def _live_through(asterisk: Asterisk, product: Product) -> None:
    await link_comes_up()
    phones = SCENE_PHONES[: len(SCENES)]
    desks = [await in_thread(lambda phone=phone: Desk(product.port, user_of(phone))) for phone in phones]  # type: ignore[misc]
    async with Exchange(asterisk) as exchange:
        scenes = [scene(exchange, phone) for phone, scene in zip(phones, SCENES, strict=True)]
        await asyncio.gather(*(scene.before() for scene in scenes))
        for desk, scene in zip(desks, scenes, strict=True):
            await eventually(stack_is(desk, scene.on_return), f"{type(scene).__name__} is shown")
        reports = await newest_report()
        await asyncio.to_thread(asterisk.kill)
        await asyncio.to_thread(asterisk.start)
        await link_comes_up(reports)
        for desk, scene in zip(desks, scenes, strict=True):
            await eventually(stack_is(desk), f"{type(scene).__name__} is shown no more")
    async with Exchange(asterisk) as exchange:
        await AfterIt(exchange, NEXT_DAY).after()
        await eventually(lambda: not Call.objects.filter(ended_at=None).exists(), "the end of the next day's call")
