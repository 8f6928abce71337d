"""A desk phone, and the outside world behind the trunk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self

from lab.asterisk.pjsip import TRUNK_HEADER, TRUNK_HEADER_VALUE
from lab.phones.agent import Agent, NoReply
from lab.phones.dialog import Incoming, Outgoing
from lab.phones.message import Headers, Message, token

Behaviour = Callable[[Incoming], None]
REGISTRATION_SECONDS = 3600


class RegistrationRefused(ConnectionError):
    """The exchange does not accept the phone."""


def ring(call: Incoming) -> None:
    """Ring until told otherwise."""
    call.ring()


def busy(call: Incoming) -> None:
    call.refuse(486, "Busy Here")


def do_not_disturb(call: Incoming) -> None:
    call.refuse(480, "Temporarily Unavailable")


def decline(call: Incoming) -> None:
    call.refuse(603, "Decline")


def broken(call: Incoming) -> None:
    call.refuse(503, "Service Unavailable")


def unknown_number(call: Incoming) -> None:
    call.refuse(404, "Not Found")


def forward_to(target: str) -> Behaviour:
    """Send every call on by 302."""
    return lambda call: call.redirect(target)


def answer_after(seconds: float) -> Behaviour:
    """Ring, then answer."""

    def behave(call: Incoming) -> None:
        call.ring()
        asyncio.get_running_loop().call_later(seconds, call.answer)

    return behave


class Phone(Agent):
    """An own extension. What it does when called is its `behaviour`."""

    def __init__(self, user: str, server: int, *, password: str = "", name: str | bytes = "") -> None:
        super().__init__(user, server, password=password, name=name)
        self.behaviour: Behaviour = ring

    async def open(self, port: int = 0) -> Self:
        """Listen and register. Raises RegistrationRefused, NoReply."""
        await super().open(port)
        await self._register(REGISTRATION_SECONDS)
        return self

    async def stay_registered(self, every: float = REGISTRATION_SECONDS / 2) -> None:
        """Say again and again where it is, until cancelled: the exchange forgets a phone that does not."""
        while True:
            await asyncio.sleep(every)
            with contextlib.suppress(NoReply):  # busy now; asked again in time
                await self._register(REGISTRATION_SECONDS)

    async def unregister(self) -> None:
        await self._register(0)

    def rung(self, invite: Message) -> None:
        _rung(self, self.behaviour, invite)

    async def next_call(self, seconds: float = 10.0) -> Incoming:
        """The next call that came in and nobody has taken from here. Raises TimeoutError."""
        return await _next(self, seconds)

    async def call(self, extension: str) -> Outgoing:
        """Place a call and wait for its final answer; look at `status` for how it went."""
        call = self.start_call(extension)
        await call.place()
        return call

    def start_call(self, extension: str) -> Outgoing:
        """A call not yet placed: run its `place()` as a task to cancel or watch it meanwhile."""
        return Outgoing(self, extension, self.from_header())

    async def _register(self, seconds: int) -> None:
        own = self.from_header()
        request = self.request(
            "REGISTER",
            self.address("").replace("@", ""),
            own,
            own.partition(";")[0],
            token(),
            1,
            (("Expires", str(seconds)),),
        )
        _, response = await self.transact_with_password(request)
        if response.status != 200:
            raise RegistrationRefused(f"{self.user}: {response.start}")


class Trunk(Agent):
    """The public network: callers with any number and name, and everybody whom the company calls."""

    def __init__(self, server: int) -> None:
        super().__init__("", server, headers=((TRUNK_HEADER, TRUNK_HEADER_VALUE),))
        self.behaviour: Behaviour = ring

    def rung(self, invite: Message) -> None:
        _rung(self, self.behaviour, invite)

    async def next_call(self, seconds: float = 10.0) -> Incoming:
        """The next call that came out and nobody has taken from here. Raises TimeoutError."""
        return await _next(self, seconds)

    def start_call(self, line: str, number: str, name: str | bytes = "", *, extra: Headers = ()) -> Outgoing:
        """`number` empty: the From header has no user at all."""
        return Outgoing(self, line, self.from_header(number, name), extra)

    async def call(self, line: str, number: str, name: str | bytes = "", *, extra: Headers = ()) -> Outgoing:
        """Place it and wait for the final answer."""
        call = self.start_call(line, number, name, extra=extra)
        await call.place()
        return call


def _rung(agent: Agent, behaviour: Behaviour, invite: Message) -> None:
    call = Incoming(agent, invite)
    agent.incoming.put_nowait(call)
    behaviour(call)


async def _next(agent: Agent, seconds: float) -> Incoming:
    call = await asyncio.wait_for(agent.incoming.get(), seconds)
    assert isinstance(call, Incoming)
    return call
