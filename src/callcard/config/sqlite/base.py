"""Django's SQLite, where nobody waits long inside of SQLite, and background jobs let others write first.

SQLite has one writer at a time and no queue: whoever comes in the moment of a commit is next, and who has waited long
looks ever more rarely. A job that wrote one short transaction after the other kept a ringing phone waiting for most of
a second. Here who waits begins anew with short looks, and shares the lock of a file meanwhile; jobs begin a
transaction only while nobody does.

Whoever's commit makes the log of what was written a thousand pages long also carries all of it to its place, and waits
for the disk twice. That is left to the jobs as well: the server does it only when the log has become very long.

A wait inside of SQLite keeps the mutex of its connection. When Python's collector, in another thread, then frees a
statement of that connection, it waits for the mutex without letting any thread run, the writer for whom everybody
waits included. So a wait in there is short, and the patience is here. See https://www.sqlite.org/c3ref/busy_timeout.html
and flock(2).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from callcard.config.sqlite.schema import DatabaseSchemaEditor, Written

try:
    import fcntl
except ImportError:  # Windows: there nobody gives way
    fcntl = None  # type: ignore[assignment]

_IN_SQLITE_MS = 50  # it looks after 1, 3, 8, 18, 33 and 50 ms
_PATIENCE_SECONDS = 20.0
_GIVES_WAY_SECONDS = 1.0  # then a job has waited long enough as well
_LOOK_EVERY_SECONDS = 0.001
_LOG_PAGES, _LOG_PAGES_OF_JOBS = 16_000, 1_000  # of 4 kB; see https://www.sqlite.org/wal.html#ckpt


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    gives_way = False
    """Set for all connections of a process that does background jobs."""
    written: Written | None = None
    """While a migration runs, what it wrote."""

    transaction_mode: str
    patience_seconds = _PATIENCE_SECONDS
    _waiters: int | None = None  # the file whose lock those share who wait

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.execute(f"PRAGMA busy_timeout = {_IN_SQLITE_MS}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES_OF_JOBS if self.gives_way else _LOG_PAGES}")
        return connection

    def check_constraints(self, table_names: Iterable[str] | None = None) -> None:
        """Without names: all tables, or after a migration those that it wrote."""
        if table_names is None and self.written is not None and not self.written.is_any:
            table_names = sorted(self.written.tables & {*self.introspection.table_names()})
        super().check_constraints(table_names)

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=PatientCursor)

    def _start_transaction_under_autocommit(self) -> None:
        if self.gives_way:
            self._give_way()
        until = time.monotonic() + self.patience_seconds
        with self._waiting():
            while not self._has_begun():
                if time.monotonic() > until:
                    raise OperationalError("database is locked")

    def _has_begun(self) -> bool:
        # Past Django's cursors: their errors are circles that only the collector would free.
        try:
            self.connection.execute(f"BEGIN {self.transaction_mode}")
        except sqlite3.OperationalError as error:
            if not _is_taken(error):
                raise OperationalError(*error.args) from None
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


class PatientCursor(base.SQLiteCursorWrapper):
    """Tries a single statement again that met another writer; one in a transaction meets none."""

    def execute(self, query: Any, params: Any = None) -> Any:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                if not _is_taken(error) or self.connection.in_transaction or time.monotonic() > until:
                    raise


def _is_taken(error: sqlite3.OperationalError) -> bool:
    # Not SQLITE_LOCKED, which is a conflict within this connection and would last.
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
