"""Answers PBXs that ask who calls, for as long as the switchboard runs."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


class NameServer(Protocol):
    @property
    def address(self) -> tuple[str, int]: ...

    async def run(self) -> None:
        """Serve until cancelled. Raises OSError when it cannot listen."""


async def serve_names(pbx: str, server: NameServer) -> None:
    """Tries again while the address is taken: an older process may just be ending."""
    has_said = False
    while True:
        try:
            await server.run()
        except OSError as error:
            if not has_said:
                where = "{}:{}".format(*server.address)
                logger.error("%s cannot ask who calls: no listening at %s: %s", pbx, where, error.strerror or error)
            has_said = True
        await asyncio.sleep(AGAIN_SECONDS)
