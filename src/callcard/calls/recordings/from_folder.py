"""Recordings out of a shared folder: one walk through it for all calls that wait."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from django.utils import timezone

from callcard.calls.recordings import storing
from callcard.calls.recordings.folders import ClimbsOut, find_files, open_within
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.services import another_part, arrive, known_places, most_bytes
from callcard.calls.recordings.storing import NotTaken
from callcard.calls.recordings.told_files import CallNames

_SETTLED_SECONDS = 2.0  # the telephone system may still be writing
_CHUNK_BYTES = 256 * 1024

Outcome = tuple[Recording, str, str]


def look_at(source: RecordingSource) -> tuple[str, str]:
    """(problem, detail) of the folder itself, also while nothing is waited for; "" of what is no folder."""
    if source.kind != RecordingSource.Kind.FOLDER:
        return "", ""
    try:
        os.scandir(source.folder).close()
    except OSError as error:
        return "no_rights" if isinstance(error, PermissionError) else "no_folder", source.folder
    return "", ""


def take_all(source: RecordingSource, rows: Sequence[Recording], names: Mapping[int, CallNames]) -> Iterator[Outcome]:
    """(row, problem, detail) of each row; "" when its file is here."""
    try:
        found = _found(source, [row for row in rows if not row.place], names)
    except OSError as error:
        yield rows[0], "no_rights" if isinstance(error, PermissionError) else "no_folder", source.folder
        return
    known = known_places([row for row in rows if not row.place])
    for row in rows:
        places = [row.place] if row.place else sorted(found.get(row.pk, set()) - known.get(row.call_id, set()))
        if not places:
            yield row, "not_there", ""
        for place, part in zip(places, _parts(row, places), strict=False):
            if part is not None:
                yield part, *_taken(source, part, place)


def _found(source: RecordingSource, rows: Sequence[Recording], names: Mapping[int, CallNames]) -> dict[int, set[str]]:
    """Places within the folder, by row; nothing is looked through when no row is looked for."""
    if not rows:
        return {}
    ids, files = owners_of(rows, names)
    days = {timezone.localdate(row.began_at) for row in rows}
    found: dict[int, set[str]] = {}
    for one, path in find_files(source.folder, ids, days, files):
        found.setdefault((files.get(one) or ids[one]).pk, set()).add(path[:1000])
    return found


def owners_of(
    rows: Iterable[Recording], names: Mapping[int, CallNames]
) -> tuple[dict[str, Recording], dict[str, Recording]]:
    """Whose file it is, by the ids in its name and by its whole name; a name that several calls have tells nothing."""
    rows = list(rows)
    ids = {one: row for row in rows for one in names[row.call_id].ids}
    several = Counter(file for row in rows for file in names[row.call_id].files)
    return ids, {file: row for row in rows for file in names[row.call_id].files if several[file] == 1}


def _parts(row: Recording, places: Sequence[str]) -> Iterator[Recording | None]:
    """The first file is the row's, each further one gets a row of its own."""
    yield row
    for place in places[1:]:
        yield another_part(recording=row, place=place)


def _taken(source: RecordingSource, row: Recording, place: str) -> tuple[str, str]:
    try:
        with open_within(source.folder, place) as file:
            if abs(time.time() - os.fstat(file.fileno()).st_mtime) < _SETTLED_SECONDS:
                return "being_written", place
            limit = most_bytes()
            if os.fstat(file.fileno()).st_size > limit:
                raise NotTaken("too_large")
            taken = storing.take(_chunks(file), path=row.path, name=place, most_bytes=limit)
    except NotTaken as failure:
        return failure.problem, place
    except ClimbsOut:
        return "climbs", place
    except FileNotFoundError:
        return "not_there", place
    except PermissionError:
        return "no_rights", place
    except OSError as error:
        return "disk", error.strerror or ""
    arrive(recording=row, taken=taken, name=place.rpartition("/")[2], place=place)
    return "", ""


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk
