"""Ring groups and queues of five phones, 301 to 305."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.asterisk.dialplan import queue_name
from lab.asterisk.plan import FIVE
from lab.exchange import Exchange, answered_after, ended, up
from lab.flows.truth import CallTruth, Truth, answered_call, losers, lost_call
from lab.phones.dialog import Incoming, Outgoing

GROUP_LINE = "+85621000106"
QUEUE_LINE = "+85621000107"
QUEUE = queue_name("710")
WINNER = "303"


async def ring_group(exchange: Exchange) -> Truth:
    truth = await _answered_by_one_of_five(exchange, GROUP_LINE)
    return Truth(story="Five phones ring, 303 answers.", calls=(truth,))


async def ring_group_unanswered(exchange: Exchange) -> Truth:
    phones = await exchange.phones(*FIVE)
    caller = await exchange.outside_call("611")
    calls = [await phone.next_call() for phone in phones]
    await ended(caller, *calls)
    story = "Five phones ring, nobody answers; the exchange gives up after 2 s."
    return Truth(story=story, calls=(lost_call(caller, "missed", *FIVE),))


async def ring_group_cancelled(exchange: Exchange) -> Truth:
    phones = await exchange.phones(*FIVE)
    caller = await exchange.outside_call(GROUP_LINE)
    calls = [await phone.next_call() for phone in phones]
    await asyncio.sleep(0.8)
    await caller.cancel()
    await ended(caller, *calls)
    return Truth(story="Five phones ring, the caller gives up.", calls=(lost_call(caller, "cancelled", *FIVE),))


async def queue(exchange: Exchange) -> Truth:
    truth = await _answered_by_one_of_five(exchange, QUEUE_LINE)
    return Truth(story="A queue rings five phones, 303 answers.", calls=(replace(truth, queue=QUEUE),))


async def queue_unanswered_first(exchange: Exchange) -> Truth:
    """The queue does not answer the caller before a person does."""
    truth = await _answered_by_one_of_five(exchange, "711")
    return Truth(story="As queue, but no music answers first.", calls=(replace(truth, queue=QUEUE),))


async def queue_abandoned(exchange: Exchange) -> Truth:
    phones = await exchange.phones(*FIVE)
    caller = await exchange.outside_call(QUEUE_LINE)
    calls = [await phone.next_call() for phone in phones]
    await up(caller)
    await exchange.moment("ringing")
    await asyncio.sleep(1.2)
    await caller.hang_up()
    await ended(*calls)
    truth = replace(lost_call(caller, "cancelled", *FIVE), queue=QUEUE)
    return Truth(story="The caller leaves the queue while five phones ring.", calls=(truth,))


async def queue_timeout(exchange: Exchange) -> Truth:
    phones = await exchange.phones(*FIVE)
    caller = await exchange.outside_call("712")
    calls = [await phone.next_call() for phone in phones]
    await ended(caller, *calls)
    truth = replace(lost_call(caller, "missed", *FIVE), queue=QUEUE)
    return Truth(story="Five phones ring, nobody answers; the queue gives up after 3 s.", calls=(truth,))


async def queue_waiting(exchange: Exchange) -> Truth:
    """Nobody is there: the caller hears music only, and hangs up."""
    caller = await exchange.outside_call(QUEUE_LINE)
    await up(caller)
    await exchange.moment("waiting")
    await asyncio.sleep(1.5)
    await caller.hang_up()
    await exchange.idle()
    truth = replace(lost_call(caller, "cancelled"), queue=QUEUE)
    return Truth(story="The caller waits in a queue without phones and hangs up.", calls=(truth,))


async def _answered_by_one_of_five(exchange: Exchange, line: str) -> CallTruth:
    phones = await exchange.phones(*FIVE)
    caller = await exchange.outside_call(line)
    calls = {phone.user: await phone.next_call() for phone in phones}
    await exchange.moment("ringing")
    call = await answered_after(calls[WINNER], 0.8)
    await up(caller)
    await exchange.moment("talking")
    await asyncio.sleep(1.2)
    await caller.hang_up()
    await ended(*calls.values())
    return _won(caller, call)


def _won(caller: Outgoing, call: Incoming) -> CallTruth:
    rest = tuple(extension for extension in FIVE if extension != WINNER)
    truth = answered_call(caller, call, WINNER)
    return replace(truth, legs=(*truth.legs, *losers(rest, "elsewhere")))
