"""One import on the database of this process: prints seconds, memory and the length of its writes as JSON.

Arguments: customers that the database has, and whatever else; IMPORT_ROWS in the environment says how many rows.
"""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.files.base import File  # noqa: E402
from django.core.files.uploadedfile import UploadedFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench.harness import percentile  # noqa: E402
from bench.seed_rows import number_of  # noqa: E402
from callcard.customers.transfer import reading, undoing, work  # noqa: E402
from callcard.customers.transfer.models import Import  # noqa: E402
from callcard.customers.transfer.services import apply_import, begin_import, check_import, undo_import  # noqa: E402
from callcard.jobs.kinds import Run  # noqa: E402
from callcard.staff.models import User  # noqa: E402

ROWS = int(os.environ.get("IMPORT_ROWS", "100000"))
DUPLICATES = os.environ.get("IMPORT_DUPLICATES", "skip")
_KNOWN_EVERY, _BAD_EVERY = 10, 100
_FAMILIES = ("Vongsa", "Иванова", "Nguyễn", "ສີສຸວັນ", "Müller", "สมบูรณ์", "García", "Петров")


class Quiet(Run):
    """Nobody listens; it only sees how much memory is in use: when a twentieth is done, and at most."""

    early_mb, most_mb = 0.0, 0.0

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        now = sum(map(_memory_mb, ["self", *_children()]))
        Quiet.most_mb = max(Quiet.most_mb, now)
        if done < (total or 0) / 20:
            Quiet.early_mb = max(Quiet.early_mb, now)


def main(customers: int) -> None:
    user = User.objects.filter(username="bench-import").first() or User.objects.create_user(
        "bench-import", role=User.Role.ADMINISTRATOR
    )
    took: dict[str, float] = {}
    with tempfile.NamedTemporaryFile() as source:
        write_file(source.name, customers)
        source.seek(0)
        upload = UploadedFile(File(source), name="bench.csv", size=os.path.getsize(source.name))
        imported = begin_import(upload=upload, by=user)
    lengths: list[float] = []
    took["read"] = _timed(reading.read_import, imported)
    imported.refresh_from_db()
    check_import(imported=imported, mapping=imported.mapping, choices={"duplicates": DUPLICATES, "region": "LA"})
    took["check"] = _timed(work.check, imported)
    apply_import(imported=imported)
    with _writes_timed(lengths):
        took["write"] = _timed(work.apply, imported)
    imported.refresh_from_db()
    counts, grown = imported.done_counts, Quiet.most_mb - Quiet.early_mb
    undo_import(imported=imported)
    took["undo"] = _timed(undoing.undo, imported)
    milliseconds = {"write_p99_ms": percentile(lengths, 0.99), "write_longest_ms": max(lengths)}
    print(json.dumps({**took, **milliseconds, "rows": ROWS, "grown_mb": grown, "counts": counts}))


def _timed(do: Callable[[Run], Any], imported: Import) -> float:
    began = time.monotonic()
    do(Quiet(0, imported.user_id, {"import": imported.pk}, 1, "bench", timedelta(minutes=1)))
    return time.monotonic() - began


@contextmanager
def _writes_timed(lengths: list[float]) -> Iterator[None]:
    """How long each outermost transaction held the database."""
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    began: list[float] = []

    def timed_enter(self: transaction.Atomic) -> None:
        enter(self)
        if len(connection.atomic_blocks) == 1:
            began.append(time.perf_counter())

    def timed_leave(self: transaction.Atomic, *error: Any) -> None:
        is_outermost = len(connection.atomic_blocks) == 1
        leave(self, *error)
        if is_outermost:
            lengths.append((time.perf_counter() - began.pop()) * 1000)

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = timed_enter, timed_leave  # type: ignore[method-assign]
    try:
        yield
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


def write_file(path: str, customers: int) -> None:
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Name", "Phone", "Phone 2", "E-mail", "City", "Birthday", "Note"])
        for number in range(ROWS):
            known = number % _KNOWN_EVERY == 0
            phone = number_of(number * 7 % customers + 1) if known else f"030{number:08d}"[:3] + f"{7000000 + number}"
            birthday = "31.02.1999" if number % _BAD_EVERY == 7 else f"{number % 28 + 1:02d}.03.1980"
            name = f"{_FAMILIES[number % len(_FAMILIES)]} Bench{number}"
            second = f"021 {number % 900 + 100} {number % 899 + 100}" if number % 3 == 0 else ""
            writer.writerow([name, phone, second, f"bench{number}@example.com", "Pakse", birthday, f"row {number}"])


def _memory_mb(process: str) -> float:
    """Of the process itself: SQLite also maps up to 1 GB of its file, which the system takes back when it likes."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except FileNotFoundError:  # no Linux, or it has just ended
        return 0 if process != "self" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return sum(map(int, re.findall(r"RssAnon:\s+(\d+)", status))) / 1024


def _children() -> list[str]:
    """The process that reads the rows."""
    try:
        return Path("/proc/self/task", str(os.getpid()), "children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


if __name__ == "__main__":
    main(int(sys.argv[1]))
