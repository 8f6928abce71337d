"""Background jobs have a process of their own, which lives as long as the server does."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from callcard.config.jobs_process import JobsProcess
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.live import wakeup
from callcard.staff.models import User
from tests.databases import url_of_the_run
from tests.stories.product import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobsProcess]:
    monkeypatch.setenv("CALLCARD_DATABASE_URL", url_of_the_run())
    process = JobsProcess()
    process.start()
    yield process
    process.stop()


def done(kind: str = "tidy-up") -> int:
    return Job.objects.filter(kind=kind, state=Job.State.DONE).count()


def test_its_jobs_are_done_and_it_is_started_anew_when_it_dies(jobs: JobsProcess) -> None:
    enqueue(kind="tidy-up")
    wait_for(lambda: done() == 1, seconds=30)
    first = jobs.process
    assert first
    first.kill()
    wait_for(lambda: jobs.process is not first, seconds=30)
    enqueue(kind="tidy-up")
    wait_for(lambda: done() == 2, seconds=30)
    second = jobs.process
    jobs.stop()
    assert second
    assert second.poll() == 0


def test_it_ends_with_the_server_whatever_that_died_of(jobs: JobsProcess) -> None:
    """The pipe breaks, and nothing is said."""
    alone = subprocess.Popen(
        [sys.executable, "-m", "callcard.config.jobs_process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    alone.communicate(timeout=30)
    assert alone.returncode == 0


def test_the_server_hears_at_once_what_they_tell_and_an_order_to_end_is_obeyed(jobs: JobsProcess) -> None:
    user = User.objects.create_user("mali")
    heard = threading.Event()
    wakeup.register(heard)
    try:
        enqueue(kind="tidy-up", user_id=user.pk)
        wait_for(lambda: done() == 1, seconds=30)
        assert heard.wait(10)
    finally:
        wakeup.unregister(heard)
    assert jobs.process
    jobs.process.send_signal(signal.SIGTERM)
    assert jobs.process.wait(30) == 0
