"""How many rows go into one write: as many as take so long that nobody who waits for it notices.

On SQLite there is one writer at a time, so a ringing call waits for the write that has begun. How long a row takes
depends on the machine and on what is written, so it is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

FEWEST, _MOST = 10, 60
_WRITE_SECONDS = 0.022
_MOST_ON_SERVER, _WRITE_SECONDS_ON_SERVER = 250, 0.2  # PostgreSQL: only who writes the same customers waits
_BREATH_SECONDS = 0.001
"""Between two writes. Whoever waits to write is let in first where there is `flock` (docs/developer/adr: 0141)."""
_ROWS_BETWEEN_CHECKPOINTS = 500
# Pages that are written once are not worth 64 MB of memory.
_MEANWHILE = {"wal_autocheckpoint": 0, "cache_size": -32_768}


class Pace:
    """`rows` is how many to write next."""

    def __init__(self, rows: int = 20) -> None:
        self.rows = rows
        is_one_writer = connection.vendor == "sqlite"
        self.most, self._step = (_MOST, 1) if is_one_writer else (_MOST_ON_SERVER, 10)
        self._seconds = _WRITE_SECONDS if is_one_writer else _WRITE_SECONDS_ON_SERVER
        self._unsettled = 0

    @contextmanager
    def write(self, rows: int) -> Iterator[None]:
        """Around one transaction that writes so many rows; rests behind it."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        self._learn(rows, took)
        self._settle(rows)
        if connection.vendor == "sqlite":
            time.sleep(_BREATH_SECONDS)

    @contextmanager
    def in_short_writes(self) -> Iterator[None]:
        """Around all of them. SQLite would put every thousandth page where it belongs within some write's time."""
        with _checkpoints_between() if connection.vendor == "sqlite" else _without_waiting_for_the_disk():
            yield

    def _learn(self, rows: int, took: float) -> None:
        """A slow write makes the next ones small at once, quick ones make them greater little by little. Half of the
        time goes into a transaction however few rows it has, so what a row took says nothing about many."""
        if took > self._seconds:
            self.rows = max(FEWEST, int(self.rows * max(0.5, self._seconds / took)))
        elif rows >= self.rows and took < 0.8 * self._seconds:
            self.rows = min(self.most, self.rows + self._step)

    def _settle(self, rows: int) -> None:
        """What was written goes to its place while others may write."""
        self._unsettled += rows
        if self._unsettled < _ROWS_BETWEEN_CHECKPOINTS or connection.vendor != "sqlite" or connection.in_atomic_block:
            return
        self._unsettled = 0
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


@contextmanager
def _checkpoints_between() -> Iterator[None]:
    before = {name: _pragma(name) for name in _MEANWHILE}
    try:
        for name, value in _MEANWHILE.items():
            _pragma(f"{name}={value}")
        yield
    finally:
        for name, was in before.items():
            _pragma(f"{name}={was}")


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """If PostgreSQL dies, the last transactions of a moment were never written, whole, and the job goes on where the
    database says that it is."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("SET synchronous_commit TO DEFAULT")


def _pragma(text: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {text}")
        row = cursor.fetchone()
    return int(row[0]) if row else None
