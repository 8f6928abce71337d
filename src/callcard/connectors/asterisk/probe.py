"""After a link could not be made: does the port speak the other way, with TLS or without?"""

from __future__ import annotations

import asyncio
import contextlib
import ssl

GREETING = "Asterisk Call Manager/"


async def expects_tls(host: str, port: int, *, within: float) -> bool:
    """Whether a TLS handshake succeeds there, whoever's the certificate. Nothing is sent through it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
        writer.close()
        return True
    return False


async def greets_plainly(host: str, port: int, *, within: float) -> bool:
    """Whether Asterisk greets there without TLS."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return await reader.readexactly(len(GREETING)) == GREETING.encode()
            finally:
                writer.close()
    return False
