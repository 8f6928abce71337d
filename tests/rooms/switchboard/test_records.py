"""The records of a PBX: set in its form, tried, read on request, and what was found told in words."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.reconcile.models import Reconciliation, RecordPlace
from callcard.config.jobs import KINDS
from callcard.jobs.kinds import Run
from callcard.jobs.models import Job
from callcard.staff.models import User
from callcard.switchboard import reconciling
from callcard.switchboard.models import Pbx
from callcard.switchboard.reconciling import RECONCILE, reconcile_calls, reconcile_now, reconcile_pbx, reconcile_soon
from callcard.switchboard.record_secret import with_secret, without_secret
from callcard.switchboard.trial import RecordTrial, try_record
from tests.connectors.asterisk.cdr_scene import copied

pytestmark = pytest.mark.django_db
FILLED = {"name": "Office", "kind": "asterisk", "host": "127.0.0.1", "port": "1", "username": "callcard", "secret": "x"}
ADDRESS = "postgresql://asterisk:hush@10.0.0.5/cdr"


@pytest.fixture
def window() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("chief", role=User.Role.ADMINISTRATOR))
    return client


def office(**options: object) -> Pbx:
    return Pbx.objects.create(slug="office", name="Office", kind="asterisk", options={"secret": "x", **options})


def test_the_secret_of_a_database_is_never_shown_and_kept(window: Client) -> None:
    office(records=ADDRESS)
    page = window.get(reverse("pbx-edit", args=["office"])).content.decode()
    assert "hush" not in page
    assert without_secret(ADDRESS) in page
    window.post(reverse("pbx-edit", args=["office"]), FILLED | {"records": without_secret(ADDRESS)})
    assert Pbx.objects.get().options["records"] == ADDRESS
    window.post(reverse("pbx-edit", args=["office"]), FILLED | {"records": ""})
    assert "records" not in Pbx.objects.get().options


@pytest.mark.parametrize(
    "address", ["/var/log/Master.csv", "sqlite:////x.db", "postgresql://host/db", "a://[b", "a:b@c"]
)
def test_what_has_no_secret_stays_as_it_is(address: str) -> None:
    assert without_secret(address) == address
    assert with_secret(address, ADDRESS) == address


def test_the_test_says_whether_the_records_can_be_read(window: Client, tmp_path: Path) -> None:
    path = copied("answered", tmp_path)
    told = window.post(reverse("pbx-test"), FILLED | {"records": str(path)}).content.decode()
    assert "One of their calls ended at 2026-11-22 03:22:10 UTC" in told
    told = window.post(reverse("pbx-test"), FILLED | {"records": str(tmp_path / "away.csv")}).content.decode()
    assert "There is no such file on this machine" in told


def test_a_record_that_looks_like_anothers_may_be_read_all_the_same(window: Client, tmp_path: Path) -> None:
    office(records=str(copied("answered", tmp_path)))
    Reconciliation.objects.create(pbx="office", began_at=timezone.now(), problem="strange", detail="301, 302")
    page = window.get(reverse("pbx-edit", args=["office"])).content.decode()
    assert "No phone and no line in this record is known here." in page
    assert "Its phones: 301, 302" in page
    assert 'name="confirmed"' in page
    window.post(reverse("pbx-records", args=["office"]), {"confirmed": "1"})
    assert RecordPlace.objects.get().confirmed
    Reconciliation.objects.update(problem="no_file")
    assert 'name="confirmed"' not in window.get(reverse("pbx-edit", args=["office"])).content.decode()


def test_reading_on_request_shows_its_progress(window: Client, tmp_path: Path) -> None:
    office(records=str(copied("answered", tmp_path)))
    page = window.post(reverse("pbx-records", args=["office"])).content.decode()
    job = Job.objects.get()
    assert (job.kind, job.arguments, f'data-job="{job.pk}"' in page) == (RECONCILE, {"pbx": "office"}, True)
    assert RECONCILE in {kind.name for kind in KINDS}


def test_who_is_no_administrator_reads_nothing() -> None:
    office(records="/x")
    client = Client()
    client.force_login(User.objects.create_user("mali"))
    assert client.post(reverse("pbx-records", args=["office"])).status_code in (403, 404)
    assert not Job.objects.exists()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[str]:
    """The address of a table as cdr_pgsql or cdr_sqlite3_custom fill it, with one answered call of just now."""
    columns = (
        "calldate, clid, src, dst, channel, dstchannel, lastapp, lastdata, duration, billsec, disposition, uniqueid"
    )
    began_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    values = (
        *(f"{began_at:%Y-%m-%d %H:%M:%S}", '"Mali" <+99365123456>', "+99365123456", "301", "PJSIP/trunk-1"),
        *("PJSIP/301-2", "Dial", "PJSIP/301,30", 65, 60, "ANSWERED", f"{began_at.timestamp():.0f}.1"),
    )
    marks = ", ".join(["%s"] * len(values))
    kinds = columns.replace(",", " varchar(80),").replace("calldate varchar(80)", "calldate timestamp") + " varchar(80)"
    kinds = kinds.replace("duration varchar(80)", "duration integer").replace("billsec varchar(80)", "billsec integer")
    given = connection.settings_dict
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE their_cdr ({kinds})")
            cursor.execute(f"INSERT INTO their_cdr ({columns}) VALUES ({marks})", values)
        place = f"{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
        yield f"postgresql://{place}?table=their_cdr"
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE their_cdr")
        return
    with closing(sqlite3.connect(tmp_path / "master.db")) as database, database:
        database.execute(f"CREATE TABLE their_cdr ({kinds})")
        database.execute(f"INSERT INTO their_cdr ({columns}) VALUES ({marks.replace('%s', '?')})", values)
    yield f"sqlite:///{tmp_path}/master.db?table=their_cdr"


@pytest.mark.django_db(transaction=True)
def test_records_in_a_database(table: str) -> None:
    pbx = office(records=table, records_zone="UTC")
    for added in (1, 0):
        found = reconcile_pbx(pbx)
        assert found is not None
        assert (found.problem, found.detail, found.added) == ("", "", added)
    call = Call.objects.get()
    assert (call.number, call.outcome, call.talk_seconds, call.origin) == ("+99365123456", "answered", 60.0, "record")
    assert try_record(pbx) == RecordTrial(newest=f"{call.ended_at:%Y-%m-%d %H:%M:%S} UTC")


@pytest.mark.parametrize(("days", "added"), [(0, 0), (20_000, 1)])
def test_the_first_reading_leaves_the_past_alone(
    days: int, added: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "FIRST_TIME", timedelta(days=days))
    found = reconcile_pbx(office(records=str(copied("answered", tmp_path))))
    assert found is not None
    assert (found.added, found.problem, Call.objects.count()) == (added, "", added)


def test_what_was_found_is_told(window: Client) -> None:
    office(records="/x")
    Reconciliation.objects.create(pbx="office", began_at=timezone.now(), added=3, completed=1)
    Reconciliation.objects.create(
        pbx="office", began_at=timezone.now(), problem="no_file", detail="/x", faults={"torn": 2}, shift_seconds=-10800
    )
    for name in ("why", "pbx-edit"):
        page = window.get(reverse(name, args=["office"] if name == "pbx-edit" else [])).content.decode()
        assert "3 calls added" in page
        assert "1 completed" in page
        assert "There is no such file on this machine." in page
        assert "2 lines could not be read: 2 torn" in page
        assert "-3 hours off" in page


def test_who_asked_for_a_reading_is_told_which_lines_could_not_be_read(tmp_path: Path) -> None:
    record = tmp_path / "calls.csv"
    record.write_text("date;from;to;seconds\n2026-11-22;+856205555;302;12\n")
    office(records=str(record))
    chief = User.objects.create_user("chief", role=User.Role.ADMINISTRATOR)
    job = reconcile_now(Pbx.objects.get(), user_id=chief.pk)
    Job.objects.update(state="running", holder="me")
    result = reconcile_calls(Run(job.pk, chief.pk, job.arguments, 1, "me", timedelta(minutes=1)))
    assert result is not None
    assert result["words"] == (
        "0 calls were missing and were added, 0 were completed. "
        "2 lines could not be read: 2 not a line of this record (calls.csv, byte 21 date;from;to;seconds)."
    )
    assert Call.objects.count() == 0


def test_without_records_nothing_is_read() -> None:
    assert reconcile_pbx(office()) is None
    assert not Reconciliation.objects.exists()
    assert not Call.objects.exists()


def test_a_link_that_comes_back_often_makes_one_job() -> None:
    reconcile_soon("office")
    reconcile_soon("office")
    assert Job.objects.filter(kind=RECONCILE).count() == 1


def test_a_folder_is_not_taken_for_a_record(window: Client, tmp_path: Path) -> None:
    for field in ("records", "queue_log"):
        paths = {"records": str(copied("answered", tmp_path))} | {field: str(tmp_path)}
        told = window.post(reverse("pbx-test"), FILLED | paths).content.decode()
        assert f"This is a folder. Name the file in it, such as Master.csv: {tmp_path}<" in told


def test_what_answers_and_closes_at_once_is_not_called_asterisk(window: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        closing = threading.Thread(target=lambda: door.accept()[0].close())
        closing.start()
        told = window.post(reverse("pbx-test"), FILLED | {"port": str(door.getsockname()[1])}).content.decode()
        closing.join()
    assert "closes the connection at once" in told
    assert "(the other side closed the connection)" in told
    assert "made anew" not in told
