"""Writes of recordings. Files are written and erased outside of transactions; a row says where one belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.recordings import storing
from callcard.calls.recordings.folders import stem_of
from callcard.calls.recordings.models import Listening, Recording, RecordingSource, ToldFile
from callcard.calls.recordings.setting import recording_settings
from callcard.calls.recordings.storing import NotTaken, Taken
from callcard.customers.files import safe_name
from callcard.live.services import Tell, tell
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User

REMOVED_KEPT = timedelta(days=30)
SETTLE = timedelta(seconds=5)
EXPECTED_AT_ONCE = 100  # a ringing phone may wait for this write
_MEGABYTE = 1_000_000
_FIELDS = ("name", "state", "is_kept")
_FOLLOWED = timedelta(days=3)
_NEAR = timedelta(hours=3)
FOUND = (Recording.Origin.FOLDER, Recording.Origin.WEB)


def expect_recordings(*, source: RecordingSource, since: datetime, now: datetime) -> int:
    """A row that waits for each call that was recorded since then and has none yet, EXPECTED_AT_ONCE at the most.

    Returns how many were made.
    """
    talks = Q(is_recorded=True)
    if source.expects_all:
        talks |= Q(direction__in=Call.Direction.values, outcome=Call.Outcome.ANSWERED)
    calls = Call.objects.filter(talks, started_at__gt=since, ended_at__lte=now - SETTLE)
    if source.pbx:
        calls = calls.filter(pbx=source.pbx)
    has_one = Recording.objects.filter(call=OuterRef("pk"), origin__in=FOUND)
    fresh = calls.exclude(Exists(has_one)).exclude(origin=Call.Origin.HAND).order_by("-started_at")
    rows = [
        Recording(call=call, pbx=call.pbx, began_at=call.started_at, origin=source.kind, source=source, due_at=now)
        for call in fresh.only("pk", "pbx", "started_at")[:EXPECTED_AT_ONCE]
    ]
    Recording.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def note_address(*, call: Call, address: str) -> Recording:
    """A provider has told where the recording of this call is. However often it does, it is fetched once."""
    source = next((one for one in _providers(call.pbx) if one.address and address.startswith(one.address)), None)
    values = {"pbx": call.pbx, "began_at": call.started_at, "source": source, "due_at": timezone.now()}
    return Recording.objects.get_or_create(
        call=call, origin=Recording.Origin.PROVIDER, place=address[:1000], defaults=values
    )[0]


def _providers(pbx: str) -> Iterable[RecordingSource]:
    kind = RecordingSource.Kind.PROVIDER
    return RecordingSource.objects.filter(kind=kind, is_enabled=True, pbx__in=["", pbx]).order_by("-pbx")


def add_recording(*, call: Call, name: str, chunks: Iterable[bytes], by: User | None) -> Recording:
    """Add a file by hand. Raises storing.NotTaken, OSError; then nothing is kept."""
    now = timezone.now()
    row = Recording(call=call, pbx=call.pbx, began_at=call.started_at, origin=Recording.Origin.UPLOAD, due_at=now)
    row.name, row.added_by, row.place = safe_name(name), by, row.token
    taken = storing.take(chunks, path=row.path, name=name, most_bytes=most_bytes())
    try:
        with transaction.atomic():
            if Recording.objects.filter(call=call, state=Recording.State.HERE, sha256=taken.sha256).exists():
                raise NotTaken("here_already")
            _fill(row, taken, now)
            row.save()
            _keep(row, Change.Action.CREATED, {}, by)
            tell_changed(call.pk)
    except BaseException:
        storing.erase(row.path)
        raise
    return row


def most_bytes() -> int:
    return recording_settings().largest_mb * _MEGABYTE


def arrive(*, recording: Recording, taken: Taken, name: str, place: str) -> bool:
    """Its file is there. False, and it is erased, when nobody waits for it any more or the call has it already.

    Windows that show the call are told.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Recording.objects.select_for_update().filter(pk=recording.pk, state=Recording.State.WAITING).first()
        same = Recording.objects.filter(call=recording.call_id, sha256=taken.sha256).exclude(pk=recording.pk)
        is_wanted = row is not None and not same.exists()
        if row is not None and is_wanted:
            row.name, row.place = safe_name(name), place[:1000]
            _fill(row, taken, now)
            row.save()
            tell_changed(row.call_id)
        elif row is not None:
            row.delete()
    if not is_wanted:
        storing.erase(recording.path)
    return is_wanted


def another_part(*, recording: Recording, place: str) -> Recording | None:
    """A further file of the same call; None when it is known already."""
    row = further(recording, place=place, due_at=recording.due_at)
    same = {"call_id": row.call_id, "origin": row.origin, "place": row.place}
    values = {"pbx": row.pbx, "began_at": row.began_at, "source": row.source, "due_at": row.due_at}
    row, is_new = Recording.objects.get_or_create(**same, defaults=values)
    return row if is_new else None


def further(recording: Recording, *, place: str, due_at: datetime) -> Recording:
    """The wait for another recording of the same call, not yet written down."""
    return Recording(
        call_id=recording.call_id,
        pbx=recording.pbx,
        began_at=recording.began_at,
        origin=recording.origin,
        source_id=recording.source_id,
        place=place[:1000],
        due_at=due_at,
    )


def known_places(rows: Iterable[Recording]) -> dict[int, set[str]]:
    """Of each row's call: the places of all its recordings, whatever became of them."""
    known: dict[int, set[str]] = {}
    others = Recording.objects.filter(call__in={row.call_id for row in rows}).exclude(place="")
    for call_id, place in others.values_list("call_id", "place"):
        known.setdefault(call_id, set()).add(place)
    return known


