"""Lines of a file that another program goes on writing, and a place in it that survives rotation and truncation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from callcard.telephony.records import RecordProblem

LONGEST_LINE = 65_536  # bytes
_MARK_BYTES = 512
_ROTATIONS_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Place:
    """`mark` is a digest of the bytes before `offset`: the file is the same only while they stand there."""

    offset: int = 0
    mark: str = ""

    def written(self) -> str:
        return json.dumps({"offset": self.offset, "mark": self.mark})


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line without its end; `text` is None when it was too long to be one. `ends_at`: bytes, of `of`."""

    text: str | None
    ends_at: int
    of: int
    path: Path

    def place(self) -> Place:
        """After this line."""
        with self.path.open("rb") as file:
            return Place(self.ends_at, _mark(file, self.ends_at))


def place_from(cursor: str) -> Place:
    """The beginning, for anything that is no place."""
    try:
        told = json.loads(cursor) if cursor else {}
        return Place(max(0, int(told.get("offset", 0))), str(told.get("mark", "")))
    except (ValueError, TypeError, AttributeError):
        return Place()


def lines_after(path: Path, place: Place) -> Iterator[Line]:
    """Every whole line after the place, also of a file that was rotated away since. A last line without its end is left
    for the next time. Raises RecordProblem.
    """
    try:
        if place.offset and not _stands_in(path, place):
            rotated = next((old for old in _rotated(path) if _stands_in(old, place)), None)
            if rotated is not None:
                yield from _lines(rotated, place.offset)
            place = Place()
        yield from _lines(path, place.offset)
    except FileNotFoundError:
        raise RecordProblem("no_file", str(path)) from None
    except IsADirectoryError:
        raise RecordProblem("is_folder", str(path)) from None
    except OSError as error:
        raise RecordProblem("not_readable", error.strerror or str(error)) from None


def _lines(path: Path, offset: int) -> Iterator[Line]:
    with path.open("rb") as file:
        of = max(1, file.seek(0, 2))
        file.seek(offset)
        while True:
            raw = file.readline(LONGEST_LINE)
            text: str | None = None
            if raw.endswith(b"\n"):
                text = raw.decode("utf-8", "replace").rstrip("\r\n").replace("\x00", "")
            elif len(raw) < LONGEST_LINE or not _pass_over(file):
                return
            yield Line(text, file.tell(), of, path)


def _pass_over(file: BinaryIO) -> bool:
    """To the end of this line. False when it has none yet."""
    while piece := file.readline(LONGEST_LINE):
        if piece.endswith(b"\n"):
            return True
    return False


def _mark(file: BinaryIO, offset: int) -> str:
    """Leaves the file where it stood."""
    stood = file.tell()
    file.seek(max(0, offset - _MARK_BYTES))
    found = hashlib.sha256(file.read(min(offset, _MARK_BYTES))).hexdigest()[:32]
    file.seek(stood)
    return found


def _stands_in(path: Path, place: Place) -> bool:
    with path.open("rb") as file:
        return file.seek(0, 2) >= place.offset and _mark(file, place.offset) == place.mark


def _rotated(path: Path) -> list[Path]:
    """What logrotate may have made of it, the youngest first."""
    found = [old for old in path.parent.glob(f"{path.name}?*") if old.is_file() and old.suffix not in (".gz", ".xz")]
    return sorted(found, key=lambda old: old.stat().st_mtime, reverse=True)[:_ROTATIONS_LOOKED_AT]
