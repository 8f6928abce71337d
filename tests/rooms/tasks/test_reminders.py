"""Reminders: at their time, once, whatever dies meanwhile."""

from __future__ import annotations

import os
import re
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from callcard.config.jobs import new_worker
from callcard.jobs.models import Job
from callcard.live.models import LiveEvent
from callcard.staff.models import User
from callcard.tasks.mails import reminder_mail
from callcard.tasks.models import Reminder
from callcard.tasks.queries import shown_reminders
from callcard.tasks.reminder_services import (
    choose_reminder_mails,
    see_reminder,
    snooze,
    tell_reminder,
)
from callcard.tasks.services import add_task, change_task, complete_task, reopen_task
from tests.databases import url_of_the_run

PATIENCE_SECONDS = 60.0
SOON = timedelta(minutes=30)


def _mali(**columns: Any) -> User:
    return User.objects.create_user("mali", "mali@example.com", time_zone="Europe/Berlin", **columns)


def _told() -> list[int]:
    return list(LiveEvent.objects.filter(kind="reminder").values_list("payload__task", flat=True))


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, list(Job.objects.values("kind", "state", "last_error", "free_at"))
        time.sleep(0.02)


@pytest.mark.django_db
def test_a_reminder_waits_as_a_row_and_a_job_of_its_moment() -> None:
    due = timezone.now() + SOON
    task = add_task(title="Call", assignee=_mali(), due_at=due, remind_minutes=10)
    reminder = Reminder.objects.get()
    assert reminder.at == due - timedelta(minutes=10)
    assert list(Job.objects.values_list("kind", "free_at")) == [("remind-of-task", reminder.at)]
    change_task(task=task, changes={"due_at": due + SOON})
    assert Reminder.objects.get().at == due + SOON - timedelta(minutes=10)
    change_task(task=task, changes={"remind_minutes": None})
    assert not Reminder.objects.exists()


@pytest.mark.django_db
def test_a_day_is_reminded_of_in_the_morning_of_its_assignee() -> None:
    day = timezone.now().date() + timedelta(days=3)
    add_task(title="Pay", assignee=_mali(), due_on=day, remind_minutes=0)
    at = Reminder.objects.get().at.astimezone(UTC)
    assert (at.date(), at.hour in (7, 8)) == (day, True)


@pytest.mark.django_db
def test_what_is_over_already_is_not_reminded_of() -> None:
    add_task(title="Pay", assignee=_mali(), due_on=date(2020, 1, 1), remind_minutes=0)
    assert not Reminder.objects.exists()


@pytest.mark.django_db
def test_it_is_told_once_however_often_its_job_comes_again() -> None:
    task = add_task(title="Call", assignee=_mali(), due_at=timezone.now() + SOON, remind_minutes=0)
    reminder = Reminder.objects.get()
    for _again in range(3):
        tell_reminder(reminder_id=reminder.pk)
    assert _told() == [task.pk]


@pytest.mark.django_db
def test_a_task_that_is_done_or_whose_reminder_was_put_away_is_silent() -> None:
    mali = _mali()
    done = add_task(title="Done", assignee=mali, due_at=timezone.now() + SOON, remind_minutes=0)
    pk = Reminder.objects.get().pk
    complete_task(task=done)
    assert tell_reminder(reminder_id=pk) is None
    reopen_task(task=done)
    assert Reminder.objects.count() == 1
    shown = Reminder.objects.get()
    tell_reminder(reminder_id=shown.pk)
    assert [row.task for row in shown_reminders(mali)] == [done]
    see_reminder(reminder=shown)
    assert shown_reminders(mali) == []


