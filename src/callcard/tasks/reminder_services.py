"""Writes of reminders. A reminder is a row, and the job that delivers it has its number for a key."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from callcard.jobs.services import enqueue
from callcard.live.services import Tell, tell
from callcard.staff.company import zone_of
from callcard.staff.models import User
from callcard.tasks.models import Reminder, Task, TaskChoices
from callcard.tasks.rules import reminder_moment
from callcard.tasks.veil import words_for

REMIND = "remind-of-task"
MAIL_REMINDER = "mail-reminder"
# What is typed in its own minute is reminded of at once.
_JUST_NOW = timedelta(minutes=1)


def set_reminder(*, task: Task) -> None:
    """The task's reminder comes when its task says, and no other of it is waiting or shown."""
    _put_away(task)
    if task.remind_minutes is None or task.due_at is None or not task.is_open:
        return
    at = reminder_moment(task.due_at, task.due_on, task.remind_minutes, zone_of(task.assignee))
    if at > timezone.now() - _JUST_NOW:
        _remind_at(task, at)


def snooze(*, task: Task, until: datetime) -> None:
    """Remind of it again then, instead of now."""
    with transaction.atomic():
        _put_away(task)
        if task.is_open:
            _remind_at(task, until)
        _tell_changed(task)


def put_reminders_away(*, task: Task) -> None:
    """None of this task is waiting or shown any more."""
    _put_away(task)


def see_reminder(*, reminder: Reminder) -> None:
    """Somebody has read it; it goes from all their pages."""
    with transaction.atomic():
        if Reminder.objects.filter(pk=reminder.pk, seen_at=None).update(seen_at=timezone.now()):
            _tell_changed(reminder.task)


def tell_reminder(*, reminder_id: int) -> Reminder | None:
    """Show it in the page of whose task it is, once; None when there is nothing to remind of any more.
    Whoever sees no tasks (any more) is told nothing."""
    with transaction.atomic():
        due = Reminder.objects.select_for_update(of=("self",)).select_related("task__assignee", "task__customer")
        reminder = due.filter(pk=reminder_id, seen_at=None, task__done_at=None).first()
        may_see = reminder is not None and reminder.task.assignee.may("tasks.see")
        if reminder is not None and may_see and reminder.told_at is None:
            reminder.told_at = timezone.now()
            reminder.save(update_fields=["told_at"])
            _mail_too(reminder)
            title = words_for(reminder.task.assignee, reminder.task.title)
            payload = {"reminder": reminder.pk, "task": reminder.task_id, "title": title}
            tell([Tell(user_id=reminder.task.assignee_id, kind="reminder", payload=payload)])
    return reminder


def note_mailed(*, reminder: Reminder) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(mailed_at=timezone.now())


def choose_reminder_mails(*, user: User, wanted: bool) -> None:
    TaskChoices.objects.update_or_create(user=user, defaults={"mails_reminders": wanted})


def _mail_too(reminder: Reminder) -> None:
    user = reminder.task.assignee
    is_unwanted = TaskChoices.objects.filter(user=user, mails_reminders=False).exists()
    if settings.EMAIL_FROM and user.email and not is_unwanted:
        key = f"reminder-mail:{reminder.pk}"
        enqueue(kind=MAIL_REMINDER, arguments={"reminder": reminder.pk}, user_id=user.pk, key=key)


def _put_away(task: Task) -> None:
    task.reminders.filter(told_at=None).delete()
    task.reminders.filter(seen_at=None).update(seen_at=timezone.now())


def _remind_at(task: Task, at: datetime) -> None:
    reminder, _is_new = Reminder.objects.get_or_create(task=task, at=at)
    enqueue(kind=REMIND, arguments={"reminder": reminder.pk}, key=f"reminder:{reminder.pk}", run_at=at)


def _tell_changed(task: Task) -> None:
    """The last thing of a transaction."""
    tell([Tell(user_id=task.assignee_id, kind="tasks-changed")])
