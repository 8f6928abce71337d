"""Everything that runs beside the pages, started and stopped with the server."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from typing import Protocol

from django.db import connection

from callcard.api.program_door import ProgramDoor
from callcard.config.jobs import new_worker, set_schedules
from callcard.desk.read_ahead import read_ahead
from callcard.desk.rendering import note_delivered, render
from callcard.live.door import LiveDoor, Receive, Send
from callcard.live.hub import Hub
from callcard.staff.sign_in.standing import status_of_listener
from callcard.switchboard import running
from callcard.switchboard.queries import lamp
from callcard.switchboard.switchboard import Switchboard

logger = logging.getLogger(__name__)

# How long one thread may keep the others from running. Python's own 5 ms are half of what a ring may take.
_THREAD_TURN_SECONDS = 0.0005
_COLLECT_AFTER = (10_000, 20, 20)


class _Working(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


class Office:
    def __init__(self) -> None:
        self.hub = Hub(render, note_delivered, read_ahead)
        self.live_door = LiveDoor(self.hub, lamp, status_of_listener)
        self.program_door = ProgramDoor()
        self.switchboard = Switchboard()
        self.worker: _Working = new_worker()  # `callcard serve` has a process for it

    async def live_through(self, receive: Receive, send: Send) -> None:
        """ASGI's lifespan."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except Exception as error:
                    logger.exception("Callcard cannot start")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def start(self) -> None:
        sys.setswitchinterval(_THREAD_TURN_SECONDS)
        spare_the_collector()
        await self.hub.start()
        await self.switchboard.start()
        running.announce(self.switchboard)
        await asyncio.to_thread(_prepare_schedules)
        self.worker.start()

    async def stop(self) -> None:
        running.withdraw()
        await asyncio.to_thread(self.worker.stop)
        await self.switchboard.stop()
        await self.program_door.hub.stop()
        await self.hub.stop()


def _prepare_schedules() -> None:
    try:
        set_schedules()
    finally:
        connection.close()


def spare_the_collector() -> None:
    """What is loaded by now stays for good. Going through all of it took longer than a ring may."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
