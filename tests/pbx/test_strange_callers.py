"""Callers whose names and numbers are meant to break something."""

from __future__ import annotations

import asyncio

import pytest

from callcard.calls.models import Call
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from tests.pbx.company import ADMINISTRATOR, PBX, connect_pbx, found_company, user_of
from tests.pbx.scenes import SCENE_PHONES, line_of
from tests.pbx.watching import Watcher, eventually, link_comes_up, stack_is
from tests.stories.product import Desk, Product

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

PHONE = "301"
TOLD_DIGITS = 79  # Asterisk tells no more of a number
SCRIPT = "<script>alert(1)</script>"
CALLERS: dict[str, tuple[str, str | bytes, str]] = {
    # what it is: (number, name, the name as Asterisk tells it)
    "mark-up": ("+99365000001", SCRIPT, SCRIPT),
    "an attribute": ("+99365000002", "' onfocus=alert(1) x='", r"\' onfocus=alert(1) x=\'"),
    "not UTF-8": ("+99365000003", b"\xcf\xe5\xf2\xf0 <marquee>\xff\xfe", "���� <marquee>��"),
    "another script": ("+99365000004", "မာလီ 😀 مرحبا", "မာလီ 😀 مرحبا"),
    "two hundred digits": ("9" * 200, "Long", "Long"),
    "a template": ("+99365000006", "{{ 7|add:7 }}{% debug %}", "{{ 7|add:7 }}{% debug %}"),
}


def test_they_are_in_the_log_as_they_were_sent_and_nothing_is_shown_unescaped(asterisk: Asterisk) -> None:
    found_company(SCENE_PHONES)
    connect_pbx(PBX, asterisk.plan.ami_port)
    product = Product()
    product.start()
    try:
        shown = asyncio.run(_ring_all(asterisk, product))
    finally:
        product.stop()
    logged = dict(Call.objects.values_list("number", "shown_name"))
    assert logged == {number[:TOLD_DIGITS]: name for number, _, name in CALLERS.values()}
    assert set(Call.objects.values_list("outcome", "is_complete")) == {("cancelled", True)}
    for where, text in shown.items():
        for mark in ("<script>alert", "<marquee>", "' onfocus="):
            assert mark not in text, where
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown["/calls/"]
    assert "9" * TOLD_DIGITS in shown["/calls/"]


async def _ring_all(asterisk: Asterisk, product: Product) -> dict[str, str]:
    """What was put before people, by where."""
    await link_comes_up()
    desk = Desk(product.port, user_of(PHONE))
    watcher = Watcher(desk.listen())
    async with Exchange(asterisk) as exchange:
        phone = await exchange.phone(PHONE)
        for number, name, _ in CALLERS.values():
            caller = await exchange.outside_call(line_of(PHONE), number, name)
            await phone.next_call()
            await eventually(stack_is(desk, "ringing"), f"{number} is shown")
            await caller.cancel()
            await eventually(stack_is(desk), f"{number} is shown no more")
    told = await asyncio.to_thread(watcher.stop)
    chief = Desk(product.port, ADMINISTRATOR)
    answers = {path: chief.get(path) for path in ("/calls/", "/settings/why")}
    assert {status for status, _ in answers.values()} == {200}
    pages = {path: text for path, (_, text) in answers.items()}
    return pages | {
        f"pop-up {n}": event.data["html"] + event.data["line"] for n, event in enumerate(told) if event.call
    }