@pytest.mark.django_db
def test_a_snoozed_reminder_comes_again_at_its_new_time() -> None:
    mali = _mali()
    task = add_task(title="Call", assignee=mali, due_at=timezone.now() + SOON, remind_minutes=0)
    tell_reminder(reminder_id=Reminder.objects.get().pk)
    until = timezone.now() + timedelta(hours=1)
    snooze(task=task, until=until)
    assert shown_reminders(mali) == []
    again = Reminder.objects.get(told_at=None)
    assert again.at == until
    tell_reminder(reminder_id=again.pk)
    assert _told() == [task.pk, task.pk]
    assert [row.pk for row in shown_reminders(mali)] == [again.pk]
    task.refresh_from_db()
    assert task.due_at != until


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "wanted", "sender", "mails"),
    [
        ("mali@example.com", True, "Callcard <callcard@example.com>", 1),
        ("mali@example.com", False, "Callcard <callcard@example.com>", 0),
        ("", True, "Callcard <callcard@example.com>", 0),
        ("mali@example.com", True, "", 0),
    ],
)
def test_a_mail_is_sent_to_those_who_want_it_and_have_an_address(
    address: str, wanted: bool, sender: str, mails: int, settings: Any
) -> None:
    settings.EMAIL_FROM = sender
    mali = User.objects.create_user("mali", address)
    choose_reminder_mails(user=mali, wanted=wanted)
    add_task(title="Call", assignee=mali, due_at=timezone.now() + SOON, remind_minutes=0)
    tell_reminder(reminder_id=Reminder.objects.get().pk)
    assert Job.objects.filter(kind="mail-reminder").count() == mails


@pytest.fixture
def worker() -> Iterator[None]:
    worker = new_worker()
    worker.start()
    yield
    worker.stop()


@pytest.mark.django_db(transaction=True)
def test_page_and_mail_at_the_minute(settings: Any, worker: None) -> None:
    settings.EMAIL_FROM, settings.PUBLIC_ADDRESS = "Callcard <callcard@example.com>", "https://callcard.example.com"
    mali = _mali()
    due = timezone.now() + timedelta(seconds=0.7)
    task = add_task(title="Call\nMali", assignee=mali, due_at=due, remind_minutes=0, note="About the lamps")
    wait_until(lambda: Reminder.objects.filter(mailed_at__isnull=False).exists())
    told_at = Reminder.objects.get().told_at
    assert told_at is not None
    assert timedelta(0) <= told_at - due < timedelta(seconds=1)
    assert _told() == [task.pk]
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("Reminder: Call Mali", ["mali@example.com"])
    assert sent.extra_headers["Message-ID"] == f"<reminder-{Reminder.objects.get().pk}@example.com>"
    assert sent.body.endswith(f"About the lamps\n\nhttps://callcard.example.com/tasks/{task.pk}")


@pytest.mark.django_db
def test_a_mail_names_day_and_minute_since_it_may_be_read_later() -> None:
    mali = _mali()
    with_time = datetime(2030, 6, 1, 8, 5, 43, tzinfo=UTC)
    task = add_task(title="Call", assignee=mali, due_at=with_time, remind_minutes=0)
    assert re.search(r"^Due: Sat, Jun 1, 8:05\sAM$", str(reminder_mail(task.reminders.get()).body), re.MULTILINE)
    task.due_on, task.due_at = date(2030, 6, 2), datetime(2030, 6, 2, 23, 59, tzinfo=UTC)
    task.save()
    assert "Due: Sun, Jun 2\n" in f"{reminder_mail(task.reminders.get()).body}\n"


@pytest.mark.django_db(transaction=True)
def test_several_processes_tell_each_once(settings: Any) -> None:
    settings.EMAIL_FROM = "callcard@example.com"
    mali = _mali()
    workers = [new_worker() for _ in range(3)]
    for each in workers:
        each.start()
    due = timezone.now() + timedelta(seconds=0.7)
    tasks = [add_task(title=f"Call {n}", assignee=mali, due_at=due, remind_minutes=0).pk for n in range(12)]
    wait_until(lambda: Reminder.objects.filter(mailed_at__isnull=False).count() == len(tasks))
    for each in workers:
        each.stop()
    assert sorted(_told()) == tasks
    assert sorted(sent.subject for sent in mail.outbox) == sorted(f"Reminder: Call {n}" for n in range(12))


