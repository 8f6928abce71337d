"""Files of a shared folder: found by what their names tell, and never opened outside of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import BinaryIO

from callcard.calls.recordings.formats import has_sound_ending

DEEPEST = 8
MOST_NAMES = 3_000_000
_FEW = 40
_PARTED = re.compile(r"[-_ @()\[\]+,;=]+")
_YEAR_AND_MONTH = re.compile(r"(20\d\d)/(0[1-9]|1[0-2])(?:/([0-3]\d))?")
_WHOLE_DAY = re.compile(r"(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)")


class ClimbsOut(ValueError):
    """The path does not stay in its folder, or something on it is no plain folder or file."""


def open_within(root: str, path: str) -> BinaryIO:
    """Open `path`, which is relative to `root`. No step of it may lead elsewhere: neither `..` nor a link.

    Raises ClimbsOut; FileNotFoundError and other OSErrors as they come.
    """
    steps = path.split("/")
    if not path or "\x00" in path or any(step in ("", ".", "..") for step in steps):
        raise ClimbsOut(path)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in steps[:-1]:
            inner = _open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, folder)
            os.close(folder)
            folder = inner
        # What waits for a writer, such as a pipe, must not hold us up.
        file = _open(steps[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ClimbsOut(path)
    return os.fdopen(file, "rb")


def _open(step: str, how: int, folder: int) -> int:
    try:
        return os.open(step, how, dir_fd=folder)
    except OSError as error:
        if os.path.islink(f"/proc/self/fd/{folder}/{step}"):
            raise ClimbsOut(step) from error
        raise


class Names:
    """Ids of calls, to be found in names of files: `in-0205551234-20261122-1700000000.12.wav` tells 1700000000.12.

    `whole`: names that a file has as a whole, without its ending.
    """

    def __init__(self, ids: Collection[str], whole: Collection[str] = ()) -> None:
        self._whole = frozenset(whole)
        self._by_last: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for one in ids:
            parts = tuple(filter(None, _PARTED.split(one)))
            if parts:
                self._by_last.setdefault(parts[-1], []).append((parts, one))
        self._few = tuple(self._by_last) if len(self._by_last) <= _FEW else ()

    def told_by(self, name: str) -> str:
        """The id that the name has, or the whole name; empty when it is none of them."""
        if (stem := stem_of(name)) in self._whole and stem != name:
            return stem
        if self._few and not any(one in name for one in self._few):
            return ""  # as most of a large folder
        if not has_sound_ending(name):
            return ""
        parts = tuple(_PARTED.split(name.rpartition(".")[0]))
        for place, part in enumerate(parts, 1):
            for wanted, one in self._by_last.get(part, ()):
                if parts[max(0, place - len(wanted)) : place] == wanted:
                    return one
        return ""


def stem_of(name: str) -> str:
    """The name without the ending of a file of sound; an id that has a point in it stays whole."""
    return name.rpartition(".")[0] if has_sound_ending(name) else name


def find_files(
    root: str, ids: Collection[str], days: Collection[date], whole: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """(id, path within the root) of each file of sound whose name tells one of the ids, or is one of `whole`.

    Folders that are named by days are looked into only for these days and those beside them. Raises OSError when the
    root cannot be read.
    """
    names, wanted = Names(ids, whole), _with_neighbours(days)
    waiting, left = [""], MOST_NAMES
    while waiting and left > 0:
        below = waiting.pop()
        for entry in _entries(root, below):
            left -= 1
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if path.count("/") < DEEPEST and is_worth_looking(path, wanted):
                    waiting.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False) and (one := names.told_by(entry.name)):
                yield one, path


def _entries(root: str, below: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, below)) as found:
            return list(found)
    except OSError:
        if not below:
            raise
        return []  # gone meanwhile, or not for us


def is_worth_looking(path: str, days: Collection[str]) -> bool:
    """Whether a folder may hold recordings of these days, as "2026-11-22": 2026/11, 2026/11/22, 20261122; others may.

    A year alone is looked into: it may as well be the number of a phone.
    """
    whole = _WHOLE_DAY.fullmatch(path.rpartition("/")[2])
    if whole:
        return "-".join(whole.groups()) in days
    parted = list(_YEAR_AND_MONTH.finditer(path))
    if not parted or parted[-1].end() != len(path):
        return True
    told = "-".join(filter(None, parted[-1].groups()))
    return any(day.startswith(told) for day in days)


def _with_neighbours(days: Collection[date]) -> set[str]:
    """A call may have begun before midnight, and the telephone system may live in another time zone."""
    return {f"{day + timedelta(days=apart):%Y-%m-%d}" for day in days for apart in (-1, 0, 1)}
