"""Calls from a phone: to a customer, or to a colleague."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.exchange import OTHER_CUSTOMER, Exchange, answered_after, ended, started, up
from lab.flows.truth import CallTruth, Truth, answered_call, leg, losers, lost_call
from lab.phones.dialog import Incoming, Outgoing
from lab.phones.phone import Behaviour, broken, busy, unknown_number


async def outbound(exchange: Exchange) -> Truth:
    caller = started((await exchange.phone("301")).start_call(OTHER_CUSTOMER))
    call = await exchange.trunk.next_call()
    await _talk(exchange, caller, call)
    return Truth(story="301 calls a customer, who answers.", calls=(_to_customer(exchange, caller, call),))


async def outbound_cancelled(exchange: Exchange) -> Truth:
    caller = started((await exchange.phone("301")).start_call(OTHER_CUSTOMER))
    call = await exchange.trunk.next_call()
    await asyncio.sleep(1.0)
    await caller.cancel()
    await ended(caller, call)
    story = "301 calls a customer and gives up after 1 s."
    return Truth(story=story, calls=(_not_reached(exchange, caller, "cancelled"),))


async def outbound_busy(exchange: Exchange) -> Truth:
    return await _refused(exchange, busy, "busy", "301 calls a customer, who is busy (486).")


async def outbound_failed(exchange: Exchange) -> Truth:
    return await _refused(exchange, broken, "failed", "301 calls a customer; the trunk is out of order (503).")


async def outbound_wrong_number(exchange: Exchange) -> Truth:
    return await _refused(exchange, unknown_number, "failed", "301 calls a number that does not exist (404).")


async def internal(exchange: Exchange) -> Truth:
    target = await exchange.phone("302")
    caller = started((await exchange.phone("301")).start_call("302"))
    call = await target.next_call()
    await _talk(exchange, caller, call)
    truth = replace(answered_call(caller, call, "302"), direction="internal", line="")
    return Truth(story="301 calls 302, which answers.", calls=(truth,))


async def internal_missed(exchange: Exchange) -> Truth:
    target = await exchange.phone("302")
    caller = started((await exchange.phone("301")).start_call("302"))
    call = await target.next_call()
    await asyncio.sleep(0.8)
    await caller.cancel()
    await ended(caller, call)
    truth = replace(lost_call(caller, "cancelled", "302"), direction="internal", line="")
    return Truth(story="301 calls 302 and gives up.", calls=(truth,))


async def _talk(exchange: Exchange, caller: Outgoing, call: Incoming) -> None:
    await exchange.moment("ringing")
    await answered_after(call, 0.8)
    await up(caller)
    await exchange.moment("talking")
    await asyncio.sleep(1.2)
    await caller.hang_up()
    await ended(caller, call)


async def _refused(exchange: Exchange, how: Behaviour, outcome: str, story: str) -> Truth:
    exchange.trunk.behaviour = how
    phone = await exchange.phone("301")
    caller = await phone.call(OTHER_CUSTOMER)
    await ended(caller)
    return Truth(story=story, calls=(_not_reached(exchange, caller, outcome),))


def _to_customer(exchange: Exchange, caller: Outgoing, call: Incoming) -> CallTruth:
    truth = answered_call(caller, call, OTHER_CUSTOMER)
    return replace(truth, direction="outbound", line=exchange.plan.shown_number)


def _not_reached(exchange: Exchange, caller: Outgoing, outcome: str) -> CallTruth:
    legs = (leg("301", "caller", outcome), *losers((OTHER_CUSTOMER,), outcome))
    truth = replace(lost_call(caller, outcome), direction="outbound", line=exchange.plan.shown_number)
    return replace(truth, legs=legs)
