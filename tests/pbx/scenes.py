"""What may go on while Callcard, its link or its PBX is away: each scene has a phone and a customer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lab.asterisk.plan import Plan
from lab.exchange import Exchange, ended, up
from lab.phones.dialog import Incoming, Outgoing
from tests.pbx.watching import Told

SCENE_PHONES = tuple(str(n) for n in range(301, 321))
EMPTY_QUEUE = "710"
EMPTY_QUEUE_LINE = "+85621000710"
ANSWERED, UNKNOWN = "answered", "unknown"


def line_of(phone: str) -> str:
    return f"+85621000{phone}"


def scene_plan() -> Plan:
    """Every phone has a line of its own; nobody is in the queue."""
    lines = {line_of(phone): phone for phone in SCENE_PHONES} | {EMPTY_QUEUE_LINE: EMPTY_QUEUE}
    return Plan(phones=SCENE_PHONES, static_phones=(), rings={}, queues={EMPTY_QUEUE: ("320",)}, lines=lines)


class Scene:
    """Steps are played with all other scenes' at once; a scene without a step does nothing in it."""

    on_return = ""  # the state of the pop-up when Callcard is back; empty: there is none
    outcome = ANSWERED
    complete: bool | None = False  # None: either
    begins_before = True  # the log has the call before the break
    is_seen_through = False  # Callcard saw its answer and its end, and knows how long it was

    def __init__(self, exchange: Exchange, phone: str) -> None:
        self.exchange, self.phone = exchange, phone
        self.number = f"+9936510{phone}"
        self.caller: Outgoing
        self.call: Incoming
        self.told: list[Told] = []  # what the phone's user was told, in order

    async def before(self) -> None: ...

    async def at_break(self) -> None:
        """In the very second in which the break begins."""

    async def meanwhile(self) -> None: ...

    async def after(self) -> None: ...

    async def ring(self) -> None:
        phone = await self.exchange.phone(self.phone)
        self.caller = await self.exchange.outside_call(line_of(self.phone), self.number, f"Caller {self.phone}")
        self.call = await phone.next_call()

    async def answer(self) -> None:
        self.call.answer()
        await up(self.caller, self.call)

    async def hang_up(self) -> None:
        await self.caller.hang_up()
        await ended(self.call, self.caller)


class RingsOn(Scene):
    on_return, is_seen_through = "ringing", True

    async def before(self) -> None:
        await self.ring()

    async def after(self) -> None:
        await self.answer()
        await asyncio.sleep(0.3)
        await self.hang_up()


class AnsweredUnseen(RingsOn):
    on_return, is_seen_through = "talking", False

    async def meanwhile(self) -> None:
        await self.answer()

    async def after(self) -> None:
        await self.hang_up()


class GivenUpUnseen(RingsOn):
    on_return, outcome, is_seen_through = "", UNKNOWN, False

    async def meanwhile(self) -> None:
        await self.caller.cancel()
        await ended(self.call)

    async def after(self) -> None: ...


class AnsweredAndEndedUnseen(GivenUpUnseen):
    async def meanwhile(self) -> None:
        await self.answer()
        await self.hang_up()


class TalksOn(Scene):
    on_return, is_seen_through = "talking", True

    async def before(self) -> None:
        await self.ring()
        await self.answer()

    async def after(self) -> None:
        await self.hang_up()


class HeldOn(TalksOn):
    async def before(self) -> None:
        await super().before()
        await self.call.hold()

    async def after(self) -> None:
        await self.call.unhold()
        await self.hang_up()


class EndedUnseen(TalksOn):
    on_return, is_seen_through = "", False

    async def meanwhile(self) -> None:
        await self.hang_up()

    async def after(self) -> None: ...


class WaitsOn(Scene):
    """In a queue without phones."""

    outcome = UNKNOWN

    async def before(self) -> None:
        self.caller = await self.exchange.outside_call(EMPTY_QUEUE_LINE, self.number)
        await up(self.caller)

    async def after(self) -> None:
        await self.caller.hang_up()


class BeganUnseen(RingsOn):
    begins_before = False

    async def before(self) -> None: ...

    async def meanwhile(self) -> None:
        await self.ring()


class BeganAndAnsweredUnseen(BeganUnseen):
    on_return, is_seen_through = "talking", False

    async def meanwhile(self) -> None:
        await self.ring()
        await self.answer()

    async def after(self) -> None:
        await self.hang_up()


class BeforeIt(Scene):
    """Over before the break: it must not be touched."""

    complete, is_seen_through = True, True

    async def before(self) -> None:
        await self.ring()
        await self.answer()
        await self.hang_up()


class AfterIt(Scene):
    complete, begins_before, is_seen_through = True, False, True

    async def after(self) -> None:
        await self.ring()
        await self.answer()
        await self.hang_up()


class EndsThen(TalksOn):
    on_return, complete, is_seen_through = "", None, False
    delay_seconds = 0.0

    async def at_break(self) -> None:
        await asyncio.sleep(self.delay_seconds)
        await self.hang_up()

    async def after(self) -> None: ...


class EndsThenLater(EndsThen):
    delay_seconds = 0.03


class EndsThenLast(EndsThen):
    delay_seconds = 0.1


class BeginsThen(RingsOn):
    begins_before = False

    async def before(self) -> None: ...

    async def at_break(self) -> None:
        await self.ring()


class IsAnsweredThen(RingsOn):
    on_return, is_seen_through = "talking", False

    async def at_break(self) -> None:
        await self.answer()

    async def after(self) -> None:
        await self.hang_up()


SCENES: Sequence[type[Scene]] = (
    *(RingsOn, AnsweredUnseen, GivenUpUnseen, AnsweredAndEndedUnseen, TalksOn, HeldOn, EndedUnseen, WaitsOn),
    *(BeganUnseen, BeganAndAnsweredUnseen, BeforeIt, AfterIt),
    *(EndsThen, EndsThenLater, EndsThenLast, BeginsThen, IsAnsweredThen),
)
