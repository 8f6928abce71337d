"""Several recordings of one call, whenever they come and whatever their files are called; windows are told of each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.calls.reconcile.services import Source, reconcile
from callcard.calls.recordings import storing
from callcard.calls.recordings.fetching import fetch
from callcard.calls.recordings.models import Recording, RecordingSource, ToldFile
from callcard.calls.recordings.queries import recordings_of
from callcard.calls.recordings.services import follow_calls
from callcard.calls.recordings.told_files import forget_names, note_files
from callcard.live.models import LiveEvent
from tests.connectors.asterisk.cdr_scene import LONG_AGO, copied, record
from tests.rooms.calls.recorded_calls import mp3, put, recorded, tone

pytestmark = pytest.mark.django_db
# As FreePBX: those of the sample file, and the name of the recording's file.
COLUMNS = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end"),
    *("duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "sequence", "linkedid"),
    "recordingfile",
)
State = Recording.State


def later() -> None:
    """A look a few minutes after the last one."""
    RecordingSource.objects.update(looked_at=timezone.now() - timedelta(minutes=6))
    Recording.objects.filter(state=State.WAITING).update(due_at=timezone.now())
    fetch()


def here(call: Call) -> list[str]:
    return [row.place for row in recordings_of(call) if row.state == State.HERE]


def told() -> list[int]:
    return [row.payload["call"] for row in LiveEvent.objects.filter(kind="recordings", user=None).order_by("pk")]


def test_the_second_file_of_a_call_that_was_handed_on_is_found_later(source: RecordingSource, root: Path) -> None:
    call = recorded()
    Segment.objects.create(call=call, key="1700000099.77", role="called")
    put(root, f"a-{call.key}.wav", tone(1.0))
    fetch()
    assert (here(call), told()) == ([f"a-{call.key}.wav"], [call.pk])
    put(root, "b-1700000099.77.wav", tone(2.0))
    later()
    assert here(call) == [f"a-{call.key}.wav", "b-1700000099.77.wav"]
    assert told() == [call.pk, call.pk]
    later()
    assert (Recording.objects.count(), len(told())) == (2, 2)


def test_an_hour_later_nobody_looks_any_more_but_who_asks(source: RecordingSource, root: Path) -> None:
    call = recorded()
    put(root, f"a-{call.key}.wav", tone(1.0))
    fetch()
    Recording.objects.update(taken_at=timezone.now() - timedelta(minutes=61))
    put(root, f"b-{call.key}.wav", tone(2.0))
    later()
    assert here(call) == [f"a-{call.key}.wav"]
    fetch(days=1)
    assert here(call) == [f"a-{call.key}.wav", f"b-{call.key}.wav"]


def test_what_was_removed_does_not_come_back_as_another(source: RecordingSource, root: Path) -> None:
    call = recorded()
    for name in ("a", "b"):
        put(root, f"{name}-{call.key}.wav", tone(1.0 if name == "a" else 2.0))
    fetch()
    Recording.objects.filter(place__startswith="b").update(state=State.REMOVED)
    later()
    assert dict(Recording.objects.values_list("place", "state")) == {
        f"a-{call.key}.wav": State.HERE,
        f"b-{call.key}.wav": State.REMOVED,
    }


def test_a_file_that_the_record_names_is_the_calls_although_its_name_has_no_id(
    source: RecordingSource, root: Path
) -> None:
    call = recorded(is_recorded=False)
    put(root, "2024/sale-0042.mp3", mp3(0.1))  # made of a WAV meanwhile
    assert note_files({call.pk: ["/var/spool/asterisk/monitor/sale-0042.wav"]}) == 1
    fetch()
    assert here(call) == ["2024/sale-0042.mp3"]
    call.refresh_from_db()
    assert call.is_recorded


def test_a_name_that_two_calls_have_tells_nothing_and_a_word_is_no_name(source: RecordingSource, root: Path) -> None:
    one, other = recorded(), recorded()
    assert note_files({one.pk: ["recording.wav"], other.pk: ["recording.wav", "a.wav", ".wav", ""]}) == 2
    put(root, "recording.wav", tone())
    put(root, "x-recording-y.wav", tone())
    fetch()
    assert not Recording.objects.exclude(state=State.WAITING).exists()
    ToldFile.objects.filter(call=other.pk).delete()
    Recording.objects.update(due_at=timezone.now())
    fetch()
    assert (here(one), here(other)) == (["recording.wav"], [])  # the whole name, not a part of one


def test_names_are_noted_once_and_forgotten() -> None:
    call = recorded()
    assert note_files({call.pk: ["out-1.2.wav", "out-1.2.mp3", "in-1700.wav"]}) == 2
    assert note_files({call.pk: ["in-1700.wav"]}) == 0
    assert set(ToldFile.objects.values_list("name", flat=True)) == {"out-1.2", "in-1700"}
    assert forget_names(before=timezone.now() - timedelta(days=1)) == 0
    assert forget_names(before=timezone.now() + timedelta(days=1)) == 2


def test_the_record_of_asterisk_names_the_files_also_of_calls_that_were_seen_whole(tmp_path: Path) -> None:
    path = copied("answered", tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f'{line},"external-301-sale.wav"\n' for line in lines), encoding="utf-8")
    told = record(path, records_columns=COLUMNS)
    reconcile(Source(pbx="office", name="one", record=told, since=LONG_AGO, is_heard=True), region="LA")
    call = Call.objects.get()
    assert (call.is_recorded, list(ToldFile.objects.values_list("call", "name"))) == (
        True,
        [(call.pk, "external-301-sale")],
    )
    ToldFile.objects.all().delete()
    Call.objects.update(origin="live", is_complete=True, is_recorded=False)
    reconcile(Source(pbx="office", name="two", record=told, since=LONG_AGO, is_heard=True), region="LA")
    call.refresh_from_db()
    assert (call.is_recorded, ToldFile.objects.get().call_id) == (True, call.pk)


def test_a_recording_follows_its_call_also_by_the_name_that_was_told(source: RecordingSource, root: Path) -> None:
    call = recorded()
    put(root, "sale-0042.wav", tone())
    note_files({call.pk: ["sale-0042.wav"]})
    fetch()
    other = recorded()
    note_files({other.pk: ["sale-0042.wav"]})
    Call.objects.filter(pk=call.pk).delete()
    assert follow_calls(now=timezone.now()) == 1
    assert Recording.objects.get(state=State.HERE).call_id == other.pk


def test_a_recording_that_its_new_call_has_already_is_not_kept_twice(source: RecordingSource, root: Path) -> None:
    call = recorded()
    put(root, f"{call.key}.wav", tone())
    fetch()
    other = recorded()
    Segment.objects.create(call=other, key=call.key, role="called")
    Call.objects.filter(pk=call.pk).delete()
    fetch()  # before the look that follows calls
    (gone, kept) = Recording.objects.filter(state=State.HERE).order_by("pk")
    later()
    assert list(Recording.objects.filter(state=State.HERE)) == [kept]
    assert (storing.size_of(gone.path), kept.call_id, storing.size_of(kept.path)) == (None, other.pk, len(tone()))


def test_several_folders_of_one_telephone_system_are_looked_through_in_turn(
    source: RecordingSource, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    RecordingSource.objects.create(kind="folder", pbx="office", folder=str(tmp_path / "second"))
    one, other = recorded(), recorded()
    put(root, f"{one.key}.wav", tone())
    put(tmp_path / "second", f"{other.key}.wav", tone())
    fetch()
    later()
    later()
    assert (here(one), here(other)) == ([f"{one.key}.wav"], [f"{other.key}.wav"])
    put(tmp_path / "second", f"b-{one.key}.wav", tone(2.0))
    later()
    assert here(one) == [f"{one.key}.wav", f"b-{one.key}.wav"]
    assert not Recording.objects.filter(state=State.WAITING).exists()
