"""An outside caller and one phone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.asterisk.plan import MAIN_LINE
from lab.exchange import CUSTOMER, CUSTOMER_NAME, Exchange, answered_after, ended, up
from lab.flows.truth import CallTruth, Truth, answered_call, lost_call
from lab.phones.dialog import Incoming, Outgoing
from lab.phones.message import Headers
from lab.phones.phone import busy, do_not_disturb

RING = 0.8
TALK = 1.2


async def answered(exchange: Exchange) -> Truth:
    caller, call = await _conversation(exchange)
    story = "301 answers the customer, who hangs up."
    return Truth(story=story, calls=(answered_call(caller, call, "301"),))


async def answered_agent_ends(exchange: Exchange) -> Truth:
    caller, call = await _conversation(exchange, agent_ends=True)
    story = "301 answers the customer and hangs up."
    return Truth(story=story, calls=(answered_call(caller, call, "301"),))


async def recorded(exchange: Exchange) -> Truth:
    caller, call = await _conversation(exchange, line="322")
    truth = replace(answered_call(caller, call, "301"), recorded=True)
    return Truth(story="As answered, and recorded by MixMonitor.", calls=(truth,))


async def menu(exchange: Exchange) -> Truth:
    """The menu is not an answer: nobody talks yet."""
    caller, call = await _conversation(exchange, line="323")
    story = "The exchange answers with a menu of 1 s, then 301 rings and answers."
    return Truth(story=story, calls=(answered_call(caller, call, "301"),))


async def unknown_number(exchange: Exchange) -> Truth:
    caller, call = await _conversation(exchange, number="", name="")
    return Truth(story="The caller sends no number at all.", calls=(answered_call(caller, call, "301"),))


async def anonymous(exchange: Exchange) -> Truth:
    caller, call = await _conversation(exchange, number="anonymous", name="Anonymous")
    story = "The caller withholds the number: From is anonymous."
    return Truth(story=story, calls=(_withheld(caller, call),))


async def restricted(exchange: Exchange) -> Truth:
    """The network knows the number and marks it private (RFC 3325)."""
    extra = (("P-Asserted-Identity", f"<sip:{CUSTOMER}@127.0.0.1>"), ("Privacy", "id"))
    caller, call = await _conversation(exchange, number="anonymous", name="Anonymous", extra=extra)
    story = "The caller withholds the number; the network tells it, marked private."
    return Truth(story=story, calls=(_withheld(caller, call),))


async def strange_name(exchange: Exchange) -> Truth:
    name = b"\xcf\xe5\xf2\xf0 <b>\xff\xfe</b>, x; y"
    caller, call = await _conversation(exchange, name=name)
    story = "The caller's name is not UTF-8 and holds mark-up."
    return Truth(story=story, calls=(answered_call(caller, call, "301"),))


async def number_without_plus(exchange: Exchange) -> Truth:
    caller, call = await _conversation(exchange, number=CUSTOMER[1:])
    return Truth(story="The trunk writes the number without plus.", calls=(answered_call(caller, call, "301"),))


async def caller_like_extension(exchange: Exchange) -> Truth:
    """An outside caller whose number is also an extension here."""
    caller, call = await _conversation(exchange, number="305", name="")
    return Truth(story="An outside caller with the number 305.", calls=(answered_call(caller, call, "301"),))


async def hold(exchange: Exchange) -> Truth:
    """Held twice, so that a program must add up."""
    phone = await exchange.phone("301")
    caller = await exchange.outside_call()
    call = await answered_after(await phone.next_call(), RING)
    await up(caller)
    for seconds in (1.0, 0.5):
        await asyncio.sleep(0.5)
        await call.hold()
        await exchange.moment("hold")
        await asyncio.sleep(seconds)
        await call.unhold()
    await asyncio.sleep(0.5)
    await caller.hang_up()
    await ended(call)
    return Truth(story="301 answers and holds the caller twice.", calls=(answered_call(caller, call, "301"),))


async def hold_to_the_end(exchange: Exchange) -> Truth:
    phone = await exchange.phone("301")
    caller = await exchange.outside_call()
    call = await answered_after(await phone.next_call(), RING)
    await up(caller)
    await asyncio.sleep(0.5)
    await call.hold()
    await exchange.moment("hold")
    await asyncio.sleep(1.0)
    await caller.hang_up()
    await ended(call)
    return Truth(story="The caller hangs up while held.", calls=(answered_call(caller, call, "301"),))


async def missed(exchange: Exchange) -> Truth:
    phone = await exchange.phone("301")
    caller = await exchange.outside_call("321")
    call = await phone.next_call()
    await exchange.moment("ringing")
    await ended(caller, call)
    story = "Nobody answers; the exchange gives up after 2 s."
    return Truth(story=story, calls=(lost_call(caller, "missed", "301"),))


async def cancelled(exchange: Exchange) -> Truth:
    phone = await exchange.phone("301")
    caller = await exchange.outside_call()
    call = await phone.next_call()
    await exchange.moment("ringing")
    await asyncio.sleep(1.0)
    await caller.cancel()
    await ended(caller, call)
    return Truth(story="The caller gives up after 1 s.", calls=(lost_call(caller, "cancelled", "301"),))


async def busy_phone(exchange: Exchange) -> Truth:
    await exchange.phone("301", busy)
    caller = await exchange.outside_call()
    await ended(caller)
    return Truth(story="301 is busy (486).", calls=(lost_call(caller, "busy", "301"),))


async def dnd(exchange: Exchange) -> Truth:
    """The phone refuses with 480, which Asterisk does not tell from a phone that is switched off."""
    await exchange.phone("301", do_not_disturb)
    caller = await exchange.outside_call()
    await ended(caller)
    story = "301 wants not to be disturbed and refuses at once (480)."
    return Truth(story=story, calls=(lost_call(caller, "missed", "301"),))


async def not_registered(exchange: Exchange) -> Truth:
    caller = await exchange.outside_call("+85621000102")
    await ended(caller)
    return Truth(story="302 is not registered.", calls=(lost_call(caller, "failed"),))


async def two_calls(exchange: Exchange) -> Truth:
    phone = await exchange.phone("301")
    first = await exchange.outside_call()
    one = await answered_after(await phone.next_call(), RING)
    await up(first)
    second = await exchange.outside_call(number="+99365222333", name="Customer Two")
    two = await phone.next_call()
    await asyncio.sleep(0.6)
    await one.hold()
    two.answer()
    await up(second)
    await exchange.moment("talking")
    await asyncio.sleep(1.0)
    await second.hang_up()
    await one.unhold()
    await asyncio.sleep(0.4)
    await first.hang_up()
    await ended(one, two)
    story = "301 holds its first customer while it answers and ends a second one."
    return Truth(story=story, calls=(answered_call(first, one, "301"), answered_call(second, two, "301")))


async def _conversation(
    exchange: Exchange,
    *,
    line: str = MAIN_LINE,
    number: str = CUSTOMER,
    name: str | bytes = CUSTOMER_NAME,
    agent_ends: bool = False,
    extra: Headers = (),
) -> tuple[Outgoing, Incoming]:
    phone = await exchange.phone("301")
    caller = await exchange.outside_call(line, number, name, extra)
    call = await phone.next_call()
    await exchange.moment("ringing")
    await answered_after(call, RING)
    await up(caller, call)
    await exchange.moment("talking")
    await asyncio.sleep(TALK)
    await (call if agent_ends else caller).hang_up()
    await ended(caller, call)
    return caller, call


def _withheld(caller: Outgoing, call: Incoming) -> CallTruth:
    truth = answered_call(caller, call, "301")
    unnamed = (replace(truth.legs[0], party=""), *truth.legs[1:])
    return replace(truth, caller="", caller_name="", withheld=True, legs=unnamed)
