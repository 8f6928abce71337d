"""FastAGI: Asterisk's dial plan asks who calls, before any phone rings. See agi_wire.

Whatever goes wrong, the connection is closed soon and the dial plan goes on without an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address

from callcard.connectors.asterisk.agi_wire import (
    LONGEST_LINE,
    MOST_LINES,
    NotAgi,
    answers,
    is_taken,
    read_request,
    set_variable,
)
from callcard.connectors.asterisk.options import AsteriskOptions, listening_at
from callcard.telephony.callers import CallerTold, LookUp

logger = logging.getLogger(__name__)

LOOK_UP_SECONDS = 0.3
TALK_SECONDS = 2.0
MOST_AT_ONCE = 200


def agi_server(options: AsteriskOptions, look_up: LookUp) -> AgiServer | None:
    """None when the option `agi_address` is not set."""
    address = listening_at(options.agi_address) if options.agi_address else None
    return AgiServer(address, look_up, pbx_host=options.host) if address else None


class AgiServer:
    """`run` serves until it is cancelled. Only this machine and `pbx_host` are answered."""

    def __init__(self, address: tuple[str, int], look_up: LookUp, *, pbx_host: str) -> None:
        self.address = address
        self._look_up = look_up
        self._pbx_host = pbx_host
        self._welcome: frozenset[str] = frozenset()
        self._talks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Raises OSError when the address is taken or not this machine's."""
        self._welcome = await _addresses_of(self._pbx_host)
        server = await asyncio.start_server(self._connected, *self.address, limit=LONGEST_LINE)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for talk in self._talks:
                talk.cancel()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        if peer is None or not self._is_welcome(str(peer[0])) or len(self._talks) >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        talk = asyncio.create_task(self._serve(reader, writer), name="agi")
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    def _is_welcome(self, peer: str) -> bool:
        plain = ip_address(peer.split("%")[0])
        mapped = getattr(plain, "ipv4_mapped", None) or plain
        return bool(mapped.is_loopback) or str(mapped) in self._welcome

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(TALK_SECONDS):
                await self._talk(reader, writer)
        except (OSError, TimeoutError, ValueError, EOFError) as error:  # hung up, slow, or no Asterisk at all
            logger.debug("a question who calls was not answered: %s", type(error).__name__)
        except Exception:
            logger.exception("who calls could not be looked up")
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = read_request([line async for line in _head(reader)])
        async with asyncio.timeout(LOOK_UP_SECONDS):
            told = await self._look_up(request.number) if request.number else CallerTold(kind="withheld")
        for name, value in answers(told):
            writer.write(set_variable(name, value))
            await writer.drain()
            if not is_taken(await reader.readline()):
                return


async def _head(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines up to the empty one."""
    for _ in range(MOST_LINES):
        line = await reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        if line in (b"\n", b"\r\n"):
            return
        yield line
    raise NotAgi("too many lines")


async def _addresses_of(host: str) -> frozenset[str]:
    """What the PBX's name stands for now; nothing when that cannot be said."""
    with contextlib.suppress(OSError, UnicodeError):
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return frozenset(str(address[0]) for *_, address in found)
    return frozenset()
