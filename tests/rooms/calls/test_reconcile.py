"""The log is filled from the PBX's own record: nothing missing, nothing twice, what people wrote stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcard.calls.models import Call, CallNote, Segment
from callcard.calls.reconcile import services
from callcard.calls.reconcile.models import Reconciliation, RecordPlace
from callcard.calls.reconcile.services import Source, confirm_source, reconcile
from callcard.customers.services import create_customer
from callcard.customers.transfer.pace import Pace
from callcard.staff.models import Extension, Line, User
from callcard.telephony.records import Portion
from tests.connectors.asterisk.cdr_scene import LONG_AGO, copied, record

pytestmark = pytest.mark.django_db
CUSTOMER = "+99365123456"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """An answered call, one that nobody answered, a ring group, a transfer and a call outwards."""
    path = tmp_path / "day.csv"
    names = ("answered", "missed", "ring_group", "attended", "outbound", "internal")
    path.write_text("".join(copied(name, tmp_path).read_text(encoding="utf-8") for name in names), encoding="utf-8")
    return path


def read(path: Path, *, name: str = "one", is_heard: bool = True, since: datetime = LONG_AGO) -> Reconciliation:
    source = Source(pbx="office", name=name, record=record(path), since=since, is_heard=is_heard)
    return reconcile(source, region="LA")


def told() -> list[tuple[str, str, str, str]]:
    rows = Call.objects.order_by("started_at").values_list("direction", "number", "outcome", "origin")
    return [(direction, number, outcome, origin) for direction, number, outcome, origin in rows]


ALL = [
    ("inbound", CUSTOMER, "answered", "record"),
    ("inbound", CUSTOMER, "missed", "record"),
    ("inbound", CUSTOMER, "answered", "record"),
    ("inbound", CUSTOMER, "answered", "record"),
    ("outbound", "+99365777888", "answered", "record"),
    ("internal", "301", "answered", "record"),
]


def test_calls_that_nobody_saw_are_added(day: Path) -> None:
    user = User.objects.create_user("mali")
    Extension.objects.create(number="301", user=user)
    customer = create_customer(name="Mali Souk", by=None, numbers=[CUSTOMER])
    found = read(day)
    assert told() == ALL
    assert (found.added, found.completed, found.faults, found.problem) == (6, 0, {}, "")
    first = Call.objects.earliest("started_at")
    assert (first.customer_id, first.answered_by_id, first.is_complete) == (customer.pk, user.pk, True)
    assert round(first.talk_seconds, 2) == 1.2
    assert first.segments.filter(user=user, role="called", outcome="answered", began_at=first.started_at).count() == 1


def test_a_second_reading_changes_nothing(day: Path) -> None:
    read(day)
    rows = list(Call.objects.order_by("pk").values()), list(Segment.objects.order_by("pk").values())
    for name in ("one", "another"):
        found = read(day, name=name)
        assert (found.added, found.completed) == (0, 0)
    assert rows == (list(Call.objects.order_by("pk").values()), list(Segment.objects.order_by("pk").values()))
    assert Reconciliation.objects.filter(added=0).count() == 1


def test_calls_are_written_in_as_many_pieces_as_the_pace_says(day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = User.objects.create_user("mali")
    Extension.objects.create(number="301", user=user)
    read(day)
    together = what_is_in_the_log()
    Call.objects.all().delete()
    RecordPlace.objects.all().delete()
    monkeypatch.setattr(Pace.__init__, "__defaults__", (1,))
    monkeypatch.setattr(Pace, "_learn", lambda *_: None)
    assert read(day).added == 6
    assert what_is_in_the_log() == together
    assert len(together) == 17


def what_is_in_the_log() -> list[dict[str, object]]:
    calls = {row["id"]: {**row, "id": 0} for row in Call.objects.values()}
    rows = Segment.objects.order_by("call__started_at", "key").values()
    return [{**row, "id": 0, "call_id": 0, "call": calls[row["call_id"]]} for row in rows]


def test_a_call_that_comes_in_pieces_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "HELD_AT_MOST", 0)
    found = read(copied("ring_group", tmp_path))
    assert (found.added, found.problem) == (1, "")
    assert Call.objects.get().segments.count() > 2


def live(day: Path, *, outcome: str, **values: object) -> Call:
    """The first call of the day as those who listened left it."""
    began_at = datetime.fromtimestamp(1795317728.02, UTC)
    ended_at = began_at + timedelta(seconds=0.5)
    given = {"ended_at": ended_at, "is_complete": False, "number": CUSTOMER, "line": "+85621000100", **values}
    call = Call.objects.create(
        pbx="office", key="1795317728.0", direction="inbound", outcome=outcome, started_at=began_at, **given
    )
    common = {"call": call, "began_at": began_at, "outcome": outcome, "ended_at": ended_at}
    Segment.objects.create(key="1795317728.0", role="caller", number=CUSTOMER, **common)
    Segment.objects.create(
        key="1795317728.1", role="called", extension="301", rang_at=began_at, hold_seconds=0.3, **common
    )
    return call


def test_a_call_that_was_partly_seen_is_completed(day: Path) -> None:
    call = live(day, outcome="unknown", note="Wants a bench.", result="Offer sent")
    CallNote.objects.create(call=call, text="Wants a bench.")
    found = read(day)
    assert (found.added, found.completed) == (5, 1)
    call.refresh_from_db()
    assert (call.outcome, call.is_complete, call.origin) == ("answered", True, "live")
    assert (round(call.talk_seconds, 2), call.line, call.note, call.result) == (
        1.2,
        "+85621000100",
        "Wants a bench.",
        "Offer sent",
    )
    assert call.notes.get().text == "Wants a bench."
    segments = call.segments.order_by("key").values_list("key", "outcome", "hold_seconds")
    assert list(segments) == [("1795317728.0", "answered", 0.0), ("1795317728.1", "answered", 0.3)]


def test_a_call_that_was_seen_whole_stays_as_it_is(day: Path) -> None:
    call = live(day, outcome="answered", is_complete=True, talk_seconds=7.0)
    found = read(day)
    assert (found.added, found.completed) == (5, 0)
    call.refresh_from_db()
    assert (call.talk_seconds, call.segments.count()) == (7.0, 2)


@pytest.mark.parametrize(("is_heard", "outcome"), [(True, ""), (False, "answered")])
def test_a_call_that_goes_on_is_left_to_whoever_listens(is_heard: bool, outcome: str, day: Path) -> None:
    call = live(day, outcome="", ended_at=None, tracking={"legs": []})
    found = read(day, is_heard=is_heard)
    assert found.completed == (not is_heard)
    call.refresh_from_db()
    assert (call.outcome, call.ended_at is None, call.tracking is None) == (outcome, is_heard, not is_heard)


def test_what_ended_only_now_waits(day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SETTLE", datetime.now(UTC) - datetime.fromtimestamp(1795317760, UTC))
    assert read(day).added == 1
    monkeypatch.undo()
    assert read(day).added == 5
    assert told() == ALL


def test_calls_of_before_are_left_out_of_a_record_that_was_never_read(day: Path) -> None:
    found = read(day, since=datetime.fromtimestamp(1795317800, UTC))
    assert (found.added, Call.objects.count()) == (3, 3)


def test_another_systems_record_is_refused(day: Path) -> None:
    for number in range(5):
        at = datetime.fromtimestamp(1795317729 + number, UTC)
        Call.objects.create(
            pbx="office", key=f"x.{number}", direction="inbound", outcome="missed", started_at=at, ended_at=at
        )
    found = read(day)
    assert (found.problem, found.added, Call.objects.count()) == ("other_calls", 0, 5)


def test_a_record_in_which_nothing_is_known_asks_first_and_loses_nothing(day: Path) -> None:
    user = User.objects.create_user("mali")
    Extension.objects.create(number="77", user=user)
    found = read(day)
    assert (found.problem, found.detail) == ("strange", "301, 302, 303, 304, 305")
    assert (found.added, Call.objects.count()) == (0, 0)
    assert read(day).problem == "strange"
    confirm_source(pbx="office", name="one")
    assert (read(day).added, told()) == (6, ALL)
    Call.objects.all().delete()
    assert read(day, name="another").problem == "strange"  # that one nobody has confirmed
    Line.objects.create(number="+85621000100", e164="+85621000100")
    assert read(day, name="another").added == 6


def test_one_call_of_a_strange_record_asks_too_and_is_taken_however_late_somebody_answers(tmp_path: Path) -> None:
    Extension.objects.create(number="77", user=User.objects.create_user("mali"))
    path = copied("missed", tmp_path)
    assert (read(path).problem, Call.objects.count()) == ("strange", 0)
    confirm_source(pbx="office", name="one")
    days_later = datetime.now(UTC)
    assert (read(path, since=days_later).added, told()) == (1, ALL[1:2])
    with path.open("a", encoding="utf-8") as file:
        file.write(copied("answered", tmp_path).read_text(encoding="utf-8"))
    assert read(path, since=days_later).problem == ""


class OneByOne:
    """A record that is read a line at a time."""

    def __init__(self, path: Path) -> None:
        self._whole = record(path)
        self.shift = timedelta(0)

    def read_since(self, cursor: str, since: datetime) -> Iterator[Portion]:
        for portion in self._whole.read_since(cursor, since):
            for entry in portion.entries:
                yield replace(portion, entries=(entry,))

    def try_out(self) -> str:
        return ""


def test_the_first_calls_of_a_record_wait_for_those_behind_them(day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Extension.objects.create(number="302", user=User.objects.create_user("mali"))  # the first two name 301 alone
    monkeypatch.setattr(services, "TOGETHER", timedelta(seconds=5))
    source = Source(pbx="office", name="one", record=OneByOne(day), since=LONG_AGO, is_heard=True)
    found = reconcile(source, region="LA")
    assert (found.problem, found.added, told()) == ("", 6, ALL)


def test_a_problem_is_kept_in_words_and_the_next_reading_goes_on(day: Path, tmp_path: Path) -> None:
    found = read(tmp_path / "away.csv")
    assert (found.problem, found.detail) == ("no_file", str(tmp_path / "away.csv"))
    assert RecordPlace.objects.count() == 0
    assert read(day).added == 6


def test_a_transfer_whose_end_is_written_later_is_one_call(tmp_path: Path) -> None:
    lines = copied("attended", tmp_path).read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "Master.csv"
    for number in range(1, len(lines) + 1):
        path.write_text("".join(lines[:number]), encoding="utf-8")
        read(path, is_heard=False)
    call = Call.objects.get()
    assert (call.key, call.direction, call.outcome) == ("1795317799.150", "inbound", "answered")
    assert sorted(call.segments.values_list("extension", flat=True)) == ["", "301", "302"]
