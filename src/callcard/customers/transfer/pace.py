"""How many rows go into one write: as many as take so long that nobody who waits for it notices.

On SQLite there is one writer at a time, so a ringing call waits for the write that has begun. How long a row takes
depends on the machine and on what is written, so it is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

FEWEST, MOST = 5, 60
WRITE_SECONDS = 0.015
_BREATH = 0.2
"""Of the time that a write took, and at least a millisecond: others, who look again and again, get their turn."""
_ROWS_BETWEEN_CHECKPOINTS = 500


class Pace:
    """`rows` is how many to write next."""

    def __init__(self, rows: int = 20) -> None:
        self.rows = rows
        self._each = WRITE_SECONDS / rows
        self._unsettled = 0

    @contextmanager
    def write(self, rows: int) -> Iterator[None]:
        """Around one transaction that writes so many rows; rests behind it."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        self._learn(took / max(rows, 1))
        self._settle(rows)
        time.sleep(max(0.001, took * _BREATH))

    @contextmanager
    def in_short_writes(self) -> Iterator[None]:
        """Around all of them. SQLite would put every thousandth page where it belongs within some write's time."""
        if connection.vendor != "sqlite":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint")
            before = int(cursor.fetchone()[0])
            cursor.execute("PRAGMA wal_autocheckpoint=0")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA wal_autocheckpoint={before}")

    def _learn(self, each: float) -> None:
        """A slow write makes the next ones small at once, quick ones make them greater little by little."""
        self._each = max(each, 0.9 * self._each + 0.1 * each)
        self.rows = min(MOST, max(FEWEST, int(WRITE_SECONDS / self._each)))

    def _settle(self, rows: int) -> None:
        """What was written goes to its place while others may write."""
        self._unsettled += rows
        if self._unsettled < _ROWS_BETWEEN_CHECKPOINTS or connection.vendor != "sqlite" or connection.in_atomic_block:
            return
        self._unsettled = 0
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
