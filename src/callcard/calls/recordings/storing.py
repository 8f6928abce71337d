"""Recordings on the disk: taken in whole or not at all, looked at once, and erased."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from callcard.calls.recordings.formats import GSM_WAV, HEAD_BYTES, WAV, Format, format_of
from callcard.calls.recordings.framed import holds_sound
from callcard.calls.recordings.peaks import peaks_of
from callcard.calls.recordings.wave import GSM, header, mend, read_wave
from callcard.customers.files import sent_apart

_CHUNK_BYTES = 256 * 1024


class NotTaken(Exception):
    """`problem`: empty, too_large, not_sound, broken. Nothing of it is kept."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem, self.detail = problem, detail[:200]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`sha256` is that of what was given, before a head was added or mended. `seconds`: None, not known."""

    size_bytes: int
    sha256: str
    media_type: str
    is_playable: bool
    seconds: float | None
    peaks: bytes


def folder() -> Path:
    return Path(settings.DATA_DIR) / "recordings"


def take(chunks: Iterable[bytes], *, path: str, name: str, most_bytes: int) -> Taken:
    """Write it to `path` below `folder()`, over what may be there of an earlier attempt. Raises NotTaken, OSError."""
    target = folder() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    try:
        with partial.open("w+b") as file:
            sha256, size = _write(file, chunks, most_bytes)
            taken = _looked_at(file, name, sha256, size)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return taken


def _write(file: BinaryIO, chunks: Iterable[bytes], most_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > most_bytes:
            raise NotTaken("too_large")
        digest.update(chunk)
        file.write(chunk)
    if size == 0:
        raise NotTaken("empty")
    return digest.hexdigest(), size


def _looked_at(file: BinaryIO, name: str, sha256: str, size: int) -> Taken:
    file.seek(0)
    found = format_of(file.read(HEAD_BYTES), name)
    if found is None:
        raise NotTaken("not_sound", name)
    if not holds_sound(file, found.media_type):
        raise NotTaken("broken", name)
    if found.raw:
        _add_head(file, found, size)
    if found.media_type != WAV.media_type:
        return Taken(
            size_bytes=size,
            sha256=sha256,
            media_type=found.media_type,
            is_playable=found.is_played,
            seconds=round(size / found.bytes_a_second, 2) if found.bytes_a_second else None,
            peaks=b"",
        )
    return _look_at_wave(file, name, sha256)


def _look_at_wave(file: BinaryIO, name: str, sha256: str) -> Taken:
    wave = read_wave(file)
    if wave is None:
        raise NotTaken("not_sound", name)
    if wave.data_bytes < wave.step:
        raise NotTaken("empty")
    if wave.is_torn:
        mend(file, wave)
    return Taken(
        size_bytes=file.seek(0, os.SEEK_END),
        sha256=sha256,
        media_type=WAV.media_type,
        is_playable=GSM_WAV.is_played if wave.encoding == GSM else WAV.is_played,
        seconds=round(wave.seconds, 2),
        peaks=peaks_of(file, wave),
    )


def _add_head(file: BinaryIO, found: Format, size: int) -> None:
    """In place, from the end to the beginning, so that the whole need not be in memory."""
    assert found.raw is not None
    encoding, rate, bits = found.raw
    head = header(encoding=encoding, rate=rate, bits=bits, data_bytes=size)
    for at in range((size - 1) // _CHUNK_BYTES * _CHUNK_BYTES, -1, -_CHUNK_BYTES):
        file.seek(at)
        chunk = file.read(min(_CHUNK_BYTES, size - at))
        file.seek(at + len(head))
        file.write(chunk)
    file.seek(0)
    file.write(head)


def size_of(path: str) -> int | None:
    """None: its file is not there."""
    try:
        return (folder() / path).stat().st_size
    except OSError:
        return None


def erase(path: str) -> None:
    if path:
        (folder() / path).unlink(missing_ok=True)


def part_of(path: str, first: int, last: int) -> Iterator[bytes]:
    """The bytes from `first` to `last`, both included."""
    with (folder() / path).open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk


def part_sent_apart(path: str, first: int, last: int) -> AsyncIterator[bytes]:
    """The same for a server that waits for many at once."""
    return sent_apart(part_of(path, first, last))
