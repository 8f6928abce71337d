"""Recordings out of a shared folder: found, matched, taken whole, kept with their call; and what cannot be taken."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.calls.recordings import fetching, services, storing
from callcard.calls.recordings.fetching import claim, fetch
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.queries import with_problems
from callcard.calls.recordings.retention import forget_recordings
from callcard.calls.recordings.rules import FINAL_PROBLEMS, SOURCE_PROBLEMS
from callcard.calls.recordings.services import (
    add_recording,
    arrive,
    look_again,
    note_address,
    remove_recording,
    restore_recording,
)
from callcard.calls.recordings.setting import decide
from callcard.calls.recordings.storing import NotTaken
from callcard.calls.recordings.words import explain
from callcard.jobs.kinds import JobFailed, Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.models import Change, User
from tests.rooms.calls.recorded_calls import put, recorded, tone

pytestmark = pytest.mark.django_db
State = Recording.State


def again() -> None:
    """As if the time until the next look had passed."""
    Recording.objects.filter(state=State.WAITING).update(due_at=timezone.now())
    fetch()


def only() -> Recording:
    return Recording.objects.get()


def stored(recording: Recording) -> bytes:
    return (storing.folder() / recording.path).read_bytes()


def files() -> int:
    return sum(path.is_file() for path in storing.folder().rglob("*")) if storing.folder().exists() else 0


def test_a_recording_is_found_by_its_call_and_taken_whole(source: RecordingSource, root: Path) -> None:
    call = recorded(key="1700000000.12")
    recorded(key="1700000000.13", is_recorded=False)
    day = timezone.localtime(call.started_at)
    put(root, f"{day:%Y/%m/%d}/in-301-{call.key}.wav", tone(2.0))
    put(root, "1700000000.13.wav", tone())
    count, problems = fetch()
    assert (count.fetched, count.waiting, problems) == (1, 0, [])
    found = only()
    assert (found.call, found.state, found.seconds, found.media_type) == (call, State.HERE, 2.0, "audio/wav")
    assert (found.name, found.is_playable, found.place) == (
        f"in-301-{call.key}.wav",
        True,
        f"{day:%Y/%m/%d}/in-301-{call.key}.wav",
    )
    assert stored(found) == tone(2.0)
    assert found.sha256 == hashlib.sha256(tone(2.0)).hexdigest()
    peaks = bytes(found.peaks)
    assert (max(peaks[:200]), min(peaks[200:]) > 100) == (0, True)
    source.refresh_from_db()
    assert (source.problem, source.looked_at is None) == ("", False)


def test_it_is_fetched_once(source: RecordingSource, root: Path) -> None:
    call = recorded()
    put(root, f"{call.key}.wav", tone())
    fetch()
    before = files()
    again()
    assert (Recording.objects.count(), files()) == (1, before)


def test_a_leg_may_give_it_its_name_and_a_call_may_have_several(source: RecordingSource, root: Path) -> None:
    call = recorded()
    Segment.objects.create(call=call, key="1700000099.77", role="called")
    put(root, "a-1700000099.77.wav", tone(1.0))
    put(root, f"b-{call.key}.wav", tone(2.0))
    put(root, f"c-{call.key}.wav", tone(2.0))  # the same sound again
    fetch()
    here = Recording.objects.filter(state=State.HERE).order_by("place")
    assert [(row.call_id, row.place) for row in here] == [
        (call.pk, "a-1700000099.77.wav"),
        (call.pk, f"b-{call.key}.wav"),
    ]
    assert Recording.objects.count() == 2


def test_it_is_waited_for_and_at_last_given_up(source: RecordingSource) -> None:
    recorded(key="x.1")
    fetch()
    waits = only()
    assert (waits.state, waits.problem, waits.attempts) == (State.WAITING, "not_there", 1)
    assert timedelta(0) < waits.due_at - timezone.now() <= timedelta(seconds=15)
    fetch()
    assert only().attempts == 1
    Call.objects.update(ended_at=timezone.now() - timedelta(days=4))
    again()
    assert (only().state, only().problem) == (State.MISSING, "not_there")
    again()
    assert only().attempts == 2
    assert look_again(recording=only())
    assert only().state == State.WAITING


def test_a_call_of_which_nobody_said_that_it_is_recorded_is_given_up_in_silence(
    source: RecordingSource, root: Path
) -> None:
    RecordingSource.objects.update(expects_all=True)
    found, none = recorded(is_recorded=False), recorded(is_recorded=False)
    recorded(is_recorded=False, outcome="missed")
    recorded(is_recorded=False, origin="hand")
    put(root, f"{found.key}.wav", tone())
    fetch()
    assert dict(Recording.objects.values_list("call", "state")) == {found.pk: State.HERE, none.pk: State.WAITING}
    Call.objects.filter(pk=none.pk).update(ended_at=timezone.now() - timedelta(days=4))
    again()
    assert only().call == found


def test_what_is_still_written_is_left_until_it_is_whole(source: RecordingSource, root: Path) -> None:
    call = recorded()
    path = put(root, f"{call.key}.wav", tone()[:200], at=timezone.now())
    fetch()
    assert (only().state, only().problem) == (State.WAITING, "being_written")
    put(root, path.name, tone())
    again()
    assert (only().state, stored(only())) == (State.HERE, tone())


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"", "empty"), (tone(0.0), "empty"), (b"<html>no</html>", "not_sound"), (b"MZ..", "not_sound")],
)
def test_what_is_no_recording_is_refused_in_words_and_nothing_is_kept(
    source: RecordingSource, root: Path, data: bytes, problem: str
) -> None:
    call = recorded()
    put(root, f"{call.key}.wav", data)
    before = files()
    fetch()
    assert (only().state, only().problem) == (State.WAITING, problem)  # it may be filled yet
    for _ in range(4):
        again()
    assert (only().state, only().problem, files()) == (State.REFUSED, problem, before)


@pytest.mark.parametrize("data", [b"", tone(0.0)])
@pytest.mark.parametrize(
    ("outcome", "left"),
    [("missed", 0), ("cancelled", 0), ("busy", 0), ("failed", 0), ("not_placed", 0), ("answered", 1), ("unknown", 1)],
)
def test_silence_of_a_call_that_nobody_answered_is_left_out_and_of_a_talk_warned_of(
    source: RecordingSource, root: Path, caplog: pytest.LogCaptureFixture, data: bytes, outcome: str, left: int
) -> None:
    call = recorded(outcome=outcome)
    put(root, f"{call.key}.wav", data)
    caplog.set_level("INFO", logger="callcard.calls.recordings.fetching")
    fetch()
    assert only().problem == "empty"  # it may be filled yet
    for _ in range(6):
        again()
    assert [(row.state, row.problem) for row in Recording.objects.all()] == [(State.REFUSED, "empty")] * left
    assert len(with_problems()) == left
    said = [each.message for each in caplog.records if "without sound" in each.message]
    assert said == ["1 recordings without sound of calls that nobody answered were left out"] * (1 - left)
    call.refresh_from_db()
    assert call.is_recorded is bool(left)


def test_what_a_caller_said_who_nobody_answered_is_kept_beside_silence(source: RecordingSource, root: Path) -> None:
    call = recorded(outcome="missed")
    put(root, f"a-{call.key}.wav", tone())
    put(root, f"b-{call.key}.wav", tone(0.0))
    for _ in range(6):
        again()
    assert [(row.place, row.state) for row in Recording.objects.all()] == [(f"a-{call.key}.wav", State.HERE)]
    call.refresh_from_db()
    assert call.is_recorded


def test_silence_that_was_refused_before_is_no_problem_any_more(source: RecordingSource) -> None:
    for outcome in ("missed", "answered"):
        call = recorded(outcome=outcome)
        values = {"pbx": "office", "began_at": call.started_at, "due_at": timezone.now(), "source": source}
        Recording.objects.create(call=call, state=State.REFUSED, problem="empty", **values)
    (told,) = with_problems()
    assert told.call.outcome == "answered"


def test_what_is_too_large_is_refused_at_once_and_taken_when_it_is_allowed(source: RecordingSource, root: Path) -> None:
    decide(largest_mb=1)
    call = recorded()
    path = put(root, f"{call.key}.wav", b"")
    os.truncate(path, 1_000_000_000)  # a gigabyte, of which nothing is read
    os.utime(path, (1_700_000_000, 1_700_000_000))
    fetch()
    assert (only().state, only().problem) == (State.REFUSED, "too_large")
    put(root, path.name, tone(70.0))
    look_again(recording=only())
    fetch()
    assert only().problem == "too_large"
    decide(largest_mb=2)
    look_again(recording=only())
    fetch()
    assert only().state == State.HERE


def test_a_path_that_climbs_is_refused(source: RecordingSource, root: Path) -> None:
    put(root.parent, "secret.wav", tone())
    call = recorded()
    values = {"call": call, "pbx": "office", "began_at": call.started_at, "due_at": timezone.now(), "source": source}
    for place in ("../secret.wav", "/etc/passwd", "a/../../secret.wav"):
        row = Recording.objects.create(origin="folder", place=place, **values)
        fetch()
        row.refresh_from_db()
        assert (row.state, row.problem) == (State.REFUSED, "climbs"), place


def test_a_torn_file_gets_the_lengths_that_it_has(source: RecordingSource, root: Path) -> None:
    call, whole = recorded(), tone(2.0)
    put(root, f"{call.key}.wav", whole[:40] + b"\0\0\0\0" + whole[44:])
    fetch()
    assert (only().seconds, stored(only())) == (2.0, whole)


def test_sound_without_a_head_gets_one(source: RecordingSource, root: Path) -> None:
    call = recorded()
    data = bytes(n % 251 for n in range(300_000))
    put(root, f"{call.key}.ulaw", data)
    fetch()
    kept = stored(only())
    assert (only().seconds, kept[:4], kept[44:] == data, len(kept)) == (37.5, b"RIFF", True, 300_044)


def test_a_kind_that_browsers_do_not_play_is_kept_all_the_same(source: RecordingSource, root: Path) -> None:
    call = recorded()
    put(root, f"{call.key}.gsm", b"\xd2" * 330)
    fetch()
    assert (only().state, only().is_playable, only().media_type) == (State.HERE, False, "audio/x-gsm")


def test_a_folder_that_is_away_loses_nothing(source: RecordingSource, root: Path) -> None:
    call = recorded()
    put(root, f"{call.key}.wav", tone())
    away = root.rename(root.parent / "away")
    count, problems = fetch()
    source.refresh_from_db()
    assert (count.fetched, len(problems), source.problem) == (0, 1, "no_folder")
    Call.objects.update(ended_at=timezone.now() - timedelta(days=5))
    again()
    assert only().state == State.WAITING
    away.rename(root)
    again()
    source.refresh_from_db()
    assert (only().state, source.problem) == (State.HERE, "")


def test_a_folder_that_is_not_there_is_said_before_any_call(source: RecordingSource, root: Path) -> None:
    RecordingSource.objects.update(folder=str(root / "none"))
    fetch()
    source.refresh_from_db()
    assert (source.problem, source.detail) == ("no_folder", str(root / "none"))


def test_other_telephone_systems_are_not_looked_for_there(source: RecordingSource) -> None:
    recorded(pbx="branch")
    fetch()
    assert not Recording.objects.exists()
    RecordingSource.objects.update(pbx="")
    fetch()
    assert only().pbx == "branch"


def test_many_calls_are_expected_a_few_at_a_time(source: RecordingSource, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (services, fetching):
        monkeypatch.setattr(module, "EXPECTED_AT_ONCE", 2)
    for _ in range(5):
        recorded()
    breaths: list[int] = []
    fetch(lambda: breaths.append(Recording.objects.count()))
    assert Recording.objects.count() == 5
    assert breaths[:2] == [2, 4]


def test_a_source_that_is_switched_off_is_left_alone(source: RecordingSource) -> None:
    RecordingSource.objects.update(is_enabled=False)
    recorded()
    fetch()
    assert not Recording.objects.exists()


def test_a_row_is_one_workers(source: RecordingSource) -> None:
    recorded()
    fetch()
    Recording.objects.update(due_at=timezone.now())
    now = timezone.now()
    assert len(claim(source, now)) == 1
    assert claim(source, now) == []
    assert len(claim(source, now + timedelta(hours=1))) == 1  # the first has died


def test_a_recording_that_nobody_waits_for_any_more_leaves_no_file(source: RecordingSource) -> None:
    recorded()
    fetch()
    row = only()
    taken = storing.take([tone()], path=row.path, name="a.wav", most_bytes=10**6)
    Recording.objects.all().delete()
    assert arrive(recording=row, taken=taken, name="a.wav", place="a.wav") is False
    assert not (storing.folder() / row.path).exists()


def test_it_goes_with_its_call_into_another_one(source: RecordingSource, root: Path) -> None:
    call, other = recorded(), recorded(is_recorded=False)
    put(root, f"{call.key}.wav", tone())
    fetch()
    Segment.objects.create(call=other, key=call.key, role="called")
    call.delete()
    RecordingSource.objects.update(looked_at=None)
    again()
    assert (only().call_id, only().state) == (other.pk, State.HERE)


def test_every_problem_has_words() -> None:
    problems = SOURCE_PROBLEMS | FINAL_PROBLEMS
    assert [problem for problem in sorted(problems) if explain(problem) == problem] == []


def test_files_added_by_hand() -> None:
    mali = User.objects.create_user("mali")
    call = recorded(mali)
    row = add_recording(call=call, name="../../etc/talk.wav", chunks=[tone()], by=mali)
    assert (row.name, row.state, row.seconds, row.added_by) == ("talk.wav", State.HERE, 1.0, mali)
    assert storing.folder() in (storing.folder() / row.path).resolve().parents
    before = files()
    for data, problem in (
        (tone(), "here_already"),
        (b"", "empty"),
        (b"hello", "not_sound"),
        (b"ID3" + bytes(900), "broken"),
    ):
        with pytest.raises(NotTaken) as failure:
            add_recording(call=call, name="a.wav", chunks=[data], by=mali)
        assert failure.value.problem == problem
    assert (Recording.objects.count(), files()) == (1, before)
    remove_recording(recording=row, by=mali)
    row.refresh_from_db()
    assert (row.state, row.removed_by) == (State.REMOVED, mali)
    restore_recording(recording=row, by=mali)
    row.refresh_from_db()
    assert (row.state, row.removed_by, stored(row)) == (State.HERE, None, tone())
    actions = Change.objects.filter(about="recording", object_id=row.pk).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["created", "removed", "restored"]


def test_a_disk_that_is_full_is_said_and_the_recording_comes_later(
    source: RecordingSource, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = recorded()
    put(root, f"{call.key}.wav", tone())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storing.os, "fsync", full)  # type: ignore[attr-defined]
        _count, problems = fetch()
    assert (only().state, only().problem, len(problems)) == (State.WAITING, "disk", 1)
    again()
    assert only().state == State.HERE


def test_an_address_that_a_provider_told_twice_is_fetched_once_and_a_private_one_never() -> None:
    call = recorded()
    for _ in range(2):
        note_address(call=call, address="http://127.0.0.1:9/recording.mp3")
    fetch()
    assert (only().state, only().problem) == (State.REFUSED, "forbidden")


def test_looking_far_back_happens_only_now_and_then() -> None:
    now = timezone.now().replace(minute=2)
    just_now = RecordingSource(looked_at=now)
    assert now - fetching._since(just_now, now, 0) == timedelta(hours=6)
    assert now - fetching._since(RecordingSource(looked_at=None), now, 0) == timedelta(days=3)
    assert now - fetching._since(RecordingSource(looked_at=now - timedelta(minutes=5)), now, 0) == timedelta(days=3)
    assert now - fetching._since(just_now, now, 30) == timedelta(days=30)


# -- as jobs -----------------------------------------------------------------------------------------------------------


def as_job(kind: str, run: Callable[[Run], Result | None], **arguments: object) -> Result | None:
    job = enqueue(kind=kind, arguments=arguments)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, holder="test")
    user_id = User.objects.values_list("pk", flat=True).first()
    return run(Run(job.pk, user_id, arguments, 1, "test", timedelta(minutes=1)))


def test_who_asked_is_told_what_came_of_it(source: RecordingSource, root: Path) -> None:
    User.objects.create_user("chief")
    put(root, f"{recorded().key}.wav", tone())
    long_ago = recorded(minutes=60 * 24 * 30)
    put(root, f"{long_ago.key}.wav", tone(0.5))
    assert as_job("fetch-recordings", fetching.fetch_recordings) == {"words": "Fetched: 1. Not found yet: 0."}
    told = as_job("fetch-recordings", fetching.fetch_recordings, days=60)
    assert told == {"words": "Fetched: 1. Not found yet: 0."}
    root.rename(root.parent / "away")
    recorded()
    with pytest.raises(JobFailed, match="The folder is not there"):
        as_job("fetch-recordings", fetching.fetch_recordings)


def test_the_daily_job_says_how_many_it_removed(source: RecordingSource) -> None:
    decide(days=1)
    add_recording(call=recorded(minutes=3000), name="a.wav", chunks=[tone()], by=None)
    assert as_job("forget-recordings", forget_recordings) == {"words": "1 recording was removed."}
    assert as_job("forget-recordings", forget_recordings) == {"words": "0 recordings were removed."}
