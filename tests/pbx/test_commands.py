"""What is done by button in calls of a real Asterisk, and what the log says of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator

import pytest

from callcard.calls.models import Call, Notice
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.exchange import CUSTOMER, OTHER_CUSTOMER, Exchange, ended, up
from lab.phones.dialog import Dialog
from tests.pbx.company import PBX, connect_pbx, found_company, user_of
from tests.pbx.watching import Logged, eventually, in_thread, logged_calls, name_of, wait_for_links
from tests.stories.product import Desk, Product, wait_for

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def exchange_machine() -> Iterator[Asterisk]:
    with Asterisk(Plan()) as running:
        yield running


@pytest.fixture
def product(exchange_machine: Asterisk) -> Iterator[Product]:
    found_company()
    connect_pbx(PBX, exchange_machine.plan.ami_port, attended_transfer=True)
    product = Product()
    product.start()
    try:
        wait_for_links(PBX)
        yield product
    finally:
        product.stop()


Play = Callable[[Exchange, Desk], Awaitable[None]]


def played(asterisk: Asterisk, product: Product, play: Play) -> list[Logged]:
    """What the log says after 301 has sat at their desk while this was played."""

    async def run() -> None:
        desk = await asyncio.to_thread(Desk, product.port, user_of("301"))
        async with Exchange(asterisk) as exchange:
            await exchange.phones("301", "302")
            await asyncio.wait_for(play(exchange, desk), 60)
            await exchange.idle()
        await eventually(_is_over, "every call is written and over")

    asyncio.run(run())
    return logged_calls()


def _is_over() -> bool:
    return Call.objects.exists() and not Call.objects.filter(ended_at=None).exists()


async def press(desk: Desk, path: str, **form: str) -> dict[str, str]:
    status, text = await asyncio.to_thread(desk.post, path, **form)
    assert status == 200, text
    return dict(json.loads(text))


async def in_call(desk: Desk, what: str, **form: str) -> None:
    """Press a button of the call in which 301 talks."""
    await eventually(_talks, "301 is seen talking")
    call_id = await in_thread(lambda: Call.objects.get(ended_at=None).pk)
    await press(desk, f"/calls/{call_id}/do/{what}", **form)


async def is_told(desk: Desk, words: str) -> None:
    """What the card of the call in which 301 talks says above its buttons."""
    call_id = await in_thread(lambda: Call.objects.get(ended_at=None).pk)
    await eventually(lambda: json.loads(desk.get(f"/calls/{call_id}/can")[1])["asks"] == words, words)


def _talks() -> bool:
    return Call.objects.filter(ended_at=None, segments__extension="301", segments__answered_at__isnull=False).exists()


async def answered(exchange: Exchange, extension: str) -> Dialog:
    call = await (await exchange.phone(extension)).next_call()
    call.answer()
    await up(call)
    return call


def segments(call: Logged) -> list[tuple[str, str, str]]:
    return [(name_of(each), each.role, each.outcome) for each in sorted(call.segments, key=lambda each: each.pk)]


def test_a_call_that_is_handed_on_by_button_is_one_call(exchange_machine: Asterisk, product: Product) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        caller = await exchange.outside_call()
        first = await answered(exchange, "301")
        await in_call(desk, "transfer", to="302")
        await ended(first)
        second = await answered(exchange, "302")
        await asyncio.sleep(0.3)
        await caller.hang_up()
        await ended(second)

    (call,) = played(exchange_machine, product, play)
    assert (call.row.direction, call.row.outcome, call.row.number) == ("inbound", "answered", CUSTOMER)
    assert segments(call) == [
        (CUSTOMER, "caller", "answered"),
        ("301", "called", "answered"),
        ("302", "called", "answered"),
    ]


def test_a_colleague_is_asked_first_and_takes_the_call_when_one_hangs_up(
    exchange_machine: Asterisk, product: Product
) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        caller = await exchange.outside_call("325")  # the only way in whose phone may hand on by keys
        first = await answered(exchange, "301")
        await in_call(desk, "consult", to="302")
        second = await (await exchange.phone("302")).next_call()
        await is_told(desk, "Calling Agent302 while the other side waits")
        second.answer()
        await is_told(desk, "Talking with Agent302 while the other side waits")
        assert not caller.ended.is_set()
        await first.hang_up()
        await asyncio.sleep(0.6)
        await caller.hang_up()
        await ended(second)

    (call,) = played(exchange_machine, product, play)
    assert (call.row.direction, call.row.outcome, call.row.number) == ("inbound", "answered", CUSTOMER)
    assert segments(call) == [
        (CUSTOMER, "caller", "answered"),
        ("301", "called", "answered"),
        ("302", "called", "answered"),
    ]


def test_who_asks_first_and_hangs_up_in_vain_is_rung_back_within_the_same_call(
    exchange_machine: Asterisk, product: Product
) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        caller = await exchange.outside_call("325")
        first = await answered(exchange, "301")
        await in_call(desk, "consult", to="302")
        await (await exchange.phone("302")).next_call()
        await first.hang_up()
        await ended(first)
        await eventually(_rings_back, "301 is shown the customer again")
        await caller.hang_up()

    (call,) = played(exchange_machine, product, play)
    assert (call.row.direction, call.row.outcome, call.row.number) == ("inbound", "answered", CUSTOMER)
    told = segments(call)
    assert told[:3] == [
        (CUSTOMER, "caller", "answered"),
        ("301", "called", "answered"),
        ("302", "called", "cancelled"),
    ]
    # Asterisk may give a first try up at once, and then rings 302 and 301 anew.
    assert {name for name, _, _ in told[3:]} in ({"301"}, {"301", "302"})
    assert told[-1] == ("301", "called", "cancelled")


def _rings_back() -> bool:
    return Notice.objects.filter(
        user__username=user_of("301"), state="ringing", call__answered_at__isnull=False
    ).exists()


def test_an_outgoing_call_is_handed_on_too(exchange_machine: Asterisk, product: Product) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        await press(desk, "/calls/dial", number=OTHER_CUSTOMER)
        own = await answered(exchange, "301")
        customer = await exchange.trunk.next_call()
        customer.answer()
        await in_call(desk, "transfer", to="302")
        await ended(own)
        second = await answered(exchange, "302")
        await asyncio.sleep(0.3)
        await customer.hang_up()
        await ended(second)

    (call,) = played(exchange_machine, product, play)
    assert (call.row.direction, call.row.outcome, bool(call.row.command_id)) == ("outbound", "answered", True)
    assert sorted(segments(call)) == [
        (OTHER_CUSTOMER, "called", "answered"),
        ("301", "caller", "answered"),
        ("302", "called", "answered"),
    ]


def test_a_call_is_cancelled_while_the_own_phone_rings_and_nobody_else_hears_of_it(
    exchange_machine: Asterisk, product: Product
) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        placed = await press(desk, "/calls/dial", number=OTHER_CUSTOMER)
        ringing = await (await exchange.phone("301")).next_call()
        await press(desk, f"/calls/placed/{placed['command']}/cancel")
        await ended(ringing)
        assert exchange.trunk.incoming.empty()

    (call,) = played(exchange_machine, product, play)
    # Asterisk sees only a phone that was not picked up; that its owner gave up is written a moment later.
    wait_for(lambda: Call.objects.filter(pk=call.row.pk, outcome="cancelled", dialled=OTHER_CUSTOMER).exists())


def test_a_call_is_cancelled_while_the_customers_phone_rings(exchange_machine: Asterisk, product: Product) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        placed = await press(desk, "/calls/dial", number=OTHER_CUSTOMER)
        own = await answered(exchange, "301")
        customer = await exchange.trunk.next_call()
        await press(desk, f"/calls/placed/{placed['command']}/cancel")
        await ended(own, customer)

    (call,) = played(exchange_machine, product, play)
    assert (call.row.outcome, call.row.number) == ("cancelled", OTHER_CUSTOMER)


def test_a_dear_call_is_asked_about_only_while_the_own_phone_is_there(
    exchange_machine: Asterisk, product: Product
) -> None:
    async def play(exchange: Exchange, desk: Desk) -> None:
        caller = await exchange.outside_call()
        phone = await answered(exchange, "301")
        await up(caller)  # who hangs up before hearing of the answer ends nothing
        await caller.hang_up()
        await ended(phone)
        asked, words = await asyncio.to_thread(desk.post, "/calls/dial", number="+881612345678")
        assert (asked, "satellite or special network" in json.loads(words)["ask"]) == (409, True)
        await (await exchange.phone("301")).unregister()
        refused, words = await asyncio.to_thread(desk.post, "/calls/dial", number="+881612345678")
        assert (refused, json.loads(words)["error"][:27]) == (409, "Your phone is not connected")

    assert len(played(exchange_machine, product, play)) == 1
