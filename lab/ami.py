"""A small AMI client for scripts and recordings. It keeps every byte it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import Self

Frame = dict[str, str]


class Ami:
    """One connection. `taken` are the raw bytes since it was last cleared."""

    def __init__(self) -> None:
        self.taken = bytearray()
        self._spoke = asyncio.Event()
        self._ids = itertools.count(1)
        self._frames: dict[str, asyncio.Queue[Frame]] = {}
        self._rest = b""

    async def connect(self, port: int, user: str, secret: str) -> Self:
        """Log in. Raises PermissionError when refused."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        await self._reader.readline()
        self._task = asyncio.create_task(self._read())
        answer = (await self.ask("Login", Username=user, Secret=secret))[0]
        if answer.get("response") != "Success":
            await self.close()
            raise PermissionError(answer.get("message", "refused"))
        return self

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
        await self._task

    async def ask(self, action: str, *, seconds: float = 10.0, **fields: str) -> list[Frame]:
        """Send an action; the response, and the items of its list if it has one. Names are lower case."""
        identity = f"lab-{next(self._ids)}"
        waiting = self._frames[identity] = asyncio.Queue()
        lines = {"Action": action, "ActionID": identity, **fields}
        self._writer.write(("".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode())
        try:
            return await asyncio.wait_for(_collect(waiting), seconds)
        finally:
            del self._frames[identity]

    async def quiet(self, seconds: float = 0.7) -> None:
        """Wait until nothing was said for so long."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._spoke.clear()
                await asyncio.wait_for(self._spoke.wait(), seconds)

    async def _read(self) -> None:
        while piece := await self._reader.read(65536):
            self.taken += piece
            self._spoke.set()
            self._rest += piece
            *whole, self._rest = self._rest.split(b"\r\n\r\n")
            for block in whole:
                self._deliver(_frame(block))

    def _deliver(self, frame: Frame) -> None:
        waiting = self._frames.get(frame.get("actionid", ""))
        if waiting:
            waiting.put_nowait(frame)


async def _collect(waiting: asyncio.Queue[Frame]) -> list[Frame]:
    frames = [await waiting.get()]
    listed = frames[0].get("eventlist", "").lower() == "start"
    while listed and frames[-1].get("eventlist", "").lower() != "complete":
        frames.append(await waiting.get())
    return frames


def _frame(block: bytes) -> Frame:
    pairs = (line.partition(": ") for line in block.decode("utf-8", "replace").strip().split("\r\n"))
    return {name.strip(":").lower(): value for name, _, value in pairs}
