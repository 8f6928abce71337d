"""Recordings from an address: of a telephone system's web server, or as a provider told it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import timezone

from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.rules import addresses
from callcard.calls.recordings.services import another_part, arrive, known_places, most_bytes
from callcard.calls.recordings.storing import NotTaken
from callcard.calls.recordings.told_files import CallNames
from callcard.calls.recordings.web import Access, FetchFailed, Reply, fetched, place_of

_ENDINGS = {"audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/ogg": "ogg"}

Outcome = tuple[Recording, str, str]


def take_all(source: RecordingSource | None, row: Recording, names: CallNames, zone: ZoneInfo) -> Iterator[Outcome]:
    """(row, problem, detail) of each recording of the call; "" when its file is here. What goes wrong ends it."""
    number, last = 0, ""
    for address in _places(source, row, names, zone):
        part, problem, detail = _tried(address, source, row, is_first=number == 0)
        if problem == "gone":
            last = detail
            continue
        if part is not None:
            number += 1
            yield part, problem, detail
        if problem:
            return
    if number == 0:
        yield row, "not_there", last


def _places(source: RecordingSource | None, row: Recording, names: CallNames, zone: ZoneInfo) -> Iterator[str]:
    if row.place:
        return iter([row.place])
    template = source.address if source else ""
    known = known_places([row]).get(row.call_id, set())
    told = addresses(template, (*names.ids, *names.files), timezone.localdate(row.began_at, zone))
    return (address for address in told if address[:1000] not in known)


def _tried(
    address: str, source: RecordingSource | None, row: Recording, *, is_first: bool
) -> tuple[Recording | None, str, str]:
    """The first file is the row's, each further one that is there gets a row of its own; None: it has one already."""
    part = row if is_first else None
    try:
        with fetched(address, _access(source)) as reply:
            part = part or another_part(recording=row, place=address)
            if part is not None:
                _take(reply, part, address)
    except (NotTaken, FetchFailed) as failure:
        return part or row, failure.problem, failure.detail
    except OSError as error:
        return part or row, *_disk_problem(error)
    return part, "", ""


def _access(source: RecordingSource | None) -> Access:
    if source is None or not source.address:
        return Access()
    return Access(own=place_of(source.address), username=source.username, secret=source.secret)


def _take(reply: Reply, row: Recording, address: str) -> None:
    limit = most_bytes()
    if reply.size > limit:
        raise NotTaken("too_large")
    name = reply.name or "recording"
    if "." not in name and reply.media_type in _ENDINGS:
        name = f"{name}.{_ENDINGS[reply.media_type]}"
    taken = storing.take(reply.chunks, path=row.path, name=name, most_bytes=limit)
    arrive(recording=row, taken=taken, name=name, place=address)


def _disk_problem(error: OSError) -> tuple[str, str]:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "no_rights", str(error.filename or "")
    return "disk", error.strerror or ""
