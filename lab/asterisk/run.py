"""A running private Asterisk."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from lab.asterisk import config
from lab.asterisk.install import Installed, install
from lab.asterisk.plan import Plan
from lab.debs import PeerMissing

START_SECONDS = 20.0
STOP_SECONDS = 10.0


class Asterisk:
    """Context manager. It stops only the process that it started.

    `base` holds configuration, recordings and logs; without it a temporary folder is used
    and removed at the end. `recordings` is where MixMonitor writes.
    """

    def __init__(self, plan: Plan | None = None, base: Path | None = None) -> None:
        self.plan = plan or Plan()
        self._own_base = base is None
        self.base = base or Path(tempfile.mkdtemp(prefix="lab-"))
        # The control socket's path may have 100 characters at most, which test folders exceed.
        self._run_folder = Path(tempfile.mkdtemp(prefix="lab-run-"))
        self.installed: Installed = install()
        self._conf = config.write(self.base, self._run_folder, self.installed, self.plan)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def recordings(self) -> Path:
        return self.base / "spool/monitor"

    @property
    def certificate(self) -> Path:
        """What a client of the encrypted manager interface trusts."""
        return self.base / "etc/manager.pem"

    @property
    def pid(self) -> int:
        """0 when it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start and wait until everything is loaded. Raises PeerMissing with its log."""
        if self._process:
            raise RuntimeError("it runs already")
        console = (self.base / "log/console").open("ab")
        command = [*self.installed.command, "-f", "-C", str(self._conf)]
        with console:
            self._process = subprocess.Popen(command, stdout=console, stderr=console, stdin=subprocess.DEVNULL)
        try:
            self._wait_until_booted()
        except PeerMissing:
            self.kill()
            raise

    def stop(self) -> None:
        """End it in good order: calls are hung up, managers are told."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def cli(self, command: str) -> str:
        """The answer to a command of Asterisk's console."""
        line = [*self.installed.command, "-C", str(self._conf), "-rx", command]
        return subprocess.run(line, capture_output=True, text=True, timeout=20, check=True).stdout

    def log(self) -> str:
        """Everything it complained about."""
        files = [self.base / "log/console", self.base / "log/messages"]
        return "".join(f.read_text(errors="replace") for f in files if f.exists())

    def __enter__(self) -> Asterisk:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop and remove temporary folders."""
        if self._process:
            self.stop()
        shutil.rmtree(self._run_folder, ignore_errors=True)
        if self._own_base:
            shutil.rmtree(self.base, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if not process:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for name in ("asterisk.ctl", "asterisk.pid"):
            (self._run_folder / name).unlink(missing_ok=True)

    def _wait_until_booted(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if _is_booted(self.plan):
                return
            time.sleep(0.05)
        raise PeerMissing(f"Asterisk does not start in {self.base}:\n{self.log()[-2000:]}")


def _is_booted(plan: Plan) -> bool:
    """The interface greets before the dialplan is there; FullyBooted comes when everything is."""
    user = plan.managers[0]
    login = f"Action: Login\r\nUsername: {user.name}\r\nSecret: {user.secret}\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", plan.ami_port), timeout=START_SECONDS) as connection:
            connection.sendall(login.encode())
            return _says(connection, b"Event: FullyBooted")
    except OSError:
        return False


def _says(connection: socket.socket, words: bytes) -> bool:
    heard = b""
    while words not in heard:
        piece = connection.recv(65536)
        if not piece:
            return False
        heard = heard[-len(words) :] + piece
    return True
