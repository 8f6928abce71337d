"""What a kind of job is, and what its function may do while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypedDict

from callcard.jobs.services import leave_result, renew_lease

_TELL_EVERY_SECONDS = 0.5


class Result(TypedDict, total=False):
    """What the user gets in the end: words, and a link (`is_file`: to be downloaded, not opened in a window).

    `found`: what the window behind the link shows.
    """

    words: str
    url: str
    link_words: str
    is_file: bool
    found: dict[str, Any]


class JobFailed(Exception):
    """Trying again would not help. The words are for the user and say what to do."""


class JobCancelled(Exception):
    """The user wants it no more: the function ends, and leaves nothing half done."""


class JobTakenAway(Exception):
    """The program stops, or another worker has it by now: the function ends at once."""


@dataclass(slots=True)
class Run:
    """One attempt. `attempt` 1 is the first."""

    job_id: int
    user_id: int | None
    arguments: Mapping[str, Any]
    attempt: int
    holder: str
    lease: timedelta
    is_stopping: Callable[[], bool] = field(default=lambda: False)
    _told_at: float = 0.0

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say how far it is, and keep the lease. Call it often, outside of transactions: it writes twice a second at
        the most. Raises JobCancelled or JobTakenAway, which the function lets through.
        """
        if self.is_stopping():
            raise JobTakenAway
        if time.monotonic() - self._told_at < _TELL_EVERY_SECONDS and done != total:
            return
        self._told_at = time.monotonic()
        held = renew_lease(
            job_id=self.job_id, holder=self.holder, lease=self.lease, done=done, total=total, message=message
        )
        if held is None:
            raise JobTakenAway
        if held.is_unwanted:
            raise JobCancelled

    def leave(self, result: Result) -> None:
        """What the user gets should the job not come to its end, such as a way to undo what it has done until then."""
        leave_result(job_id=self.job_id, holder=self.holder, result=dict(result))


@dataclass(frozen=True, slots=True)
class Kind:
    """A function that the workers know by name.

    It may be run again from its beginning after a kill at any point, so it is all-or-nothing or repeatable. What it
    writes, it writes in short transactions: on SQLite a ringing call waits for them. `lease`: the longest time between
    two calls of `Run.progress`. `tries`: how often it is begun before it has failed. `lane`: kinds of one lane wait for
    each other, so what must not wait for an import has another one.
    """

    name: str
    run: Callable[[Run], Result | None]
    tries: int = 5
    lease: timedelta = timedelta(seconds=60)
    lane: str = "long"
