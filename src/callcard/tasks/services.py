"""Writes of tasks. Each keeps its step of the history, and sees to it that reminders come when they should."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer
from callcard.live.services import Tell, tell
from callcard.staff.company import zone_of
from callcard.staff.history import put_back, record_change, snapshot
from callcard.staff.models import Change, User
from callcard.tasks.models import Task
from callcard.tasks.reminder_services import put_reminders_away, set_reminder
from callcard.tasks.rules import moment_of, next_day, read_repeat

HISTORY = ("title", "note", "assignee", "due_at", "due_on", "repeat", "priority", "done_at", "is_cancelled")
_CHANGEABLE = frozenset(
    {"title", "note", "assignee", "customer", "due_at", "due_on", "repeat", "priority", "remind_minutes"}
)
_NOTE_LENGTH = 5000


@transaction.atomic
def add_task(
    *,
    title: str,
    assignee: User,
    customer: Customer | None = None,
    due_at: datetime | None = None,
    due_on: date | None = None,
    note: str = "",
    repeat: str = "",
    priority: int = Task.Priority.NORMAL,
    remind_minutes: int | None = None,
    about: str = "",
    about_id: int | None = None,
    about_words: str = "",
    by: User | None = None,
) -> Task:
    """Due at a moment (`due_at`), on a day of the assignee's (`due_on`), or whenever there is time. `repeat`: an RRULE
    as tasks.rules writes it. `remind_minutes` before it is due; for a day, before nine in the morning. `about`: an
    order or a call, with its number and what people call it."""
    task = Task(
        title=title,
        note=note,
        assignee=assignee,
        created_by=by,
        customer=customer,
        due_at=due_at,
        due_on=due_on,
        repeat=repeat,
        priority=priority,
        remind_minutes=remind_minutes,
        about=about,
        about_id=about_id,
        about_words=about_words[:100],
    )
    write_new_task(task=task, by=by)
    _tell(assignee.pk)
    return task


def write_new_task(*, task: Task, by: User | None, batch: str = "") -> None:
    """In a transaction of the caller's, who tells the assignee."""
    if task.customer is not None:
        task.customer = held_for_writing(task.customer)
    task.title, task.note = _clean(task.title, 200), _clean(task.note, _NOTE_LENGTH)
    _settle_due(task)
    task.save()
    set_reminder(task=task)
    _record(task, Change.Action.CREATED, {}, by, batch)


@transaction.atomic
def change_task(*, task: Task, changes: Mapping[str, Any], by: User | None = None) -> Task:
    """Change these columns (see _CHANGEABLE) of the task as it is now in the database, and return it. A new `due_at`
    takes the place of a `due_on` and the other way round."""
    unknown = changes.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"no such column of a task: {', '.join(sorted(unknown))}")
    fresh = _locked(task)
    before, assignee_before, due_before = snapshot(fresh, HISTORY), fresh.assignee_id, (fresh.due_at, fresh.due_on)
    for name, value in changes.items():
        setattr(fresh, name, value)
    if "due_at" in changes and "due_on" not in changes:
        fresh.due_on = None
    fresh.title, fresh.note = _clean(fresh.title, 200), _clean(fresh.note, _NOTE_LENGTH)
    _settle_due(fresh)
    _save(fresh)
    if (fresh.due_at, fresh.due_on) != due_before or changes.keys() & {"remind_minutes", "assignee"}:
        set_reminder(task=fresh)
    _keep(fresh, Change.Action.CHANGED, before, by, also=assignee_before)
    return fresh


@transaction.atomic
def complete_task(*, task: Task, by: User | None = None, done_at: datetime | None = None) -> bool:
    """False when somebody had closed it before; the first moment stays. A task that repeats makes its next one."""
    return _close(task, by, done_at or timezone.now(), is_cancelled=False)


@transaction.atomic
def cancel_task(*, task: Task, by: User | None = None) -> bool:
    """It will not be done, and does not come again. False when it was closed before."""
    return _close(task, by, timezone.now(), is_cancelled=True)


@transaction.atomic
def reopen_task(*, task: Task, by: User | None = None) -> None:
    """Take it up again; the next one that it had made goes, unless somebody has touched that already."""
    fresh = _locked(task)
    if fresh.is_open:
        return
    before = snapshot(fresh, HISTORY)
    following = Task.objects.open().filter(previous=fresh).first()
    if following is not None and not is_touched(following):
        remove_task(task=following, by=by)
    fresh.done_at, fresh.done_by, fresh.is_cancelled = None, None, False
    _save(fresh)
    set_reminder(task=fresh)
    _keep(fresh, Change.Action.CHANGED, before, by)


