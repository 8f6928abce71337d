"""Reading tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Prefetch, Q

from callcard.customers.models import Customer
from callcard.staff.kept_queries import KeptQuery, KeptQueryOfMany
from callcard.staff.models import User
from callcard.staff.visibility import TASKS, scope_of, visible_to
from callcard.tasks.models import Reminder, Task, TaskQuerySet
from callcard.tasks.rules import moment_of
from callcard.tasks.veil import veiled_tasks

NEXT_DAYS = 7
_SHOWN = 200  # in one part of the day; the rest is counted
_DONE_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One part of somebody's day. `more`: how many are not shown."""

    key: str
    tasks: list[Task]
    more: int = 0


def people_with_tasks(user: User) -> list[User]:
    """Colleagues whose tasks this user may ask for, oneself first."""
    seen, people = visible_to(user, TASKS), User.objects.filter(is_active=True)
    if not seen.everything:
        people = people.filter(pk__in=sorted(seen.responsible_ids or ()))
    return sorted(people, key=lambda person: (person.pk != user.pk, person.shown_name.casefold()))


def tasks_of(user: User, assignee: User | None) -> TaskQuerySet:
    """Those of this assignee, or of everyone, that the user may see; with the people and the customer."""
    seen = Task.objects.visible_to(user).select_related("assignee", "done_by", "created_by").with_customer_for(user)
    return seen.filter(assignee=assignee) if assignee is not None else seen


def task_seen_by(user: User, pk: int) -> Task | None:
    """With its people and, where the user may see them, the customer. None for a task that they may not see."""
    for task in _ONE.rows(pk, user, scope=(user.pk, scope_of(user))):
        put_people_beside([task], user)
        return task
    return None


def put_people_beside(tasks: Sequence[Task], user: User) -> None:
    """Of these tasks the people, and the customers whom the user may see: of others it is None."""
    users = {one.pk: one for one in _USERS.rows(_known(tasks, ("assignee_id", "created_by_id", "done_by_id")))}
    customers, seen = {one.pk: one for one in _CUSTOMERS.rows(_known(tasks, ("customer_id",)))}, visible_to(user)
    for task in tasks:
        kept = task._state.fields_cache
        kept |= {name: users.get(getattr(task, f"{name}_id")) for name in ("assignee", "created_by", "done_by")}
        who = customers.get(task.customer_id or 0)
        kept["customer"] = who if who is not None and seen.allows(who.responsible_id) else None


def _known(tasks: Sequence[Task], names: Sequence[str]) -> list[int]:
    return list({pk for task in tasks for name in names if (pk := getattr(task, name)) is not None})


_OF_PEOPLE = ("first_name", "last_name", "username", "time_zone", "is_active")
_ONE = KeptQuery(lambda pk, user: Task.objects.visible_to(user).filter(pk=pk))
_USERS = KeptQueryOfMany(lambda pks: User.objects.filter(pk__in=pks).only(*_OF_PEOPLE))
_CUSTOMERS = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).only("name", "responsible"))


def day_of(tasks: TaskQuerySet, *, user: User, now: datetime, zone: tzinfo) -> list[Part]:
    """Overdue, today, the next days, without a day, later, and what was done today; as `user` reads them."""
    today = now.astimezone(zone).date()
    tonight, ahead = _midnight(today + timedelta(days=1), zone), _midnight(today + timedelta(days=NEXT_DAYS + 1), zone)
    still_open = tasks.open().order_by("due_at", "-priority", "pk")
    parts = [
        _part("overdue", still_open.filter(due_at__lt=now)),
        _part("today", still_open.filter(due_at__gte=now, due_at__lt=tonight)),
        _part("next", still_open.filter(due_at__gte=tonight, due_at__lt=ahead)),
        _part("undated", still_open.filter(due_at=None).order_by("-priority", "pk")),
        _part("later", still_open.filter(due_at__gte=ahead)),
        Part("done", list(tasks.filter(done_at__gte=_midnight(today, zone)).order_by("-done_at")[:_DONE_SHOWN])),
    ]
    veiled_tasks((task for part in parts for task in part.tasks), user)
    return parts


def _part(key: str, tasks: TaskQuerySet) -> Part:
    rows = list(tasks[: _SHOWN + 1])
    more = tasks.count() - _SHOWN if len(rows) > _SHOWN else 0
    return Part(key, rows[:_SHOWN], more)


def tasks_between(tasks: TaskQuerySet, first: date, last: date, zone: tzinfo) -> dict[date, list[Task]]:
    """Day -> what is due then, done things included and cancelled ones not; both ends included."""
    start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    due = Q(due_on=None, due_at__gte=start, due_at__lt=end) | Q(due_on__gte=first, due_on__lte=last)
    # The column that is indexed narrows it down; a day may end elsewhere on the globe.
    near = Q(due_at__gte=start - timedelta(days=1), due_at__lt=end + timedelta(days=1))
    days: dict[date, list[Task]] = {first + timedelta(days=n): [] for n in range((last - first).days + 1)}
    for task in tasks.filter(near & due, is_cancelled=False).order_by("due_at", "pk"):
        day = task.due_on or (task.due_at.astimezone(zone).date() if task.due_at else None)
        if day in days:
            days[day].append(task)
    for rows in days.values():
        rows.sort(key=lambda task: (task.due_on is None, task.due_at, task.pk))
    return days


def shown_reminders(user: User) -> list[Reminder]:
    """Those that have come and that the user has not put away, the newest first."""
    come = Reminder.objects.filter(task__assignee=user, task__done_at=None, told_at__isnull=False, seen_at=None)
    with_tasks = come.prefetch_related(Prefetch("task", Task.objects.with_customer_for(user)))
    reminders = list(with_tasks.order_by("-at")[:20])
    veiled_tasks((reminder.task for reminder in reminders), user)
    return reminders


def _midnight(day: date, zone: tzinfo) -> datetime:
    return moment_of(day, time(0), zone)
