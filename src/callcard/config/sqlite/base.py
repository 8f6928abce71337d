"""Django's SQLite, with a queue in front of its one writer.

SQLite alone has none: whoever comes in the moment of a commit is next, and who has waited long looks ever more rarely,
in the end ten times a second. A job that wrote one short transaction after the other kept a ringing phone waiting for
most of a second. Here one may look at a time, each millisecond, and who has just written queues again behind those who
wait. See https://www.sqlite.org/c3ref/busy_timeout.html and flock(2).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from django.db import OperationalError
from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # Windows: there nobody queues
    fcntl = None  # type: ignore[assignment]

_LOOK_EVERY_SECONDS = 0.001
_PATIENCE_SECONDS = 5.0  # Python's own, where none is set


class DatabaseWrapper(base.DatabaseWrapper):
    _queue: int | None = None  # the open file by which those who will write queue

    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"].get("timeout", _PATIENCE_SECONDS)
        until = time.monotonic() + patience
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            with self._first_in_queue():
                while not self._has_begun():
                    if time.monotonic() > until:
                        raise OperationalError("database is locked")
                    time.sleep(_LOOK_EVERY_SECONDS)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")

    def _has_begun(self) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            return False
        return True

    @contextlib.contextmanager
    def _first_in_queue(self) -> Iterator[None]:
        if fcntl is None or self.is_in_memory_db():
            yield
            return
        if self._queue is None:
            self._queue = os.open(f"{self.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._queue, fcntl.LOCK_UN)

    def _close(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            os.close(queue)
        super()._close()  # type: ignore[misc]
