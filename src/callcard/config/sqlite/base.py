"""Django's SQLite, where whoever does background jobs lets others write first.

SQLite has one writer at a time and no queue: whoever comes in the moment of a commit is next, and who has waited long
looks ever more rarely, in the end ten times a second. A job that wrote one short transaction after the other kept a
ringing phone waiting for most of a second. Here who waits looks each millisecond, and holds a shared lock of a file
meanwhile; jobs begin only while nobody does. See https://www.sqlite.org/c3ref/busy_timeout.html and flock(2).
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
except ImportError:  # Windows: there nobody gives way
    fcntl = None  # type: ignore[assignment]

_LOOK_EVERY_SECONDS = 0.001
_PATIENCE_SECONDS = 5.0  # Python's own, where none is set
_GIVES_WAY_SECONDS = 1.0  # then a job has waited long enough as well


class DatabaseWrapper(base.DatabaseWrapper):
    gives_way = False
    """Set for all connections of a process that does background jobs."""

    _waiters: int | None = None  # the file whose lock those share who wait

    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"].get("timeout", _PATIENCE_SECONDS)
        until = time.monotonic() + patience
        if self.gives_way:
            self._give_way()
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            if not self._has_begun():
                with self._waiting():
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

    def _give_way(self) -> None:
        until = time.monotonic() + _GIVES_WAY_SECONDS
        while self._has_waiters() and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_SECONDS)

    def _has_waiters(self) -> bool:
        file = self._waiters_file()
        if fcntl is None or file is None:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        file = None if self.gives_way else self._waiters_file()
        if fcntl is None or file is None:
            yield
            return
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _waiters_file(self) -> int | None:
        if self._waiters is None and not self.is_in_memory_db():
            path = f"{self.settings_dict['NAME']}-waiters"
            self._waiters = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._waiters

    def _close(self) -> None:
        file, self._waiters = self._waiters, None
        if file is not None:
            os.close(file)
        super()._close()  # type: ignore[misc]
