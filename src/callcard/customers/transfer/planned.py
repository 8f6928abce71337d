"""The rows of an import, read and made ready: here, or for a big file by other processes while this one writes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, cycle
from typing import IO, NamedTuple

from django.utils import translation

from callcard.customers.transfer import store
from callcard.customers.transfer.choices import FILL, OVERWRITE, Choices
from callcard.customers.transfer.creating import Fresh, OwnFields, prepare
from callcard.customers.transfer.models import Import
from callcard.customers.transfer.planning import Entry, Planner
from callcard.staff.company import company

if sys.platform == "linux":
    import fcntl

WORTH_A_PROCESS = 2000  # rows: it takes a second to begin
_AT_MOST = 2  # processes: two make rows ready faster than one writes them
_BLOCK = 50  # rows
_PIPE_BYTES = 1 << 20  # some 1,000 rows
_MODULE = "callcard.customers.transfer.planning_process"


class PlannedRow(NamedTuple):
    """A row of the file, by its number there. `keys`: by what it is the same customer as another one.

    `entry`: only for what may change a customer who is here already. `fresh`: for what may become a new one; not in a
    check, and not when there are problems.
    """

    number: int
    cells: list[str]
    keys: list[str]
    problems: list[str]
    entry: Entry | None = None
    fresh: Fresh | None = None


def plan(imported: Import, *, writes: bool, turn: int = 0, of: int = 1) -> Iterator[list[PlannedRow]]:
    """The rows that are not written yet, in blocks: of each `of` blocks the one whose turn it is, counted from 0.

    `writes`: names that no list has yet are put there.
    """
    choices, own = Choices.of(imported.choices), OwnFields.read()
    planner = Planner(imported.mapping, choices, imported.user, region=company().region, may_write=writes)
    may_change = writes and choices.duplicates in (FILL, OVERWRITE)

    def planned_row(number: int, cells: list[str]) -> PlannedRow:
        entry = planner.read(number, cells)
        fresh = prepare(entry, own) if writes and not entry.problems else None
        return PlannedRow(number, cells, entry.keys(choices), entry.problems, entry if may_change else None, fresh)

    for block in store.read_blocks(imported, after=_after(imported), size=_BLOCK, turn=turn, of=of):
        yield [planned_row(number, cells) for number, cells in block]


def _after(imported: Import) -> int:
    """The last row that is done with; the head tells of nobody."""
    if imported.rows_done or not imported.reading.get("has_header"):
        return imported.rows_done
    return next((number for number, _cells in store.first_rows(imported, 1)), 0)


@contextmanager
def planned(imported: Import, *, writes: bool) -> Iterator[Iterator[PlannedRow]]:
    """`plan`, by whom it is quicker."""
    if imported.rows_total - imported.rows_done < WORTH_A_PROCESS:
        yield chain.from_iterable(plan(imported, writes=writes))
        return
    with ExitStack() as processes:
        # One alone adds what is missing in lists, so that nothing is added twice.
        of = 1 if Choices.of(imported.choices).add_entries else min(_AT_MOST, os.cpu_count() or 1)
        pipes = [processes.enter_context(_process(imported, writes, turn, of)) for turn in range(of)]
        yield _received(pipes)


@contextmanager
def _process(imported: Import, writes: bool, turn: int, of: int) -> Iterator[IO[bytes]]:
    """Its pipe. It waits while nobody reads, and ends with the pipe, whatever becomes of this process."""
    asked = [str(imported.pk), "write" if writes else "check", str(turn), str(of), translation.get_language() or ""]
    with subprocess.Popen([sys.executable, "-m", _MODULE, *asked], stdout=subprocess.PIPE) as process:
        assert process.stdout
        _widen(process.stdout)
        try:
            yield process.stdout
        finally:
            process.kill()


def _widen(pipe: IO[bytes]) -> None:
    """So that there is something to write while the next rows are read. Other systems keep their 64 KB."""
    if sys.platform == "linux":
        with suppress(OSError):  # the user's pipes hold much already
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _received(pipes: list[IO[bytes]]) -> Iterator[PlannedRow]:
    """Block by block in the order of the file. Raises what one of the processes raised."""
    for pipe in cycle(pipes):
        try:
            block: list[PlannedRow] | Exception | None = pickle.load(pipe)
        except EOFError:
            raise RuntimeError("a process that reads the rows of an import has died") from None
        if isinstance(block, Exception):
            raise block
        if block is None:
            return
        yield from block
