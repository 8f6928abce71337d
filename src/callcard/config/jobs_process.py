"""The jobs in a process of their own beside the server, so that none of them takes turns with a ringing phone.

Either tells the other at once that it wrote something: a byte over the pipes between them stands for "look". The pipe
ends with the server, whatever it died of, and the jobs with the pipe.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from io import RawIOBase

from callcard.jobs import wakeup as jobs
from callcard.live import wakeup as events

logger = logging.getLogger(__name__)

STOP_SECONDS = 15.0
_PAUSE_SECONDS = 2.0
_NICENESS = 10  # when both want the processor, the server gets nine tenths of it
_COMMAND = [sys.executable, "-m", "callcard.config.jobs_process"]


class Bell:
    """Rings at the other end of a pipe."""

    def __init__(self, pipe: RawIOBase) -> None:
        self._pipe = pipe
        os.set_blocking(pipe.fileno(), False)

    def set(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # full: it rings already; closed: nobody is there
            self._pipe.write(b".")


class JobsProcess:
    """Stands in an Office for a jobs.worker.Worker. Its process is started anew when it dies."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._begin()
        self._thread = threading.Thread(target=self._keep, name="jobs-process", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Jobs that report progress go back to be done later; others have a few seconds to end."""
        self._stopping.set()
        process, thread = self.process, self._thread
        if process is None or thread is None:
            return
        assert process.stdin
        process.stdin.close()
        thread.join(STOP_SECONDS)
        process.kill()
        process.wait()

    def _begin(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        return self.process

    def _keep(self) -> None:
        process = self.process
        while process is not None:
            _listen_to(process)
            code = process.wait()
            if self._stopping.is_set():
                return
            logger.error("the process of the background jobs ended (%s) and is started anew", code)
            if self._stopping.wait(_PAUSE_SECONDS):
                return
            process = self._begin()


def _listen_to(process: subprocess.Popen[bytes]) -> None:
    """Until it ends."""
    assert isinstance(process.stdin, RawIOBase)
    assert process.stdout
    bell = Bell(process.stdin)
    jobs.register(bell)
    try:
        while process.stdout.read(256):
            events.wake_readers()
    finally:
        jobs.unregister(bell)
        process.stdin.close()
        process.stdout.close()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the server's, which closes the pipe in good order
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    import django

    django.setup()
    from callcard.config.jobs import new_worker  # the applications must be ready first
    from callcard.config.sqlite.base import DatabaseWrapper

    DatabaseWrapper.gives_way = True

    told = open(1, "wb", buffering=0)  # noqa: SIM115  it lasts as long as the process
    asked = open(0, "rb", buffering=0)  # noqa: SIM115
    events.register(Bell(told))
    worker = new_worker()
    worker.start()
    try:
        while asked.read(256):
            jobs.wake_workers()
    finally:
        worker.stop()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
    main()
