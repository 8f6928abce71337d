"""Callcard as a process of its own, serving an exchange."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from PIL import Image

from bench.scene.logged import LoggedCall
from bench.scene.people import SignedIn
from bench.scene.stamped import NOTES
from bench.seed import ROOT
from lab.ports import free_port

START_SECONDS = 60.0
PORTRAIT = "portraits/00/0000.webp"  # of every customer in the seed
_TICKS = os.sysconf("SC_CLK_TCK")


class Served:
    """Context manager. `folder` takes its data and its log. `stamps()` is there when it has ended."""

    def __init__(self, database_url: str, folder: Path, pbx_options: str) -> None:
        self.port = free_port()
        self.folder = folder
        self._options = pbx_options
        self._environment = {
            **os.environ,
            "CALLCARD_DATABASE_URL": database_url,
            "CALLCARD_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            NOTES: str(folder / "stamps.json"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Served:
        portrait = self.folder / "media" / PORTRAIT
        portrait.parent.mkdir(parents=True)
        Image.new("RGB", (256, 256), "#4a6fa5").save(portrait)
        command = ["-m", "bench.scene.stamped", "serve", "--port", str(self.port), "--pbx", "asterisk"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command, "--pbx-options", self._options],
                env=self._environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self._wait("is up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """In good order: what waits is written first. A second time does nothing."""
        process, self._process = self._process, None
        if process:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        assert self._process
        return cpu_seconds(self._process.pid)

    def sign_in(self, extension: str, others: int) -> SignedIn:
        return SignedIn(**json.loads(self._run("bench.scene.people", extension, str(others))))

    def lift_limits(self) -> None:
        """Of calls a day: a bench places a year's worth of them."""
        self._run("bench.scene.limits")

    def logged_calls(self) -> list[LoggedCall]:
        """The call log, of the calls of this exchange."""
        return [LoggedCall(**call) for call in json.loads(self._run("bench.scene.logged"))]

    def complaints(self) -> list[str]:
        """Errors in its log."""
        return [line for line in self.log().splitlines() if " ERROR " in line or "Traceback" in line]

    def stamps(self) -> dict[str, list[Any]]:
        return dict(json.loads((self.folder / "stamps.json").read_text(encoding="utf-8")))

    def _run(self, module: str, *arguments: str) -> bytes:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, env=self._environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout

    def _wait(self, words: str) -> None:
        """Until it answers and its link is up."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            if words in self.log() and _answers(self.port):
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"Callcard does not start:\n{self.log()[-3000:]}")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, without its children's."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
