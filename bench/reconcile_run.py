"""Compares a record with the log of the served database, twice, and says how long it took. Run as a program."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import django

PBX = "bench-record"


def main() -> None:
    django.setup()
    from callcard.calls.models import Call
    from callcard.calls.reconcile.models import RecordPlace

    Call.objects.filter(pbx=PBX).delete()
    RecordPlace.objects.filter(pbx=PBX).delete()
    path = Path(sys.argv[1])
    with _writes_timed() as writes:
        before = _memory_mb()
        began, cpu = time.monotonic(), time.process_time()
        added = _reconcile(path)
        seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu
        grown = _memory_mb() - before
        began = time.monotonic()
        again = _reconcile(path)
    told = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "again_seconds": time.monotonic() - began,
        "added": added,
        "added_again": again,
        "longest_write_ms": max(writes) * 1000,
        "growth_mb": grown,
    }
    sys.stdout.write(f"{json.dumps(told)}\n")


def _reconcile(path: Path) -> int:
    from bench.reconcile_rows import began_at
    from callcard.calls.reconcile.services import Source, reconcile
    from callcard.connectors.asterisk.options import AsteriskOptions
    from callcard.connectors.asterisk.record import AsteriskRecord

    record = AsteriskRecord(AsteriskOptions(records=str(path)), zone=ZoneInfo("UTC"))
    source = Source(pbx=PBX, name="bench", record=record, since=began_at(), is_heard=True)
    return reconcile(source, region="LA").added


@contextmanager
def _writes_timed() -> Iterator[list[float]]:
    """How long each transaction was open, for which a ringing call may wait on SQLite."""
    from callcard.calls.reconcile.writing import LogWriter

    took = [0.0]
    plain = LogWriter.put

    def timed(self: LogWriter, *arguments: Any) -> None:
        began = time.monotonic()
        plain(self, *arguments)
        took.append(time.monotonic() - began)

    with patch.object(LogWriter, "put", timed):
        yield took


def _memory_mb() -> float:
    """The most it ever took."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
