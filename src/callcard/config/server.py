"""The HTTP server, which knows that open desks never end by themselves."""

from __future__ import annotations

import socket

import uvicorn

from callcard.config.asgi import application, office

# What still runs after the streams were let go, such as an upload, is not waited for longer than this.
_STOP_SECONDS = 2


class Server(uvicorn.Server):
    def __init__(self, *, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                log_level="warning",
                timeout_graceful_shutdown=_STOP_SECONDS,
                server_header=False,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the desks go first: they come back by themselves, and ask for what they missed."""
        await office.hub.stop()
        await super().shutdown(sockets)
