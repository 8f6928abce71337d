"""An Asterisk with its phones and its outside world: what a flow plays on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from lab.ami import Ami
from lab.asterisk.plan import MAIN_LINE
from lab.asterisk.run import Asterisk
from lab.phones.dialog import Dialog, Incoming, Outgoing
from lab.phones.message import Headers
from lab.phones.phone import Behaviour, Phone, Trunk, ring

CUSTOMER = "+99365123456"
CUSTOMER_NAME = "Customer One"
OTHER_CUSTOMER = "+99365777888"

Moment = Callable[[str], Awaitable[None]]
Dial = Callable[[str, str], Awaitable[None]]


async def _pass_by(moment: str) -> None:
    """Nobody watches."""


class Exchange:
    """Opened with `async with`; the Asterisk is started by its owner and may outlive it.

    `on_moment` is awaited whenever a flow comes to a moment worth a look: "ringing", "talking",
    "hold", "waiting". `dial(extension, number)` places a call by button; a test of a
    program puts the program's own way there.
    """

    def __init__(self, asterisk: Asterisk, on_moment: Moment = _pass_by) -> None:
        self.asterisk = asterisk
        self.plan = asterisk.plan
        self.moment = on_moment
        self.dial: Dial = self.dial_by_phone
        self.button_seconds = 30.0
        self.trunk = Trunk(self.plan.sip_port)
        self.ami = Ami()
        # What only concerns the lab is asked elsewhere, so it does not stand in recordings.
        self._aside = Ami()
        self._phones: dict[str, Phone] = {}

    async def __aenter__(self) -> Self:
        manager = self.plan.managers[0]
        for connection in (self.ami, self._aside):
            await connection.connect(self.plan.ami_port, manager.name, manager.secret)
        await self.trunk.open(self.plan.trunk_port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.release_phones()
        self.trunk.close()
        await self.ami.close()
        await self._aside.close()

    async def phone(self, extension: str, behaviour: Behaviour = ring) -> Phone:
        """That phone, registered, behaving so from now on."""
        phone = self._phones.get(extension)
        if phone is None:
            secret = self.plan.secrets.get(extension, "")
            phone = Phone(extension, self.plan.sip_port, password=secret, name=f"Agent {extension}")
            self._phones[extension] = await phone.open()
        phone.behaviour = behaviour
        return phone

    async def phones(self, *extensions: str, behaviour: Behaviour = ring) -> list[Phone]:
        return [await self.phone(extension, behaviour) for extension in extensions]

    async def release_phones(self) -> None:
        """Every phone hangs up, unregisters and is gone; what came in meanwhile is forgotten."""
        for phone in self._phones.values():
            await phone.unregister()
            phone.close()
        self._phones.clear()
        self.trunk.behaviour = ring
        while not self.trunk.incoming.empty():
            self.trunk.incoming.get_nowait()

    async def outside_call(
        self,
        line: str = MAIN_LINE,
        number: str = CUSTOMER,
        name: str | bytes = CUSTOMER_NAME,
        extra: Headers = (),
    ) -> Outgoing:
        """An outside caller has dialled; the call is on its way."""
        return started(self.trunk.start_call(line, number, name, extra=extra))

    async def idle(self) -> None:
        """Wait until the exchange has no call left."""
        while True:
            frames = await self._aside.ask("CoreShowChannels")
            if len(frames) == 2:
                return
            await asyncio.sleep(0.1)

    async def dial_by_phone(self, extension: str, number: str) -> None:
        """Ring the phone itself first."""
        await self._originate(f"PJSIP/{extension}", extension, number)

    async def dial_by_local(self, extension: str, number: str) -> None:
        """Ring whatever the dialplan rings for the extension first."""
        channel = f"Local/{extension}@internal/n"
        await self._originate(channel, extension, number, f"{_button_id(extension, number)}-2")

    async def _originate(self, channel: str, extension: str, number: str, other_id: str = "") -> None:
        await self.ami.ask(
            "Originate",
            Channel=channel,
            ChannelId=_button_id(extension, number),
            Context="internal",
            Exten=number,
            Priority="1",
            CallerID=f'"{number}" <{number}>',
            Timeout=str(int(self.button_seconds * 1000)),
            Async="true",
            OtherChannelId=other_id,
        )


def _button_id(extension: str, number: str) -> str:
    return f"button-{extension}-{number.lstrip('+')}"


_placing: set[asyncio.Task[int]] = set()


def started(call: Outgoing) -> Outgoing:
    """Place a call without waiting for its answer."""
    task = asyncio.create_task(call.place())
    _placing.add(task)
    task.add_done_callback(_placing.discard)
    return call


async def ended(*dialogs: Dialog, seconds: float = 60.0) -> None:
    """Wait until all these are over."""
    await asyncio.wait_for(asyncio.gather(*(dialog.ended.wait() for dialog in dialogs)), seconds)


async def up(*dialogs: Dialog, seconds: float = 60.0) -> None:
    """Wait until all these are answered."""
    await asyncio.wait_for(asyncio.gather(*(dialog.answered.wait() for dialog in dialogs)), seconds)


async def answered_after(call: Incoming, seconds: float) -> Incoming:
    """Let it ring for so long, then pick up."""
    await asyncio.sleep(seconds)
    call.answer()
    return call
