"""A telephone system to which calls are told over HTTP, one request for each step of a call."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from callcard.plugins import (
    CallsInProgress,
    Capability,
    Command,
    CommandRefused,
    Event,
    LegBegan,
    LegEnded,
    LegJoined,
    LegRang,
    LinkLost,
    LinkReport,
    LinkState,
    Party,
    Role,
    Sink,
    WireNote,
)

_MOST_BYTES = 4096
_SECONDS = 5.0


def doorbell(options: Mapping[str, Any]) -> Doorbell:
    """Raises ValueError in words."""
    if not options.get("secret"):
        raise ValueError("A secret is needed, or anybody could make calls up.")
    return Doorbell(options.get("host") or "127.0.0.1", int(options.get("port") or 8099), options["secret"])


class Doorbell:
    capabilities: frozenset[Capability] = frozenset()  # it only listens

    def __init__(self, host: str, port: int, secret: str) -> None:
        self._place, self._secret = (host, port), f"Bearer {secret}"

    async def run(self, sink: Sink) -> None:
        """Until cancelled."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            status = await self._hear(reader, sink)
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

        try:
            server = await asyncio.start_server(answer, *self._place, limit=_MOST_BYTES)
        except OSError as error:
            sink.link(LinkReport(state=LinkState.DOWN, at=_now(), problem="unreachable", detail=str(error)))
            return
        sink.events([CallsInProgress(at=_now(), legs=())], time.monotonic_ns())
        sink.link(LinkReport(state=LinkState.UP, at=_now(), about="Doorbell"))
        try:
            async with server:
                await server.serve_forever()
        finally:
            sink.events([LinkLost(at=_now())], time.monotonic_ns())

    async def execute(self, command: Command) -> None:
        raise CommandRefused("unsupported")

    async def _hear(self, reader: asyncio.StreamReader, sink: Sink) -> str:
        """The status to answer."""
        try:
            async with asyncio.timeout(_SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                received_ns = time.monotonic_ns()
                headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                given = {name.lower(): value for name, value in headers.items()}
                if not hmac.compare_digest(given.get("authorization", "").encode(), self._secret.encode()):
                    return "401 Unauthorized"
                said = json.loads(await reader.readexactly(min(int(given["content-length"]), _MOST_BYTES)))
                events = _events(**{name: str(value) for name, value in said.items()})
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError):
            return "408 Request Timeout"
        except (AttributeError, KeyError, TypeError, ValueError):
            return "400 Bad Request"
        sink.note(WireNote(at=_now(), summary=json.dumps(said)[:300]))
        sink.events(events, received_ns)
        return "204 No Content"


def _events(*, call: str, state: str, number: str = "", extension: str = "") -> list[Event]:
    """Raises KeyError of a state that there is not."""
    now, caller, phone = _now(), f"{call}.caller", f"{call}.phone"
    return {
        "ringing": [
            LegBegan(at=now, leg=caller, call=call, role=Role.CALLER, party=Party(number=number)),
            LegBegan(at=now, leg=phone, call=call, role=Role.CALLED, party=Party(extension=extension)),
            LegRang(at=now, leg=phone),
        ],
        "answered": [LegJoined(at=now, leg=leg, room=call) for leg in (caller, phone)],
        "ended": [LegEnded(at=now, leg=leg) for leg in (caller, phone)],
    }[state]


def _now() -> datetime:
    return datetime.now(UTC)