def is_one_of_several(row: Recording) -> bool:
    """Whether another recording of its call has been found already."""
    found = Recording.objects.filter(call=row.call_id, origin__in=FOUND).exclude(pk=row.pk)
    return found.exclude(place="").exists()


def tell_changed(call_id: int) -> None:
    """Windows that show this call fetch what they may show of its recordings. The last thing of a transaction."""
    tell([Tell(user_id=None, kind="recordings", payload={"call": call_id})])


def _fill(row: Recording, taken: Taken, now: datetime) -> None:
    row.state, row.problem, row.detail, row.taken_at = Recording.State.HERE, "", "", now
    row.size_bytes, row.sha256, row.media_type = taken.size_bytes, taken.sha256, taken.media_type
    row.is_playable, row.seconds, row.peaks = taken.is_playable, taken.seconds, taken.peaks


@transaction.atomic
def remove_recording(*, recording: Recording, by: User) -> None:
    """Out of sight; `restore_recording` brings it back within REMOVED_KEPT."""
    values = {"state": Recording.State.REMOVED, "removed_at": timezone.now(), "removed_by": by}
    _change(recording, Recording.State.HERE, Change.Action.REMOVED, by, values)


@transaction.atomic
def restore_recording(*, recording: Recording, by: User) -> None:
    values = {"state": Recording.State.HERE, "removed_at": None, "removed_by": None}
    if not recording.is_erased:
        _change(recording, Recording.State.REMOVED, Change.Action.RESTORED, by, values)


def erase_recording(*, recording: Recording, by: User) -> None:
    """One that was removed goes for good. The file first: after a kill it can be said again."""
    if recording.state != Recording.State.REMOVED:
        return
    storing.erase(recording.path)
    with transaction.atomic():
        values = {"is_erased": True, "peaks": b"", "is_kept": False}
        _change(recording, Recording.State.REMOVED, Change.Action.REMOVED, by, values)


@transaction.atomic
def keep_recording(*, recording: Recording, is_kept: bool, by: User) -> None:
    """For good, whatever the rules say; or no longer so."""
    _change(recording, Recording.State.HERE, Change.Action.CHANGED, by, {"is_kept": is_kept})


def look_again(*, recording: Recording) -> bool:
    """For one that was not found or not taken. False when it is neither."""
    states = [Recording.State.MISSING, Recording.State.REFUSED, Recording.State.WAITING]
    waiting = {"state": Recording.State.WAITING, "due_at": timezone.now(), "attempts": 0}
    return bool(Recording.objects.filter(pk=recording.pk, state__in=states).update(**waiting))


@transaction.atomic
def leave_out(*, recording: Recording) -> None:
    """One without sound of a call that nobody answered: there was nothing to record, and it is not looked for again."""
    Recording.objects.filter(pk=recording.pk, state=Recording.State.WAITING).delete()
    others = Recording.objects.filter(call=OuterRef("pk"))
    Call.objects.filter(~Exists(others), pk=recording.call_id).update(is_recorded=False)


def note_listening(*, recording: Recording, user: User, address: str, is_download: bool = False) -> Listening:
    return Listening.objects.create(
        recording=recording, user=user, at=timezone.now(), address=address[:45], is_download=is_download
    )


def follow_calls(*, now: datetime) -> int:
    """Recordings whose call has become part of another one go with it. Returns how many."""
    there = Call.objects.filter(pk=OuterRef("call_id"))
    lost = Recording.objects.filter(~Exists(there), began_at__gt=now - _FOLLOWED, origin__in=FOUND)
    return sum(_follow(row) for row in lost[:EXPECTED_AT_ONCE])


def _follow(row: Recording) -> bool:
    """To the call in which the file's name is told; one that still waits is expected anew with its call."""
    if row.state == Recording.State.WAITING:
        return bool(row.delete()[0])
    call_id = _told_in(row)
    if call_id is None:
        return False
    if Recording.objects.filter(Q(sha256=row.sha256) | Q(origin=row.origin, place=row.place), call=call_id).exists():
        storing.erase(row.path)  # it has been fetched for that call by itself
        return bool(row.delete()[0])
    return bool(Recording.objects.filter(pk=row.pk).update(call=call_id))


def _told_in(row: Recording) -> int | None:
    near = Call.objects.filter(pbx=row.pbx, started_at__range=(row.began_at - _NEAR, row.began_at + _NEAR))
    stem = stem_of(row.place.rpartition("/")[2])
    named = list(ToldFile.objects.filter(call__in=near, name=stem).values_list("call_id", flat=True)[:2])
    if len(named) == 1:
        return named[0]
    for call in near.prefetch_related("segments"):
        if any(one and one in row.place for one in (call.key, *(segment.key for segment in call.segments.all()))):
            return call.pk
    return None


def _change(
    recording: Recording, state: Recording.State, action: Change.Action, by: User, values: Mapping[str, object]
) -> None:
    """Only of a recording in this state: a second time changes nothing."""
    row = Recording.objects.select_for_update().filter(pk=recording.pk, state=state).first()
    if row is None:
        return
    before = snapshot(row, _FIELDS)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    _keep(row, action, before, by)
    tell_changed(row.call_id)


def _keep(row: Recording, action: Change.Action, before: dict[str, object], by: User | None) -> None:
    record_change(
        about="recording",
        object_id=row.pk,
        customer_id=None,
        action=action,
        before=before,
        after=snapshot(row, _FIELDS),
        by=by,
    )
