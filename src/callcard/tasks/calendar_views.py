"""The calendar: a month, a week or a day of tasks."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from callcard.staff.requests import signed_in
from callcard.tasks.forms import DayField
from callcard.tasks.models import Task
from callcard.tasks.queries import tasks_between, tasks_of
from callcard.tasks.veil import veiled_tasks
from callcard.tasks.views import whose
from callcard.tasks.wording import first_weekday, month_title, weekday_names

VIEWS = ("month", "week", "day")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day that is shown. `is_outside`: of a neighbouring month."""

    day: date
    tasks: list[Task]
    is_outside: bool
    still_open: int
    is_late: bool


def _cell(day: date, tasks: list[Task], *, is_outside: bool, now: datetime) -> Cell:
    still_open = [task for task in tasks if task.done_at is None]
    is_late = any(task.due_at is not None and task.due_at < now for task in still_open)
    return Cell(day, tasks, is_outside, len(still_open), is_late)


@require_GET
def task_calendar(request: HttpRequest) -> HttpResponse:
    user, (assignee, choice) = signed_in(request), whose(request)
    view = request.GET.get("view", "month")
    view = view if view in VIEWS else "month"
    on = _day(request.GET.get("on", ""))
    first, last = _span(view, on)
    zone = timezone.get_current_timezone()
    now = timezone.now()
    days = tasks_between(tasks_of(user, assignee), first, last, zone)
    veiled_tasks((task for rows in days.values() for task in rows), user)
    is_month = view == "month"
    cells = [_cell(day, tasks, is_outside=is_month and day.month != on.month, now=now) for day, tasks in days.items()]
    context = {
        "view": view,
        "on": on,
        "today": timezone.localdate(),
        "now": now,
        "chosen": days[on] if is_month else [],
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "weekdays": _weekdays(first, len(cells)),
        "title": "" if view == "day" else month_title(on),
        **_neighbours(view, on),
        **choice,
    }
    return render(request, "tasks/calendar.html", context)


def _day(given: str) -> date:
    try:
        return DayField(required=False).clean(given) or timezone.localdate()
    except Exception:
        return timezone.localdate()


def _span(view: str, on: date) -> tuple[date, date]:
    """The first and the last day that are shown: whole weeks, as they begin here."""
    if view == "day":
        return on, on
    first, last = on, on
    if view == "month":
        first = on.replace(day=1)
        last = on.replace(day=calendar.monthrange(on.year, on.month)[1])
    begin = first_weekday()
    first -= timedelta(days=(first.weekday() - begin) % 7)
    last += timedelta(days=(begin + 6 - last.weekday()) % 7)
    return first, last


def _neighbours(view: str, on: date) -> dict[str, Any]:
    if view == "month":
        first = on.replace(day=1)
        length = calendar.monthrange(first.year, first.month)[1]
        return {"earlier": first - timedelta(days=1), "later": first + timedelta(days=length)}
    step = timedelta(days=7 if view == "week" else 1)
    return {"earlier": on - step, "later": on + step}


def _weekdays(first: date, count: int) -> list[str]:
    names = weekday_names()
    return [names[(first.weekday() + n) % 7] for n in range(min(7, count))]
