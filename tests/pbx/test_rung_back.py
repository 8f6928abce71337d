"""A phone that is rung back, because nobody took what it handed on, while Callcard was away for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from callcard.calls.models import Call
from lab.asterisk.run import Asterisk
from lab.exchange import CUSTOMER, Exchange, ended
from tests.pbx.breaks import LinkCut, Restarted
from tests.pbx.company import PBX, connect_pbx, found_company
from tests.pbx.proxy import Wire
from tests.pbx.watching import eventually, in_thread, link_comes_up, logged_calls, name_of, newest_report

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

ASKED_BY_DIALLING = "325"  # its phone may ask a colleague by keys


@pytest.mark.parametrize("make_break", [Restarted, LinkCut])
def test_it_is_one_call(make_break: Callable[[Wire], Restarted | LinkCut], asterisk: Asterisk) -> None:
    found_company()
    asyncio.run(_play(make_break, asterisk))
    (call,) = logged_calls()
    assert (call.row.direction, call.row.outcome, call.row.number) == ("inbound", "answered", CUSTOMER)
    told = {(name_of(each), each.role, each.outcome) for each in call.segments}
    assert {(CUSTOMER, "caller", "answered"), ("301", "called", "answered")} <= told
    # How the second ringing ended may not be told: the call was not seen whole.
    assert told & {("301", "called", "missed"), ("301", "called", "cancelled"), ("301", "called", "unknown")}
    assert {name for name, _, _ in told} == {CUSTOMER, "301", "302"}


async def _play(make_break: Callable[[Wire], Restarted | LinkCut], asterisk: Asterisk) -> None:
    async with Wire(asterisk.plan.ami_port) as wire, Exchange(asterisk) as exchange:
        await in_thread(lambda: connect_pbx(PBX, wire.port, answer_timeout=1.0))
        product = make_break(wire)
        await product.start()
        try:
            await link_comes_up(0)
            await _ask_in_vain(exchange, product)
            await eventually(_is_over, "every call is written and over")
        finally:
            await product.stop()


async def _ask_in_vain(exchange: Exchange, product: Restarted | LinkCut) -> None:
    own, colleague = await exchange.phones("301", "302")
    caller = await exchange.outside_call(ASKED_BY_DIALLING)
    first = await own.next_call()
    first.answer()
    await eventually(_talks, "301 is seen talking")
    channel = await in_thread(_leg_of_301)
    await exchange.ami.ask("Atxfer", Channel=channel, Exten="302", Context="internal")
    await colleague.next_call()
    await first.hang_up()
    await ended(first)
    await eventually(_has_hung_up, "301 is seen to have hung up")
    await _look_away(product)
    await asyncio.wait_for(own.next_call(), 30)
    await eventually(_rings_back, "301 is seen to ring again")
    await caller.hang_up()
    await exchange.idle()


async def _look_away(product: Restarted | LinkCut) -> None:
    before = await newest_report()
    await product.begin()
    await product.end()
    await link_comes_up(before)


def _leg_of_301() -> str:
    return str(Call.objects.get().segments.get(extension="301").key)


def _talks() -> bool:
    return Call.objects.filter(segments__extension="301", segments__answered_at__isnull=False).exists()


def _has_hung_up() -> bool:
    return Call.objects.filter(segments__extension="301", segments__ended_at__isnull=False).exists()


def _rings_back() -> bool:
    return Call.objects.filter(segments__extension="301").count() >= 2


def _is_over() -> bool:
    return Call.objects.exists() and not Call.objects.filter(ended_at=None).exists()
