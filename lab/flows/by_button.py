"""Click-to-call: the exchange rings 301 first, then the customer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.exchange import OTHER_CUSTOMER, Exchange, answered_after, ended, up
from lab.flows.truth import CallTruth, LegTruth, Truth, leg, losers
from lab.phones.dialog import Incoming
from lab.phones.phone import busy


async def button(exchange: Exchange) -> Truth:
    return await _answered(exchange, "301 clicks, its phone rings and is taken, the customer answers.")


async def button_local(exchange: Exchange) -> Truth:
    """The phone is reached through a Local channel, as with follow-me."""
    exchange.dial = exchange.dial_by_local
    return await _answered(exchange, "As button, through a Local channel with both ids preset.")


async def button_agent_busy(exchange: Exchange) -> Truth:
    await exchange.phone("301", busy)
    await exchange.dial("301", OTHER_CUSTOMER)
    await exchange.ami.quiet()
    return _not_begun("301 clicks, but its phone is busy; the customer is never called.", "busy", 0.0)


async def button_agent_away(exchange: Exchange) -> Truth:
    """The button's own time is 2 s here."""
    phone = await exchange.phone("301")
    exchange.button_seconds = 2.0
    await exchange.dial("301", OTHER_CUSTOMER)
    call = await phone.next_call()
    await ended(call)
    return _not_begun(
        "301 clicks and does not take its phone within 2 s; the customer is never called.",
        "missed",
        round(call.ended_at - call.invited_at, 2),
    )


async def button_customer_busy(exchange: Exchange) -> Truth:
    exchange.trunk.behaviour = busy
    phone = await exchange.phone("301")
    await exchange.dial("301", OTHER_CUSTOMER)
    own = await answered_after(await phone.next_call(), 0.6)
    await ended(own)
    legs = (leg("301", "caller", "busy"), *losers((OTHER_CUSTOMER,), "busy"))
    truth = _placed("busy", round(own.ended_at - own.invited_at, 2), legs=legs)
    shown = replace(truth, line=exchange.plan.shown_number)
    return Truth(story="301 clicks and takes its phone, the customer is busy.", calls=(shown,))


async def _answered(exchange: Exchange, story: str) -> Truth:
    phone = await exchange.phone("301")
    await exchange.dial("301", OTHER_CUSTOMER)
    own = await phone.next_call()
    await exchange.moment("ringing")
    await answered_after(own, 0.6)
    customer = await answered_after(await exchange.trunk.next_call(), 0.8)
    await up(customer)
    await exchange.moment("talking")
    await asyncio.sleep(1.2)
    await own.hang_up()
    await ended(customer)
    return Truth(story=story, calls=(replace(_talked(own, customer), line=exchange.plan.shown_number),))


def _talked(own: Incoming, customer: Incoming) -> CallTruth:
    legs = (leg("301", "caller", "answered", customer), leg(OTHER_CUSTOMER, "called", "answered", customer))
    return _placed(
        "answered",
        round(customer.answered_at - own.invited_at, 2),
        answered_by=OTHER_CUSTOMER,
        talk=round(own.ended_at - customer.answered_at, 2),
        legs=legs,
    )


def _not_begun(story: str, outcome: str, seconds: float) -> Truth:
    legs = (leg("301", "caller", outcome),)
    return Truth(story=story, calls=(_placed("not_placed", seconds, legs=legs),))


def _placed(
    outcome: str, ring: float, *, answered_by: str = "", talk: float = 0.0, legs: tuple[LegTruth, ...]
) -> CallTruth:
    return CallTruth(
        direction="outbound",
        caller="301",
        dialled=OTHER_CUSTOMER,
        outcome=outcome,
        answered_by=answered_by,
        by_button=True,
        ring_seconds=ring,
        talk_seconds=talk,
        legs=legs,
    )
