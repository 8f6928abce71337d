"""How much of the machine somebody else used meanwhile, read from /proc (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = os.cpu_count() or 1
# Set here, inherited by whatever a bench starts: so a daemon that left our process tree is still known as ours.
_MARK = "CALLCARD_BENCH_RUN"
os.environ.setdefault(_MARK, f"{os.getpid()}-{time.time_ns()}")


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    parent: int
    seconds: float  # its own CPU time and that of its children who have ended


def _processes() -> dict[int, _Process]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (process := _read(int(entry))):
            found[process.pid] = process
    return found


def _read(pid: int) -> _Process | None:
    """None when it has ended. Its name may hold blanks and brackets, so fields are counted after the last one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] == "Z":
        return None  # dead, and an orphan perhaps: nobody could say any more whose its time was
    # The first process inherits everybody's orphans: what those used is not told apart there.
    times = fields[11:13] if pid == 1 else fields[11:15]
    return _Process(pid, int(fields[1]), sum(map(int, times)) / _TICKS)


def _is_marked(pid: int) -> bool:
    try:
        return f"{_MARK}={os.environ[_MARK]}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _ours(processes: dict[int, _Process], roots: set[int]) -> set[int]:
    """The processes of `roots`, all below them, and all that carry our mark."""
    ours = roots | {pid for pid in processes if _is_marked(pid)}
    grown = True
    while grown:
        below = {process.pid for process in processes.values() if process.parent in ours} - ours
        ours |= below
        grown = bool(below)
    return ours


class ForeignLoad:
    """Counts from its making. `also_ours`: process ids that belong to the bench but were started elsewhere."""

    def __init__(self, also_ours: Iterable[int] = ()) -> None:
        self._roots = {os.getpid(), *also_ours}
        self._ours: set[int] = set()
        self._began = time.monotonic()
        self._seconds_before = self._by_others()

    def share(self) -> float:
        """Mean share of the whole machine (1.0 is every core) that others used since the beginning."""
        elapsed = time.monotonic() - self._began
        after = sum(self._by_others().values())
        # What is known as ours by now was ours before, too.
        before = sum(seconds for pid, seconds in self._seconds_before.items() if pid not in self._ours)
        return max(0.0, after - before) / (elapsed * _CORES)

    def _by_others(self) -> dict[int, float]:
        processes = _processes()
        self._ours |= _ours(processes, self._roots)
        return {pid: process.seconds for pid, process in processes.items() if pid not in self._ours}
