"""The worker at work: at once, once, and again after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from callcard.jobs.kinds import JobFailed, Kind, Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import cancel_job, enqueue
from callcard.jobs.worker import Worker, pause_after
from tests.databases import url_of_the_run

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 60.0


def _nobody(_user_id: int | None) -> AbstractContextManager[object]:
    return nullcontext()


@contextmanager
def at_work(*kinds: Kind) -> Iterator[Worker]:
    worker = Worker(kinds, _nobody)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, list(Job.objects.values())
        time.sleep(0.01)


def _state(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


def test_a_new_job_starts_at_once() -> None:
    started: list[float] = []

    def note(_run: Run) -> None:
        started.append(time.monotonic())

    with at_work(Kind("work", note)):
        time.sleep(0.2)
        waits = []
        for number in range(1, 6):
            before = time.monotonic()
            enqueue(kind="work")
            wait_until(lambda wanted=number: len(started) == wanted)  # type: ignore[misc]
            waits.append(started[-1] - before)
    assert sorted(waits)[2] < 0.1


def test_a_job_waits_for_its_time() -> None:
    with at_work(Kind("work", lambda _run: {"words": "ready"})):
        at = timezone.now() + timedelta(seconds=0.6)
        job = enqueue(kind="work", run_at=at)
        wait_until(lambda: _state(job) == Job.State.DONE)
    job.refresh_from_db()
    assert job.started_at
    assert timedelta(0) <= job.started_at - at < timedelta(seconds=0.5)
    assert job.result == {"words": "ready"}


def test_a_quick_job_does_not_wait_for_a_long_one() -> None:
    let_go = threading.Event()

    def long(_run: Run) -> None:
        let_go.wait(PATIENCE_SECONDS)

    with at_work(Kind("long", long), Kind("quick", lambda _run: None, lane="quick")):
        slow = enqueue(kind="long")
        wait_until(lambda: _state(slow) == Job.State.RUNNING)
        quick = enqueue(kind="quick")
        wait_until(lambda: _state(quick) == Job.State.DONE)
        assert _state(slow) == Job.State.RUNNING
        let_go.set()
        wait_until(lambda: _state(slow) == Job.State.DONE)


def test_words_for_the_user_end_a_job_and_are_kept() -> None:
    def refuse(_run: Run) -> Result | None:
        raise JobFailed("This is not a table. Save it as CSV.")

    with at_work(Kind("work", refuse)):
        job = enqueue(kind="work")
        wait_until(lambda: _state(job) == Job.State.FAILED)
    job.refresh_from_db()
    assert (job.problem, job.attempts) == ("This is not a table. Save it as CSV.", 1)


def test_a_fault_is_tried_again_later_and_in_the_end_said(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_run: Run) -> None:
        raise ZeroDivisionError("by nought")

    with at_work(Kind("work", fail, tries=2)):
        job = enqueue(kind="work")
        wait_until(lambda: bool(Job.objects.get().last_error))
        job.refresh_from_db()
        assert (job.state, job.attempts) == (Job.State.WAITING, 1)
        assert timedelta(seconds=5) < job.free_at - timezone.now() <= timedelta(seconds=10)
        Job.objects.update(free_at=timezone.now())
        wait_until(lambda: _state(job) == Job.State.FAILED)
    job.refresh_from_db()
    assert job.last_error == "ZeroDivisionError: by nought"
    assert f"job {job.pk}" in job.problem
    assert "went wrong at attempt 2" in caplog.text


def test_pauses_grow_up_to_an_hour() -> None:
    assert [pause_after(attempt).total_seconds() for attempt in (1, 2, 3, 9, 99)] == [10, 40, 160, 3600, 3600]


def _count_slowly(run: Run) -> None:
    for step in range(2000):
        run.progress(step, 2000)
        time.sleep(0.01)


def test_a_cancel_arrives_with_the_next_progress() -> None:
    with at_work(Kind("work", _count_slowly)):
        job = enqueue(kind="work")
        wait_until(lambda: _state(job) == Job.State.RUNNING)
        cancel_job(job=job)
        wait_until(lambda: _state(job) == Job.State.CANCELLED)


def test_a_program_that_stops_gives_its_work_back() -> None:
    with at_work(Kind("work", _count_slowly)):
        job = enqueue(kind="work")
        wait_until(lambda: _state(job) == Job.State.RUNNING)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.WAITING, 0)


_DYING = """
import os, time, django
django.setup()
from contextlib import nullcontext
from datetime import timedelta
from callcard.jobs.kinds import Kind
from callcard.jobs.worker import Worker

def hang(run):
    run.progress(1, 2)
    print("at work", flush=True)
    time.sleep(60)

Worker([Kind("work", hang, lease=timedelta(seconds=2))], lambda user_id: nullcontext()).start()
time.sleep(60)
"""


def test_what_a_killed_process_left_is_done_by_another_when_its_lease_is_over(tmp_path: Path) -> None:
    job = enqueue(kind="work")
    environment = {
        **os.environ,
        "CALLCARD_DATABASE_URL": url_of_the_run(),
        "CALLCARD_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
    }
    child = subprocess.Popen([sys.executable, "-c", _DYING], env=environment, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout
        assert child.stdout.readline() == "at work\n"
        child.send_signal(signal.SIGKILL)
    done: list[int] = []
    with at_work(Kind("work", lambda run: done.append(run.attempt))):
        assert _state(job) == Job.State.RUNNING
        wait_until(lambda: _state(job) == Job.State.DONE)
    assert done == [2]


def test_several_workers_do_each_job_once() -> None:
    done: list[int] = []
    with (
        at_work(Kind("work", lambda run: done.append(run.job_id))),
        at_work(Kind("work", lambda run: done.append(run.job_id))),
    ):
        jobs = [enqueue(kind="work").pk for _ in range(40)]
        wait_until(lambda: not Job.objects.open().exists())
    assert sorted(done) == jobs
