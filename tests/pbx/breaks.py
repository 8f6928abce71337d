"""Ways in which Callcard loses sight of the phones for a while."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Protocol

from django.conf import settings

from lab.ports import free_port
from tests.databases import url_of_the_run
from tests.pbx.proxy import Wire
from tests.pbx.watching import eventually
from tests.stories.product import Product


class Break(Protocol):
    """`port` is where the pages are. `begin` takes Callcard's sight, `end` gives it back; both return at once when
    done, the link may come up a little later."""

    port: int

    async def start(self) -> None: ...

    async def begin(self) -> None: ...

    async def end(self) -> None: ...

    async def stop(self) -> None: ...


class _InThisProcess:
    def __init__(self, wire: Wire) -> None:
        self.port = free_port()
        self.wire = wire
        self.product = Product(self.port)

    async def start(self) -> None:
        await asyncio.to_thread(self.product.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self.product.stop)


class Restarted(_InThisProcess):
    """Callcard is stopped in good order."""

    async def begin(self) -> None:
        await self.stop()

    async def end(self) -> None:
        self.product = Product(self.port)
        await self.start()


class LinkCut(_InThisProcess):
    async def begin(self) -> None:
        await self.wire.cut()

    async def end(self) -> None:
        await self.wire.mend()


class LinkBlocked(_InThisProcess):
    """Nothing is heard, nothing is refused; only Callcard's own questions without answer tell it."""

    async def begin(self) -> None:
        self.wire.block()

    async def end(self) -> None:
        await self.wire.cut()
        await self.wire.mend()


class Killed:
    """`callcard serve` in a process of its own is ended as by a power cut."""

    def __init__(self, wire: Wire, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._serve()
        await eventually(self._answers, "callcard serve answers", 40)

    def _serve(self) -> None:
        environment = {
            **os.environ,
            "CALLCARD_DATA_DIR": str(self._folder),
            "CALLCARD_DATABASE_URL": url_of_the_run(),
            "CALLCARD_SECRET_KEY": settings.SECRET_KEY,  # with which the PBX's secret is sealed
            "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
        }
        with (self._folder / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "callcard.config.command", "serve", "--port", str(self.port)]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    async def begin(self) -> None:
        await self.stop()

    async def end(self) -> None:
        await self.start()

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._folder / "serve.log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=5):
                return True
        except OSError:
            return False
