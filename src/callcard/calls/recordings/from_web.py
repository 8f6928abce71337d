"""Recordings from an address: of a telephone system's web server, or as a provider told it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone

from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.rules import addresses
from callcard.calls.recordings.services import arrive, most_bytes
from callcard.calls.recordings.storing import NotTaken
from callcard.calls.recordings.web import Access, FetchFailed, fetched, place_of

_ENDINGS = {"audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/ogg": "ogg"}


def take(source: RecordingSource | None, row: Recording, ids: Sequence[str], zone: ZoneInfo) -> None:
    """Raises FetchFailed, storing.NotTaken, OSError."""
    access = _access(source)
    last = FetchFailed("not_there")
    for address in _places(source, row, ids, zone):
        try:
            _take_one(address, access, row)
            return
        except FetchFailed as failure:
            if failure.problem != "gone":
                raise
            last = FetchFailed("not_there", failure.detail)
    raise last


def _places(source: RecordingSource | None, row: Recording, ids: Sequence[str], zone: ZoneInfo) -> Iterator[str]:
    if row.place:
        return iter([row.place])
    template = source.address if source else ""
    return addresses(template, ids, timezone.localdate(row.began_at, zone))


def _access(source: RecordingSource | None) -> Access:
    if source is None or not source.address:
        return Access()
    return Access(own=place_of(source.address), username=source.username, secret=source.secret)


def _take_one(address: str, access: Access, row: Recording) -> None:
    limit = most_bytes()
    with fetched(address, access) as reply:
        if reply.size > limit:
            raise NotTaken("too_large")
        name = reply.name or "recording"
        if "." not in name and reply.media_type in _ENDINGS:
            name = f"{name}.{_ENDINGS[reply.media_type]}"
        taken = storing.take(reply.chunks, path=row.path, name=name, most_bytes=limit)
    arrive(recording=row, taken=taken, name=name, place=row.place)