@transaction.atomic
def restore_task(*, change: Change, by: User | None = None) -> Task | None:
    """Give the task the values that this step of its history took from it. None when the task is gone."""
    task = Task.objects.select_for_update(of=("self",)).filter(pk=change.object_id).first()
    if task is None or change.about != "task":
        return None
    before, assignee_before = snapshot(task, HISTORY), task.assignee_id
    put_back(task, {name: value for name, value in change.before.items() if name in HISTORY})
    _save(task)
    set_reminder(task=task)
    _keep(task, Change.Action.RESTORED, before, by, also=assignee_before)
    return task


def _close(task: Task, by: User | None, at: datetime, *, is_cancelled: bool) -> bool:
    fresh = _locked(task)
    if not fresh.is_open:
        return False
    before = snapshot(fresh, HISTORY)
    fresh.done_at, fresh.done_by, fresh.is_cancelled = at, by, is_cancelled
    _save(fresh)
    put_reminders_away(task=fresh)
    if fresh.repeat and not is_cancelled:
        _make_next(fresh, at, by)
    _keep(fresh, Change.Action.CANCELLED if is_cancelled else Change.Action.CHANGED, before, by)
    return True


def _make_next(task: Task, done_at: datetime, by: User | None) -> None:
    """The next one in the row: later than the one that is done, and not in the past."""
    repeat, zone = read_repeat(task.repeat), zone_of(task.assignee)
    local = (task.due_at or done_at).astimezone(zone)
    day = next_day(repeat, last=task.due_on or local.date(), after=done_at.astimezone(zone).date())
    if Task.objects.filter(previous=task).exists():
        return  # made when it was done before
    following = Task(previous=task)
    for name in ("customer_id", "about", "about_id", "about_words", "title", "note", "assignee_id", "created_by_id"):
        setattr(following, name, getattr(task, name))
    following.repeat, following.priority, following.remind_minutes = task.repeat, task.priority, task.remind_minutes
    if task.due_at is not None and task.due_on is None:
        following.due_at = moment_of(day, repeat.at or local.time(), zone)
    else:
        following.due_on = day
    _settle_due(following)
    following.save()
    set_reminder(task=following)
    _record(following, Change.Action.CREATED, {}, by)


def is_touched(task: Task) -> bool:
    """Whether anything was done with it since it was written down."""
    steps = Change.objects.filter(about="task", object_id=task.pk)
    return steps.exclude(action=Change.Action.CREATED).exists()


def remove_task(*, task: Task, by: User | None) -> None:
    """For a task that nobody has touched; others are cancelled. In a transaction of the caller's."""
    _record(task, Change.Action.REMOVED, snapshot(task, HISTORY), by)
    task.delete()


def _settle_due(task: Task) -> None:
    """A task of a day is due when that day ends where its assignee is."""
    if task.due_on is not None:
        task.due_at = moment_of(task.due_on, None, zone_of(task.assignee))
    elif task.due_at is not None:
        task.due_at = task.due_at.astimezone(UTC)


def _locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("assignee", "customer").get(pk=task.pk)


def _save(task: Task) -> None:
    task.changed_at = timezone.now()
    task.save()


def _keep(
    task: Task, action: Change.Action, before: dict[str, Any], by: User | None, *, also: int | None = None
) -> None:
    """The history's step, and a word to the desks of those whose task it is or was. The last thing of a transaction."""
    _record(task, action, before, by)
    _tell(task.assignee_id, also)


def _tell(*user_ids: int | None) -> None:
    """The last thing of a transaction."""
    tell([Tell(user_id=user_id, kind="tasks-changed") for user_id in sorted({pk for pk in user_ids if pk})])


def _record(task: Task, action: Change.Action, before: dict[str, Any], by: User | None, batch: str = "") -> None:
    record_change(
        about="task",
        object_id=task.pk,
        customer_id=task.customer_id,
        action=action,
        before=before,
        after=snapshot(task, HISTORY) if action != Change.Action.REMOVED else {},
        by=by,
        batch=batch,
    )


def _clean(text: str, length: int) -> str:
    return text.replace("\x00", "").strip()[:length]  # PostgreSQL knows no NUL
