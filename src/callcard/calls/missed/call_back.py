"""The task of who should call back, where the administrator wants one: it goes with the row."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.setting import missed_settings
from callcard.staff.models import User
from callcard.staff.setting import in_setting_of
from callcard.tasks.models import Task
from callcard.tasks.services import add_task, cancel_task, change_task, complete_task

_LATELY = timedelta(days=1)


def see_to_task(*, key: str) -> None:
    """Make, move or close it, as the rows of this person want; may be repeated."""
    lately = Q(task__isnull=False, task__done_at=None, checked_at__gte=timezone.now() - _LATELY)
    rows = MissedCaller.objects.filter(Q(state=MissedCaller.State.OPEN) | lately, key=key)
    for row in rows:  # most have no task, and nobody wants one: it is fetched only for those that have
        if row.state == MissedCaller.State.OPEN:
            _see_to_open(row)
        else:
            _see_to_closed(row)


def _see_to_open(row: MissedCaller) -> None:
    task = row.task
    if row.assignee_id is None or row.is_withheld:
        _take_back(row)
        return
    if task is None or (task.done_at is not None and task.done_at < row.last_at):
        if missed_settings().makes_tasks and row.assignee is not None and row.assignee.is_active:
            _make(row, row.assignee)
    elif task.done_at is not None and not task.is_cancelled:
        _close_as_done(row, task.done_at, task.done_by_id)
    elif task.is_open and task.assignee_id != row.assignee_id:
        change_task(task=task, changes={"assignee": row.assignee})


def _take_back(row: MissedCaller) -> None:
    """It was one person's, and is everybody's now. Whoever takes it next gets a task of their own."""
    if row.task is None or not row.task.is_open:
        return
    MissedCaller.objects.filter(pk=row.pk).update(task=None)
    cancel_task(task=row.task)


def _make(row: MissedCaller, assignee: User) -> None:
    due_at = max(row.due_at or timezone.now(), timezone.now())
    with in_setting_of(assignee.pk):
        title = _("Call back %(name)s") % {"name": row.name}
    with transaction.atomic():
        task = add_task(
            title=title,
            assignee=assignee,
            customer=row.customer,
            due_at=due_at,
            remind_minutes=0,
            about=Task.About.CALL,
            about_id=row.last_call_id,
            about_words=row.e164 or row.number,
        )
        MissedCaller.objects.filter(pk=row.pk).update(task=task)


def _see_to_closed(row: MissedCaller) -> None:
    assert row.task is not None
    if row.state == MissedCaller.State.REACHED:
        complete_task(task=row.task, by=row.closed_by, done_at=row.closed_at)
    else:
        cancel_task(task=row.task, by=row.closed_by)


def _close_as_done(row: MissedCaller, done_at: datetime, by_id: int | None) -> None:
    """Whoever says that they did the task has called back, whichever telephone they used."""
    MissedCaller.objects.filter(pk=row.pk, state=MissedCaller.State.OPEN).update(
        state=MissedCaller.State.REACHED, closed_at=done_at, closed_by=by_id
    )
