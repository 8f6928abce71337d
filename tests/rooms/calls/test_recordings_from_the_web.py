"""Recordings from a telephone system's web server and from providers' addresses, with a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from callcard.calls.models import Segment
from callcard.calls.recordings import storing
from callcard.calls.recordings.fetching import fetch
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.services import note_address
from callcard.calls.recordings.setting import decide
from callcard.calls.recordings.told_files import note_files
from tests.rooms.calls.recorded_calls import recorded, tone

pytestmark = pytest.mark.django_db
State = Recording.State


class Telephones(ThreadingHTTPServer):
    """Gives what is in `files` to whoever has the login."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.said_length = -1
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: Telephones

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        data = self.server.files.get(self.path)
        is_known = self.headers.get("Authorization") == "Basic dTpz"  # u:s
        self.send_response(404 if data is None else 200 if is_known else 401)
        data = data if data and is_known else b""
        self.send_header("Content-Length", str(len(data) if self.server.said_length < 0 else self.server.said_length))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def telephones() -> Iterator[Telephones]:
    with Telephones() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


def source_of(telephones: Telephones, kind: str = "web", **more: object) -> RecordingSource:
    ending = "/m/{year}/{month}/{day}/{id}.wav" if kind == "web" else "/"
    values = {"username": "u", "secret": "s", "address": telephones.address + ending, **more}
    return RecordingSource.objects.create(kind=kind, **values)


def again() -> None:
    Recording.objects.filter(state=State.WAITING).update(due_at=timezone.now())
    fetch()


def only() -> Recording:
    return Recording.objects.get()


def test_every_id_of_the_call_is_tried(telephones: Telephones) -> None:
    source_of(telephones)
    call = recorded(key="17.1")
    Segment.objects.create(call=call, key="17.2", role="called")
    day = timezone.localtime(call.started_at)
    telephones.files[f"/m/{day:%Y/%m/%d}/17.2.wav"] = tone()
    fetch()
    assert telephones.asked == [f"/m/{day:%Y/%m/%d}/17.1.wav", f"/m/{day:%Y/%m/%d}/17.2.wav"]
    row = only()
    assert (row.state, row.name, row.seconds, storing.size_of(row.path)) == (State.HERE, "17.2.wav", 1.0, len(tone()))


def test_one_that_is_not_there_yet_is_waited_for(telephones: Telephones) -> None:
    source_of(telephones)
    recorded()
    fetch()
    assert (only().state, only().problem) == (State.WAITING, "not_there")


def test_a_wrong_login_is_the_sources_fault_and_loses_nothing(telephones: Telephones) -> None:
    source = source_of(telephones, secret="wrong")
    calls = [recorded() for _ in range(3)]
    for call in calls:
        telephones.files[f"/m/{timezone.localtime(call.started_at):%Y/%m/%d}/{call.key}.wav"] = tone()
    _count, problems = fetch()
    source.refresh_from_db()
    assert (source.problem, len(problems), len(telephones.asked)) == ("login", 1, 1)  # and the others are not tried
    assert set(Recording.objects.values_list("state", flat=True)) == {State.WAITING}
    RecordingSource.objects.update(secret="s")
    again()
    assert set(Recording.objects.values_list("state", flat=True)) == {State.HERE}


@pytest.mark.parametrize("said", [-1, 1_000_000_000])
def test_what_is_too_large_is_not_read_to_its_end(telephones: Telephones, said: int) -> None:
    decide(largest_mb=1)
    source_of(telephones)
    telephones.said_length = said
    call = recorded()
    day = timezone.localtime(call.started_at)
    telephones.files[f"/m/{day:%Y/%m/%d}/{call.key}.wav"] = tone(1.0) if said > 0 else tone(70.0)
    fetch()
    assert (only().state, only().problem, storing.size_of(only().path)) == (State.REFUSED, "too_large", None)


def test_a_line_that_breaks_leaves_nothing_half(telephones: Telephones) -> None:
    source_of(telephones)
    telephones.said_length = len(tone()) + 10
    call = recorded()
    telephones.files[f"/m/{timezone.localtime(call.started_at):%Y/%m/%d}/{call.key}.wav"] = tone()
    fetch()
    assert (only().state, only().problem) == (State.WAITING, "away")
    assert not list((storing.folder() / only().path).parent.glob(f"{only().token}*"))
    telephones.said_length = -1
    again()
    assert only().state == State.HERE


def test_a_page_instead_of_sound_is_no_recording(telephones: Telephones) -> None:
    source_of(telephones)
    call = recorded()
    telephones.files[f"/m/{timezone.localtime(call.started_at):%Y/%m/%d}/{call.key}.wav"] = b"<html>Sign in</html>"
    fetch()
    assert (only().state, only().problem) == (State.WAITING, "not_sound")


def test_a_providers_address_gets_the_login_of_its_place(telephones: Telephones) -> None:
    source = source_of(telephones, "provider")
    telephones.files["/r/1.wav?token=x"] = tone()
    call = recorded(is_recorded=False)
    row = note_address(call=call, address=f"{telephones.address}/r/1.wav?token=x")
    assert row.source == source
    fetch()
    assert (only().state, only().name) == (State.HERE, "1.wav")


def test_an_address_that_only_begins_like_a_place_is_another_one(telephones: Telephones) -> None:
    source_of(telephones, "provider", address="http://127.0.0.1:1")
    row = note_address(call=recorded(is_recorded=False), address="http://127.0.0.1:1@evil.example.com/x")
    assert row.source is not None  # by its text
    fetch()
    row.refresh_from_db()
    assert (row.state, row.problem) == (State.REFUSED, "address")


def test_all_that_the_ids_and_the_names_of_the_record_lead_to_is_kept(telephones: Telephones) -> None:
    source_of(telephones)
    call = recorded(key="17.1")
    Segment.objects.create(call=call, key="17.2", role="called")
    note_files({call.pk: ["2026/sale-0042.wav"]})
    folder = f"/m/{timezone.localtime(call.started_at):%Y/%m/%d}"
    telephones.files |= {f"{folder}/17.2.wav": tone(), f"{folder}/sale-0042.wav": tone(2.0)}
    fetch()
    rows = Recording.objects.order_by("name")
    assert [(row.name, row.state, row.place) for row in rows] == [
        ("17.2.wav", State.HERE, f"{telephones.address}{folder}/17.2.wav"),
        ("sale-0042.wav", State.HERE, f"{telephones.address}{folder}/sale-0042.wav"),
    ]


def test_a_server_is_asked_once_more_for_a_later_one(telephones: Telephones) -> None:
    source_of(telephones)
    call = recorded(key="17.1")
    Segment.objects.create(call=call, key="17.2", role="called")
    folder = f"/m/{timezone.localtime(call.started_at):%Y/%m/%d}"
    telephones.files[f"{folder}/17.1.wav"] = tone()
    fetch()
    before = timezone.now() - timedelta(minutes=5)
    for number in range(3):
        Recording.objects.filter(state=State.HERE).update(taken_at=before - number * timedelta(minutes=5))
        RecordingSource.objects.update(looked_at=before)
        telephones.asked.clear()
        fetch()
        assert telephones.asked == ([f"{folder}/17.2.wav"] if number == 0 else [])
        assert Recording.objects.get().state == State.HERE  # the wait in vain has gone without a word
