"""301 rings, 302 takes the call from its own phone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.exchange import Exchange, ended, up
from lab.flows.truth import Truth, answered_call, losers


async def pickup_group(exchange: Exchange) -> Truth:
    return await _picked_up(exchange, "*8", "302 dials *8 and takes the call that rings at 301.")


async def pickup_directed(exchange: Exchange) -> Truth:
    return await _picked_up(exchange, "*8301", "302 dials *8301 and takes the call that rings at 301.")


async def _picked_up(exchange: Exchange, code: str, story: str) -> Truth:
    taker = await exchange.phone("302")
    phone = await exchange.phone("301")
    caller = await exchange.outside_call()
    rung = await phone.next_call()
    await exchange.moment("ringing")
    await asyncio.sleep(0.8)
    taken = await taker.call(code)
    await up(caller)
    await exchange.moment("talking")
    await asyncio.sleep(1.2)
    await caller.hang_up()
    await ended(rung, taken)
    truth = answered_call(caller, taken, "302")
    return Truth(story=story, calls=(replace(truth, legs=(*truth.legs, *losers(("301",), "elsewhere"))),))
