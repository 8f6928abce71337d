"""What the users' browsers were told, and what stands in the log."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from callcard.calls.models import Call, Segment
from callcard.config.asgi import office
from callcard.telephony.connector import LinkState
from tests.stories.product import Stream

PATIENCE_SECONDS = 15.0


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Looks again and again; fails with `what` when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not come: {what}"
        time.sleep(0.02)


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
