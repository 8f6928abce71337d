"""A sink that keeps what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from callcard.telephony.connector import LinkReport, WireNote
from callcard.telephony.events import Event

Kind = TypeVar("Kind", bound=Event)

PATIENCE = 10.0  # seconds, for a machine that is busy


class Recorder:
    def __init__(self) -> None:
        self.told: list[Event] = []
        self.batches: list[tuple[Sequence[Event], int]] = []
        self.reports: list[LinkReport] = []
        self.notes: list[WireNote] = []

    def events(self, events: Sequence[Event], received_ns: int) -> None:
        self.told += events
        self.batches.append((tuple(events), received_ns))

    def link(self, report: LinkReport) -> None:
        self.reports.append(report)

    def note(self, note: WireNote) -> None:
        self.notes.append(note)

    @property
    def states(self) -> list[str]:
        return [f"{report.state} {report.problem}".strip() for report in self.reports]

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.told if isinstance(event, kind)]


async def until(holds: Callable[[], object]) -> None:
    """Waits until it holds; fails with TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 -- what is waited for has no event of its own
            await asyncio.sleep(0.005)
