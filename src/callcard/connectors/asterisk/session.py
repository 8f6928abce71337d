"""One connection to AMI, from its first byte to its last: actions are matched with their replies, events go on."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.problems import ActionRefused, ActionUnanswered, LinkProblem
from callcard.connectors.asterisk.wire import Parser, encode_action

Headers = Iterable[tuple[str, str]]
Listener = Callable[[list[Frame], int], None]

MAX_LIST = 100_000  # frames in the reply to one action


@dataclass(slots=True)
class _Asked:
    """An action that waits for its reply, or for the end of the list that is its reply."""

    reply: asyncio.Future[list[Frame]]
    is_list: bool
    frames: list[Frame] = field(default_factory=list)

    def settle(self) -> None:
        if not self.reply.done():
            self.reply.set_result(self.frames)


class Session(asyncio.Protocol):
    """`listener(frames, received_ns)` gets what nobody asked for, in order, while the bytes are being read.

    It runs on the event loop and must not block. `ended` is done when the connection is gone.
    """

    def __init__(self, wanted: frozenset[bytes], listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[str] = loop.create_future()
        self.ended: asyncio.Future[LinkProblem] = loop.create_future()
        self._parser = Parser(wanted)
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._asked: dict[str, _Asked] = {}
        self._numbers = itertools.count(1)

    @property
    def dropped(self) -> int:
        """Frames given up because they were too large."""
        return self._parser.dropped

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not every event loop's transports say what they are: uvloop's are of no class of asyncio.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        received_ns = time.monotonic_ns()
        frames = self._parser.feed(data)
        if self._parser.banner is not None and not self.greeted.done():
            self.greeted.set_result(self._parser.banner)
        unasked = [frame for frame in frames if not ("actionid" in frame and self._took(frame))]
        if unasked:
            self._listener(unasked, received_ns)

    def connection_lost(self, error: Exception | None) -> None:
        self.end(LinkProblem("lost", str(error) if error else "the other side closed the connection"))

    # What the connector calls

    async def ask(self, name: str, headers: Headers = (), *, within: float) -> Frame:
        """The reply to an action. Raises ActionRefused, ActionUnanswered, LinkProblem, HeaderNotSendable."""
        return (await self._ask(name, headers, within, is_list=False))[0]

    async def ask_list(self, name: str, headers: Headers = (), *, within: float) -> list[Frame]:
        """The events that an action lists, without its reply and the one that ends the list. Raises as `ask`."""
        return (await self._ask(name, headers, within, is_list=True))[1:-1]

    def end(self, problem: LinkProblem) -> None:
        """Close at once. Whoever waits for a reply gets `problem`."""
        if self._transport is not None:
            self._transport.abort()
        if self.ended.done():
            return
        self.ended.set_result(problem)
        _fail(self.greeted, problem)
        for asked in self._asked.values():
            _fail(asked.reply, problem)
        self._asked.clear()

    async def _ask(self, name: str, headers: Headers, within: float, *, is_list: bool) -> list[Frame]:
        action_id = str(next(self._numbers))
        data = encode_action(name, action_id, headers)
        if self.ended.done() or self._transport is None:
            raise self.ended.result() if self.ended.done() else LinkProblem("lost")
        asked = _Asked(asyncio.get_running_loop().create_future(), is_list)
        self._asked[action_id] = asked
        self._transport.write(data)
        try:
            async with asyncio.timeout(within):
                return await asked.reply
        except TimeoutError:
            raise ActionUnanswered(f"no answer to {name} within {within:g} s") from None
        finally:
            self._asked.pop(action_id, None)

    def _took(self, frame: Frame) -> bool:
        """Whether the frame is (part of) the reply to an action."""
        asked = self._asked.get(frame["actionid"])
        if asked is None:
            return False
        if frame.get("response", "").lower() == "error":
            if not asked.reply.done():
                asked.reply.set_exception(ActionRefused(frame.get("message", "")))
            return True
        asked.frames.append(frame)
        if not asked.is_list or _ends_list(frame) or len(asked.frames) > MAX_LIST:
            asked.settle()
        return True


def _ends_list(frame: Frame) -> bool:
    return frame.get("eventlist", "").lower() == "complete"


def _fail(waiting: asyncio.Future[Any], problem: LinkProblem) -> None:
    if not waiting.done():
        waiting.set_exception(problem)
        waiting.exception()  # nobody may be waiting any more, and then nobody is to be warned of it
