"""Background jobs have a process of their own, which lives as long as the server does."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.utils import timezone

from callcard.api.webhooks.delivering import DELIVER
from callcard.api.webhooks.services import make_endpoint, send_test
from callcard.config.jobs_process import JobsProcess
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.live import wakeup
from callcard.staff.models import User
from tests.databases import url_of_the_run
from tests.rooms.api.receiver import due_now, good, receiving
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


def test_a_message_whose_sender_is_killed_before_it_is_written_down_is_sent_again_under_its_id(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    monkeypatch.setenv("CALLCARD_WEBHOOKS_PRIVATE", "true")
    monkeypatch.setenv("CALLCARD_SECRET_KEY", settings.SECRET_KEY)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "callcard.config.settings")  # those of tests hear no environment
    monkeypatch.setenv("CALLCARD_DATABASE_URL", url_of_the_run())
    mali = User.objects.create_user("mali", role=User.Role.ADMINISTRATOR)
    jobs = JobsProcess()

    def kills(request: BaseHTTPRequestHandler) -> None:
        assert jobs.process
        jobs.process.kill()
        good(request)

    with receiving() as receiver:
        receiver.answer = kills
        endpoint = make_endpoint(name="Shop", address=receiver.address, events=["call.ended"], by=mali)
        send_test(endpoint=endpoint)
        enqueue(kind=DELIVER)
        jobs.start()
        first = jobs.process
        try:
            receiver.wait_for(1)
            assert first
            assert first.wait(30) == -signal.SIGKILL
            receiver.answer = good
            waiting = endpoint.deliveries.get()
            assert (waiting.state, waiting.tries) == ("waiting", 1)
            due_now(endpoint)
            Job.objects.filter(kind=DELIVER).update(free_at=timezone.now())  # as if half a minute were over
            wait_for(lambda: endpoint.deliveries.get().state == "delivered", seconds=60)
        finally:
            jobs.stop()
        assert len(receiver.heard) == 2
        assert len(set(receiver.ids())) == 1
        assert receiver.heard[0][1] == receiver.heard[1][1]
