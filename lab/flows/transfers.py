"""301 answers and hands the customer on to 302."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.exchange import Exchange, answered_after, ended, started, up
from lab.flows.truth import Truth, answered_call, leg, losers
from lab.phones.dialog import Dialog, Incoming, Outgoing


async def blind(exchange: Exchange) -> Truth:
    caller, first = await _first_talk(exchange)
    await first.transfer_blind("302")
    target = await exchange.phone("302")
    second = await answered_after(await target.next_call(), 0.6)
    return await _end(caller, first, second, "301 sends the customer on to 302 without asking; 302 answers.")


async def blind_unanswered(exchange: Exchange) -> Truth:
    """302 rings until the customer gives up."""
    caller, first = await _first_talk(exchange)
    target = await exchange.phone("302")
    await first.transfer_blind("302")
    second = await target.next_call()
    await asyncio.sleep(1.0)
    await caller.hang_up()
    await ended(first, second)
    truth = answered_call(caller, first, "301")
    legs = (*truth.legs, *losers(("302",), "cancelled"))
    story = "301 sends the customer on to 302, which does not answer; the customer gives up."
    return Truth(story=story, calls=(replace(truth, legs=legs),))


async def attended(exchange: Exchange) -> Truth:
    caller, first = await _first_talk(exchange)
    target = await exchange.phone("302")
    await first.hold()
    question = await _ask(exchange)
    second = await answered_after(await target.next_call(), 0.6)
    await up(question)
    await exchange.moment("consulting")
    await asyncio.sleep(1.0)
    await first.transfer_to(question)
    await ended(first, question)
    story = "301 holds the customer, asks 302 (which answers), and joins the two."
    return await _end(caller, first, second, story)


async def blonde(exchange: Exchange) -> Truth:
    caller, first = await _first_talk(exchange)
    target = await exchange.phone("302")
    await first.hold()
    question = await _ask(exchange)
    second = await target.next_call()
    await question.rang.wait()
    await asyncio.sleep(0.6)
    await first.transfer_to(question)
    await answered_after(second, 0.8)
    story = "301 holds the customer, rings 302 and hands over while it still rings; 302 answers."
    return await _end(caller, first, second, story)


async def blonde_unanswered(exchange: Exchange) -> Truth:
    caller, first = await _first_talk(exchange)
    target = await exchange.phone("302")
    await first.hold()
    question = await _ask(exchange)
    second = await target.next_call()
    await question.rang.wait()
    await asyncio.sleep(0.4)
    await first.transfer_to(question)
    await asyncio.sleep(1.0)
    await caller.hang_up()
    await ended(first, second)
    truth = answered_call(caller, first, "301")
    story = "As blonde, but 302 does not answer and the customer gives up."
    return Truth(story=story, calls=(replace(truth, legs=(*truth.legs, *losers(("302",), "cancelled"))),))


async def consultation_dropped(exchange: Exchange) -> Truth:
    """301 asks 302, takes the customer back and ends the call itself: nothing was handed on."""
    caller, first = await _first_talk(exchange)
    target = await exchange.phone("302")
    await first.hold()
    question = await _ask(exchange)
    second = await answered_after(await target.next_call(), 0.4)
    await up(question)
    await asyncio.sleep(0.6)
    await question.hang_up()
    await first.unhold()
    await asyncio.sleep(0.4)
    await caller.hang_up()
    await ended(first, second)
    asked = replace(
        answered_call(question, second, "302"),
        direction="internal",
        caller="301",
        line="",
        caller_name="Agent 301",
    )
    story = "301 holds the customer, asks 302, takes the customer back."
    return Truth(story=story, calls=(answered_call(caller, first, "301"), asked))


async def _ask(exchange: Exchange) -> Outgoing:
    """301 rings 302 while the customer waits."""
    phone = await exchange.phone("301")
    return started(phone.start_call("302"))


async def _first_talk(exchange: Exchange) -> tuple[Outgoing, Incoming]:
    await exchange.phone("302")
    phone = await exchange.phone("301")
    caller = await exchange.outside_call()
    first = await answered_after(await phone.next_call(), 0.6)
    await up(caller)
    await exchange.moment("talking")
    await asyncio.sleep(1.0)
    return caller, first


async def _end(caller: Outgoing, first: Dialog, second: Dialog, story: str) -> Truth:
    """The customer and 302 talk for a second, then the customer hangs up."""
    await up(second)
    await asyncio.sleep(1.0)
    await caller.hang_up()
    await ended(first, second)
    truth = answered_call(caller, first, "301")
    with_second = second.ended_at - max(second.answered_at, first.ended_at)
    legs = (
        replace(truth.legs[0], talk_seconds=round(first.talk_seconds + with_second, 2)),
        truth.legs[1],
        leg("302", "called", "answered", second),
    )
    return Truth(story=story, calls=(replace(truth, legs=legs),))
