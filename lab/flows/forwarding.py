"""Calls that are sent on before anyone answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.asterisk.dialplan import FORWARD_NUMBER
from lab.asterisk.plan import MAIN_LINE
from lab.exchange import Exchange, answered_after, ended, up
from lab.flows.truth import CallTruth, Truth, answered_call, losers
from lab.phones.dialog import Incoming, Outgoing
from lab.phones.phone import Phone, Trunk, forward_to


async def forward_302(exchange: Exchange) -> Truth:
    await exchange.phone("301", forward_to("302"))
    caller, call = await _talk(exchange, MAIN_LINE, await exchange.phone("302"))
    truth = _also(answered_call(caller, call, "302"), "301", "forwarded")
    return Truth(story="301 sends its calls on to 302 (302 Moved); 302 answers.", calls=(truth,))


async def forward_302_outside(exchange: Exchange) -> Truth:
    await exchange.phone("301", forward_to(FORWARD_NUMBER))
    caller, call = await _talk(exchange, MAIN_LINE, exchange.trunk)
    truth = _also(answered_call(caller, call, FORWARD_NUMBER), "301", "forwarded")
    return Truth(story="301 sends its calls on to a mobile phone outside, which answers.", calls=(truth,))


async def forward_local(exchange: Exchange) -> Truth:
    caller, call = await _talk(exchange, "330", await exchange.phone("302"))
    story = "The dialplan sends the call to 302 through a Local channel."
    return Truth(story=story, calls=(answered_call(caller, call, "302"),))


async def forward_also(exchange: Exchange) -> Truth:
    """301 rings directly, 302 through a Local channel; 302 answers."""
    first = await exchange.phone("301")
    caller, call = await _talk(exchange, "331", await exchange.phone("302"))
    await ended(await first.next_call())
    truth = _also(answered_call(caller, call, "302"), "301", "elsewhere")
    return Truth(story="301 and, through a Local channel, 302 ring; 302 answers.", calls=(truth,))


async def trunk_to_trunk(exchange: Exchange) -> Truth:
    caller, call = await _talk(exchange, "650", exchange.trunk)
    truth = answered_call(caller, call, FORWARD_NUMBER)
    return Truth(story="The dialplan sends the call straight on to an outside number.", calls=(truth,))


async def _talk(exchange: Exchange, line: str, taker: Phone | Trunk) -> tuple[Outgoing, Incoming]:
    caller = await exchange.outside_call(line)
    call = await taker.next_call()
    await exchange.moment("ringing")
    await answered_after(call, 0.8)
    await up(caller)
    await exchange.moment("talking")
    await asyncio.sleep(1.2)
    await caller.hang_up()
    await ended(call)
    return caller, call


def _also(truth: CallTruth, other: str, outcome: str) -> CallTruth:
    """Another phone was rung too."""
    return replace(truth, legs=(*truth.legs, *losers((other,), outcome)))
