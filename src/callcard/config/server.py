"""The HTTP server, which knows that open desks never end by themselves, and speaks https with a certificate."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from callcard.config.acme.keeper import keep
from callcard.config.acme.wish import Wish
from callcard.config.asgi import application, office

log = logging.getLogger(__name__)

# What still runs after the streams were let go, such as an upload, is not waited for longer than this.
_STOP_SECONDS = 2
_LOOK_FOR_CERTIFICATE_SECONDS = 60.0
_LOOK_FOR_OUR_OWN_SECONDS = 1.0


class Server(uvicorn.Server):
    """`certificate`: a PEM file with the key and the chain; empty: http. `acme`: who gives it, if not the
    administrator. `proxies`: addresses and networks whose word
    on whom they ask for is taken (X-Forwarded-For, X-Forwarded-Proto)."""

    def __init__(
        self, *, host: str, port: int, certificate: str = "", acme: Wish | None = None, proxies: Sequence[str] = ()
    ) -> None:
        if acme is not None:
            from callcard.config.acme.certificates import write_own  # loaded by whoever needs it, not by every start

            certificate = str(acme.certificate)
            write_own(acme)
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                log_level="warning",
                timeout_graceful_shutdown=_STOP_SECONDS,
                server_header=False,
                ssl_certfile=certificate or None,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
            )
        )
        self._certificate = Path(certificate) if certificate else None
        self._acme = acme
        self._beside: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._certificate is not None and self.config.ssl is not None:
            every = _LOOK_FOR_OUR_OWN_SECONDS if self._acme else _LOOK_FOR_CERTIFICATE_SECONDS
            self._beside.append(asyncio.create_task(follow_certificate(self._certificate, self.config.ssl, every)))
        if self._acme is not None:
            self._beside.append(asyncio.create_task(keep(self._acme, self.config.host)))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the desks go first: they come back by themselves, and ask for what they missed."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await office.hub.stop()
        await super().shutdown(sockets)


async def follow_certificate(path: Path, context: ssl.SSLContext, every_seconds: float) -> None:
    """New connections get the certificate that lies there now, so that a renewal needs no restart. One that cannot be
    read leaves the one before in use."""
    used = _stamp(path)
    while True:
        await asyncio.sleep(every_seconds)
        found = _stamp(path)
        if found is None or found == used:
            continue
        used = found
        try:
            # In a context of its own first: half a file must not take the good one out of use.
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path)
            context.load_cert_chain(path)
            log.info("The certificate in %s is in use.", path)
        except OSError as error:
            log.error("The new certificate in %s cannot be used; the one before stays: %s", path, error)


def _stamp(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        seen = path.stat()
        return seen.st_mtime_ns, seen.st_ino
    return None
