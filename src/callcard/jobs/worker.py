"""Doing the work: a thread for each lane of jobs, in every process that serves."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext

from callcard.jobs import wakeup
from callcard.jobs.kinds import JobCancelled, JobFailed, JobTakenAway, Kind, Run
from callcard.jobs.models import Job
from callcard.jobs.queries import next_free_at, next_slot_at
from callcard.jobs.services import claim_job, end_job, enqueue_due_schedules, put_back

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
_STOP_SECONDS = 5.0
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=1)

# What a job of this user (None: nobody's) runs in: their language, the company's time zone.
Setting = Callable[[int | None], AbstractContextManager[object]]


def pause_after(attempt: int) -> timedelta:
    """How long a job that went wrong rests before it is tried again: 10 s, 40 s, 160 s … an hour."""
    factor: int = 4 ** min(attempt - 1, 10)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)


class Worker:
    def __init__(self, kinds: Sequence[Kind], setting: Setting) -> None:
        self._kinds = kinds
        self._setting = setting
        self._lanes: list[_Lane] = []

    def start(self) -> None:
        # Lanes of their own for each start: one that is asked to stop may still be busy, and must not go on then.
        lanes: dict[str, list[Kind]] = {}
        for kind in self._kinds:
            lanes.setdefault(kind.lane, []).append(kind)
        self._lanes = [_Lane(name, kinds, self._setting) for name, kinds in sorted(lanes.items())]
        for lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        """Jobs that report progress go back to be done later; others have a few seconds to end."""
        for lane in self._lanes:
            lane.ask_to_stop()
        until = time.monotonic() + _STOP_SECONDS
        for lane in self._lanes:
            lane.join(max(0.0, until - time.monotonic()))


class _Lane:
    """One thread, which does one job after another until it is asked to stop."""

    def __init__(self, name: str, kinds: Sequence[Kind], setting: Setting) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._leases = {kind.name: kind.lease for kind in kinds}
        self._name = name
        self._setting = setting
        self._wakeup = threading.Event()
        self._is_stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{time.monotonic_ns() % 10**9}:{self._name}"[:60]
        wakeup.register(self._wakeup)
        self._thread = threading.Thread(target=self._work, name=f"jobs-{self._name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        self._is_stopping = True
        wakeup.unregister(self._wakeup)
        self._wakeup.set()

    def join(self, seconds: float) -> None:
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        while not self._is_stopping:
            try:
                pause = self._work_once()
            except Exception:
                # The database may be away for a moment; the rows keep what there is to do.
                logger.exception("the jobs cannot be read, trying again")
                close_old_connections()
                pause = LOOK_EVERY_SECONDS
            if pause:
                self._wakeup.wait(pause)
            self._wakeup.clear()
        connection.close()

    def _work_once(self) -> float:
        """Do one job, if one is due. Returns for how many seconds there is nothing to do."""
        now = timezone.now()
        slot_at = next_slot_at()
        if slot_at is not None and slot_at <= now:
            enqueue_due_schedules(now=now)
            wakeup.wake_workers()
        free_at = next_free_at(self._leases)
        if free_at is None or free_at > now:
            return _seconds_until(now, free_at, slot_at)
        job = claim_job(leases=self._leases, holder=self._holder, now=now)
        if job is not None:
            self._do(job)
        return 0.0

    def _do(self, job: Job) -> None:
        kind = self._kinds[job.kind]
        if job.attempts > kind.tries:
            self._fail(job, _gave_up(job), job.last_error or "its process died each time")
            return
        run = Run(job.pk, job.user_id, job.arguments, job.attempts, self._holder, kind.lease, lambda: self._is_stopping)
        with self._setting(job.user_id):
            try:
                result = kind.run(run)
            except JobTakenAway:
                put_back(job_id=job.pk, holder=self._holder, free_at=timezone.now(), attempts=job.attempts - 1)
            except JobCancelled:
                end_job(job_id=job.pk, holder=self._holder, state=Job.State.CANCELLED)
            except JobFailed as error:
                self._fail(job, str(error), str(error))
            except Exception as error:
                logger.exception("job %s (%s) went wrong at attempt %s", job.pk, job.kind, job.attempts)
                self._try_again(job, kind, f"{type(error).__name__}: {error}"[:2000])
            else:
                end_job(job_id=job.pk, holder=self._holder, state=Job.State.DONE, result=result or {})

    def _try_again(self, job: Job, kind: Kind, error: str) -> None:
        close_old_connections()
        if job.attempts >= kind.tries:
            self._fail(job, _gave_up(job), error)
            return
        free_at = timezone.now() + pause_after(job.attempts)
        put_back(job_id=job.pk, holder=self._holder, free_at=free_at, attempts=job.attempts, last_error=error)

    def _fail(self, job: Job, problem: str, error: str) -> None:
        values = {"problem": problem[:500], "last_error": error[:2000]}
        end_job(job_id=job.pk, holder=self._holder, state=Job.State.FAILED, **values)


def _seconds_until(now: datetime, *moments: datetime | None) -> float:
    waits = [(moment - now).total_seconds() for moment in moments if moment is not None]
    return max(0.001, min([LOOK_EVERY_SECONDS, *waits]))


def _gave_up(job: Job) -> str:
    return gettext(
        "This did not work, although it was tried several times. Start it again; if that does not help either, tell "
        "your administrator: job %(number)s."
    ) % {"number": job.pk}