class _MailServer(socketserver.ThreadingTCPServer):
    """Takes mails for `delay` seconds each, and says what arrived whole."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailSession)
        self.subjects: list[str] = []
        self.holds = threading.Event()
        self.is_talking = threading.Event()


class _MailSession(socketserver.StreamRequestHandler):
    server: _MailServer

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            if line.upper() == "DATA":
                self._take()
            else:
                self._say("250 fine")
            if line.upper() == "QUIT":
                return

    def _take(self) -> None:
        self._say("354 go on")
        lines: list[str] = []
        while not lines or lines[-1] != ".":
            lines.append(self.rfile.readline().decode().rstrip("\r\n"))
        self.server.is_talking.set()
        if self.server.holds.is_set():
            time.sleep(60)  # the sender dies while it waits for our word
        self.server.subjects += [line for line in lines if line.startswith("Subject:")]
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mail_server() -> Iterator[_MailServer]:
    with _MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


_SERVE = """
import time, django
django.setup()
from callcard.config.jobs import new_worker
new_worker().start()
print("at work", flush=True)
time.sleep(120)
"""


@contextmanager
def _process(tmp_path: Path, server: _MailServer) -> Iterator[None]:
    """Another process at work; it is killed in the end."""
    environment = {
        **os.environ,
        "CALLCARD_DATABASE_URL": url_of_the_run(),
        "CALLCARD_DATA_DIR": str(tmp_path),
        "CALLCARD_EMAIL_URL": f"smtp://127.0.0.1:{server.server_address[1]}",
        "CALLCARD_EMAIL_FROM": "callcard@example.com",
        "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
    }
    command = [sys.executable, "-c", _SERVE]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout
            assert child.stdout.readline() == "at work\n"
            yield
        finally:
            child.send_signal(signal.SIGKILL)


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_mail_page_and_mail_still_come_once(tmp_path: Path, mail_server: _MailServer) -> None:
    mail_server.holds.set()
    task = add_task(title="Call", assignee=_mali(), due_at=timezone.now() + timedelta(seconds=0.3), remind_minutes=0)
    with _process(tmp_path, mail_server):
        assert mail_server.is_talking.wait(PATIENCE_SECONDS)
    assert (_told(), mail_server.subjects) == ([task.pk], [])
    mail_server.holds.clear()
    Job.objects.filter(state=Job.State.RUNNING).update(free_at=timezone.now())  # as if the lease were over
    with _process(tmp_path, mail_server):
        wait_until(lambda: Reminder.objects.filter(mailed_at__isnull=False).exists())
    assert (_told(), mail_server.subjects) == ([task.pk], ["Subject: Reminder: Call"])


@pytest.mark.django_db(transaction=True)
def test_what_was_due_while_nobody_was_at_work_comes_late_but_comes(tmp_path: Path, mail_server: _MailServer) -> None:
    task = add_task(title="Call", assignee=_mali(), due_at=timezone.now() + timedelta(seconds=0.1), remind_minutes=0)
    time.sleep(0.3)
    with _process(tmp_path, mail_server):
        wait_until(lambda: Reminder.objects.filter(mailed_at__isnull=False).exists())
    assert (_told(), mail_server.subjects) == ([task.pk], ["Subject: Reminder: Call"])


@pytest.mark.django_db
def test_another_assignee_is_reminded_instead() -> None:
    keo = User.objects.create_user("keo")
    task = add_task(title="Call", assignee=_mali(), due_at=timezone.now() + SOON, remind_minutes=0)
    change_task(task=task, changes={"assignee": keo})
    tell_reminder(reminder_id=Reminder.objects.get().pk)
    assert list(LiveEvent.objects.filter(kind="reminder").values_list("user_id", flat=True)) == [keo.pk]
