"""The writing thread: nothing is lost while the database is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.recorder import CallRecorder, Record
from callcard.switchboard.models import LinkLog, Pbx, WireLine
from callcard.switchboard.writer import CallWriter, _rings_first
from callcard.telephony import call as telephony
from callcard.telephony.call import Party, Role
from callcard.telephony.connector import LinkReport, LinkState, WireNote
from callcard.telephony.events import LegBegan, LegEnded, LegHungUp, LegRang
from callcard.telephony.tracker import CallTracker

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 8
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begin(tracker: CallTracker, writer: CallWriter, key: str, *, ended: bool = False) -> None:
    """No phone rings for it (yet)."""
    caller = LegBegan(at=NOW, leg=f"{key}a", call=key, role=Role.CALLER, party=Party(number="+8562055512345"))
    for event in [caller, *([LegEnded(at=NOW, leg=f"{key}a")] if ended else [])]:
        writer.put_changes(tracker.feed(event), tracker, time.monotonic_ns())


def ring(tracker: CallTracker, writer: CallWriter, key: str, *, ended: bool = False) -> None:
    events = [
        LegBegan(at=NOW, leg=f"{key}a", call=key, role=Role.CALLER, party=Party(number="+8562055512345")),
        LegBegan(at=NOW, leg=f"{key}b", call=key, role=Role.CALLED, party=Party(extension="301")),
        LegRang(at=NOW, leg=f"{key}b"),
    ]
    later = NOW + timedelta(seconds=5)
    ends = [LegHungUp(at=later, leg=f"{key}a"), LegEnded(at=later, leg=f"{key}a"), LegEnded(at=later, leg=f"{key}b")]
    for event in [*events, *(ends if ended else [])]:
        writer.put_changes(tracker.feed(event), tracker, time.monotonic_ns())


def test_calls_wait_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    really, failures = CallRecorder.record, iter(range(3))

    def record(self: CallRecorder, records: object) -> None:
        if next(failures, None) is not None:
            raise OperationalError("the disk is full, or the server restarts")
        really(self, records)  # type: ignore[arg-type]

    monkeypatch.setattr(CallRecorder, "record", record)
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    writer.start()
    try:
        ring(tracker, writer, "one")
        ring(tracker, writer, "two", ended=True)
        wait_for(lambda: Call.objects.count() == 2)
    finally:
        writer.stop()
    assert Call.objects.get(key="one").ended_at is None
    assert Call.objects.get(key="two").outcome == "cancelled"


def test_a_stop_writes_what_still_waits() -> None:
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    writer.start()
    for n in range(50):
        ring(tracker, writer, f"call{n}")
    writer.stop()
    assert Call.objects.count() == 50


def test_link_reports_and_lines_from_the_pbx_are_kept() -> None:
    Pbx.objects.create(slug="office", name="Office", kind="asterisk")
    writer = CallWriter(region="LA")
    writer.start()
    writer.put_report(
        "office", LinkReport(state=LinkState.REFUSED, at=timezone.now(), problem="wrong_secret", detail="no")
    )
    writer.put_report("gone", LinkReport(state=LinkState.UP, at=NOW))
    writer.put_note("office", WireNote(at=NOW, summary="301 rings" * 100))
    writer.stop()
    log = LinkLog.objects.get()
    assert (log.pbx.slug, log.state, log.problem) == ("office", "refused", "wrong_secret")
    assert len(WireLine.objects.get().summary) == 300


def test_one_call_that_cannot_be_written_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    really = CallRecorder._insert

    def insert(self: CallRecorder, call: telephony.Call, fields: dict[str, object]) -> object:
        if call.key == "bad":
            raise TypeError("a mistake of ours")
        return really(self, call, fields)

    monkeypatch.setattr(CallRecorder, "_insert", insert)
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    for key in ("good", "bad", "better"):
        ring(tracker, writer, key)
    writer.start()
    writer.stop()
    assert set(Call.objects.values_list("key", flat=True)) == {"good", "better"}


def test_a_call_that_cannot_be_written_costs_no_other_call(monkeypatch: pytest.MonkeyPatch) -> None:
    really = CallRecorder.record

    def record(self: CallRecorder, records: list[Record]) -> None:
        if any(each.call.key == "odd" for each in records):
            raise TypeError("no JSON")
        really(self, records)

    monkeypatch.setattr(CallRecorder, "record", record)
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    for key in ("one", "odd", "two"):  # waiting together, so that they are written together
        ring(tracker, writer, key)
    writer.start()
    try:
        wait_for(lambda: Call.objects.count() == 2)
        ring(tracker, writer, "three")
        wait_for(lambda: Call.objects.count() == 3)
    finally:
        writer.stop()
    assert set(Call.objects.values_list("key", flat=True)) == {"one", "two", "three"}


def test_a_ringing_phone_waits_for_no_call_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    really, written = CallRecorder.record, []

    def record(self: CallRecorder, records: Sequence[Record]) -> None:
        written.append([each.call.key for each in records])
        really(self, records)

    monkeypatch.setattr(CallRecorder, "record", record)
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    begin(tracker, writer, "ended", ended=True)
    ring(tracker, writer, "rings")
    writer.start()
    writer.stop()
    assert written == [["rings"], ["ended"]]


def test_a_talk_that_has_ended_is_told_before_what_rings_at_the_same_phone() -> None:
    talk = record_of("talk", "301", answered_at=NOW, ended_at=NOW)
    elsewhere = record_of("elsewhere", "302", answered_at=NOW, ended_at=NOW)
    in_vain = record_of("in vain", "301", ended_at=NOW)
    rings = replace(record_of("rings", "301"), received_ns=1)
    batches = _rings_first([talk, elsewhere, in_vain, rings])
    assert [[each.call.key for each in batch] for batch in batches] == [["talk", "rings"], ["elsewhere", "in vain"]]
    assert _rings_first([talk]) == [[talk]]


def record_of(key: str, extension: str, **times: datetime) -> Record:
    phone = telephony.Segment(key="b", party=Party(extension=extension), role=Role.CALLED, rang_at=NOW)
    call = telephony.Call(
        pbx="office",
        key=key,
        direction=telephony.Direction.INBOUND,
        caller=Party(number="+8562055512345"),
        started_at=NOW,
        segments=(phone,),
    )
    return Record(call=replace(call, answered_at=times.get("answered_at"), ended_at=times.get("ended_at")))


def test_a_caller_who_cannot_be_found_ahead_is_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []

    def look_ahead(self: CallRecorder, call: telephony.Call) -> None:
        looked_up.append(call.key)
        raise TypeError("a mistake of ours")

    monkeypatch.setattr(CallRecorder, "look_ahead", look_ahead)
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    writer.start()
    try:
        begin(tracker, writer, "one")
        wait_for(lambda: Call.objects.count() == 1)
    finally:
        writer.stop()
    assert set(looked_up) == {"one"}
