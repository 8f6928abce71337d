"""More recordings of calls that have one: of another leg, of the talk after a transfer, or written later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from callcard.calls.recordings.folders import find_files
from callcard.calls.recordings.from_folder import owners_of
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.services import EXPECTED_AT_ONCE, further, known_places
from callcard.calls.recordings.told_files import names_of

FAR_LOOK_SECONDS = 300
_LATER = timedelta(hours=1)
_LONGEST_CALL = timedelta(days=1)
_CALLS_AT_ONCE = 5000


def look_for_more(source: RecordingSource, *, since: datetime | None, now: datetime) -> None:
    """Rows that wait for what is there and not known, of calls whose first recording came within the last hour, or of
    all calls that began at `since` or later. Once every FAR_LOOK_SECONDS.

    On a disk a look costs little. A web server is asked once more, a few minutes later, about all ids of the call.
    """
    in_folder = source.kind == RecordingSource.Kind.FOLDER
    if since is not None and not in_folder:
        return
    here = Recording.objects.filter(state=Recording.State.HERE, origin=source.kind).defer("peaks")
    if source.pbx:
        here = here.filter(pbx=source.pbx)
    if since is not None:
        here = here.filter(began_at__gt=since)
    elif in_folder:
        here = here.filter(began_at__gt=now - _LONGEST_CALL - _LATER, taken_at__gt=now - _LATER)
    else:
        until = _slot_of(now)
        begin = until - timedelta(seconds=FAR_LOOK_SECONDS)
        here = here.filter(began_at__gt=now - _LONGEST_CALL - _LATER, taken_at__gte=begin, taken_at__lt=until)
    firsts = list({row.call_id: row for row in here.order_by("-began_at", "-pk")[:_CALLS_AT_ONCE]}.values())
    if not firsts:
        return
    again = (further(row, place="", due_at=now) for row in firsts if row.source_id == source.pk)
    _wait_for(_in_folder(source, firsts, now) if in_folder else again)


def _slot_of(now: datetime) -> datetime:
    return now - timedelta(seconds=now.timestamp() % FAR_LOOK_SECONDS)


def _in_folder(source: RecordingSource, rows: list[Recording], now: datetime) -> Iterator[Recording]:
    ids, files = owners_of(rows, names_of(rows))
    known = known_places(rows)
    days = {timezone.localdate(row.began_at) for row in rows}
    try:
        for one, place in find_files(source.folder, ids, days, files):
            row = files.get(one) or ids[one]
            if place[:1000] not in known.get(row.call_id, ()):
                found = further(row, place=place, due_at=now)
                found.source = source  # another leg may have been recorded into another folder
                yield found
    except OSError:
        return  # the look for what is waited for says so


def _wait_for(rows: Iterable[Recording]) -> None:
    """In short writes: a ringing phone may wait for each."""
    several: list[Recording] = []
    for row in rows:
        several.append(row)
        if len(several) == EXPECTED_AT_ONCE:
            Recording.objects.bulk_create(several, ignore_conflicts=True)
            several = []
    Recording.objects.bulk_create(several, ignore_conflicts=True)
