"""What the users' browsers were told, and what stands in the log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection

from callcard.calls.models import Call, Segment
from callcard.config.asgi import office
from callcard.switchboard.models import LinkLog
from callcard.telephony.connector import LinkState
from tests.stories.product import Desk, Stream

T = TypeVar("T")

PATIENCE_SECONDS = 15.0
OVER = ("over", "elsewhere")  # stay on the screen for half a minute


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Looks again and again; fails with `what` when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not come: {what}"
        time.sleep(0.02)


async def eventually(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """As `wait_until`, while the phones of this loop go on. The condition may look into the database."""

    await in_thread(lambda: wait_until(condition, what, seconds))


async def in_thread(look: Callable[[], T]) -> T:
    """What `look` finds, which may be in the database."""

    def look_and_close() -> T:
        try:
            return look()
        finally:
            connection.close()

    return await asyncio.to_thread(look_and_close)


async def newest_report() -> int:
    """The id of the newest line in the log of the links; 0 when there is none."""
    return await in_thread(lambda: LinkLog.objects.order_by("-id").values_list("id", flat=True).first() or 0)


async def link_comes_up(after: int = 0) -> None:
    """Wait for a report that came after this one."""
    await eventually(lambda: LinkLog.objects.filter(id__gt=after, state="up").exists(), "the link is up")


def stack_is(desk: Desk, *states: str) -> Callable[[], bool]:
    """Whether these are the pop-ups of calls that go on that the user's page would show if it were loaded now. "" is
    none."""

    def look() -> bool:
        with contextlib.suppress(OSError):
            status, text = desk.get("/desk/popups")
            assert status == 200
            shown = [popup["state"] for popup in json.loads(text)["popups"]]
            return [state for state in shown if state not in OVER] == [state for state in states if state]
        return False

    return look


def wait_for_links(*slugs: str) -> None:
    def are_up() -> bool:
        links = [office.switchboard.links.get(slug) for slug in slugs]
        return all(link and link.report and link.report.state is LinkState.UP for link in links)

    wait_until(are_up, f"the links {slugs} are up")


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a browser's stream. `state` is empty unless it is a pop-up; `at` in seconds of time.time()."""

    at: float
    kind: str
    call: int
    state: str
    data: dict[str, Any]


class Watcher:
    """Listens to one stream until it is stopped; `told` grows meanwhile."""

    def __init__(self, stream: Stream) -> None:
        self.told: list[Told] = []
        self.stream = stream
        self._stopping = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def stop(self) -> list[Told]:
        self._stopping = True
        self._thread.join()
        self.stream.close()
        return self.told

    def _listen(self) -> None:
        while not self._stopping:
            try:
                kind, data = self.stream.next(0.1)
            except queue.Empty:
                continue
            self.told.append(Told(time.time(), kind, data.get("call", 0), data.get("state", ""), data))


@dataclass(frozen=True, slots=True)
class Logged:
    """A call of the log with its segments."""

    row: Call
    segments: tuple[Segment, ...]

    @property
    def answered_by(self) -> str:
        """The first called party that was answered."""
        answered = [s for s in self.segments if s.role == "called" and s.answered_at]
        return name_of(min(answered, key=lambda s: (s.answered_at, s.key))) if answered else ""

    @property
    def caller(self) -> str:
        (caller,) = (s for s in self.segments if s.role == "caller")
        return name_of(caller)


def name_of(segment: Segment) -> str:
    return segment.extension or segment.number


def logged_calls() -> list[Logged]:
    """Every call, the oldest first."""
    rows = Call.objects.select_related("customer", "answered_by").prefetch_related("segments").order_by("started_at")
    return [Logged(row, tuple(row.segments.all())) for row in rows]
