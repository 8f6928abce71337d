"""SQLite has one writer at a time; who waits for it gets a turn between two transactions of a job."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction

from callcard.config.sqlite.base import PatientCursor
from callcard.staff.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has a lock for each row"),
]


def write_on(stop: threading.Event, written: list[float]) -> None:
    """One short transaction after the other, as a job does it."""
    connection.gives_way = True  # type: ignore[attr-defined]
    try:
        while not stop.is_set():
            with transaction.atomic():
                User.objects.filter(pk=0).update(first_name="x")
                time.sleep(0.01)
            written.append(time.monotonic())
    finally:
        connection.close()


def test_nobody_is_starved_by_a_writer_that_never_rests() -> None:
    stop = threading.Event()
    written: list[float] = []
    other = threading.Thread(target=write_on, args=(stop, written))
    other.start()
    try:
        overtaken = []
        for _turn in range(20):
            before = len(written)
            with transaction.atomic():
                overtaken.append(len(written) - before)
            time.sleep(0.015)
    finally:
        stop.set()
        other.join()
    assert sum(overtaken) <= 3 * len(overtaken)


def test_patience_ends() -> None:
    begun, stop = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            begun.set()
            stop.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    begun.wait(10)
    connection.patience_seconds = 0.05  # type: ignore[attr-defined]
    try:
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            pass
    finally:
        del connection.patience_seconds  # type: ignore[attr-defined]
        stop.set()
        other.join()
    with transaction.atomic():
        assert User.objects.count() == 0


def test_a_single_statement_is_as_patient_as_a_transaction() -> None:
    begun = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            begun.set()
            time.sleep(0.3)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    begun.wait(10)
    User.objects.create_user("mali")
    other.join()
    assert User.objects.get().username == "mali"


def test_a_conflict_within_a_connection_is_said_at_once() -> None:
    """Waiting would not end it, though SQLite calls that locked as well."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as alone:
        alone.executescript("CREATE TABLE t (n); INSERT INTO t VALUES (1), (2)")
        reading = alone.execute("SELECT n FROM t")
        reading.fetchone()
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            alone.cursor(factory=PatientCursor).execute("DROP TABLE t")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(("is_job", "pages"), [(True, 1_000), (False, 16_000)])
def test_jobs_carry_what_was_written_to_its_place_before_a_ringing_phone_has_to(is_job: bool, pages: int) -> None:
    connection.close()
    connection.gives_way = is_job  # type: ignore[attr-defined]
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint")
            assert cursor.fetchone() == (pages,)
    finally:
        del connection.gives_way  # type: ignore[attr-defined]
        connection.close()
