"""My day, a task, and what one does with it in a list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.about import read_about
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.tasks.entry import read_entry
from callcard.tasks.forms import DayField, TaskForm, time_field
from callcard.tasks.models import Task
from callcard.tasks.queries import day_of, people_with_tasks, tasks_of
from callcard.tasks.rules import moment_of
from callcard.tasks.services import add_task, cancel_task, change_task, complete_task, reopen_task
from callcard.tasks.veil import veiled_tasks
from callcard.tasks.wording import words_for_days
from callcard.ui.writing import clock, day

EVERYONE = "all"


def own_task(request: HttpRequest, pk: int) -> Task:
    """A task that this user may see; any other does not exist for them."""
    user = signed_in(request)
    seen = Task.objects.visible_to(user).with_customer_for(user)
    return get_object_or_404(seen.select_related("assignee", "done_by", "created_by"), pk=pk)


def whose(request: HttpRequest) -> tuple[User | None, dict[str, Any]]:
    """Whose tasks are asked for (None: everyone's), and what the choice of people in the page needs."""
    user = signed_in(request)
    people, asked = people_with_tasks(user), request.GET.get("who", "")
    chosen = next((person for person in people if str(person.pk) == asked), user)
    assignee = None if asked == EVERYONE else chosen
    return assignee, {"people": people, "who": EVERYONE if assignee is None else str(chosen.pk), "assignee": assignee}


@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    user, (assignee, choice) = signed_in(request), whose(request)
    now = timezone.now()
    parts = day_of(tasks_of(user, assignee), user=user, now=now, zone=timezone.get_current_timezone())
    context = {"parts": parts, "now": now, "today": timezone.localdate(), "is_own": assignee == user, **choice}
    return render(request, "tasks/my_day.html", context)


@require_POST
def quick(request: HttpRequest) -> HttpResponse:
    """A task in one line, with a day and a time beside it for who prefers that."""
    user = signed_in(request)
    line = request.POST.get("entry", "").replace("\x00", "")[:300]
    entry = read_entry(line, now=timezone.localtime(), words=words_for_days())
    on = _picked(DayField(required=False), request.POST.get("on", "")) or entry.on
    at = _picked(time_field(required=False), request.POST.get("at", "")) or entry.at
    if not entry.title:
        messages.error(request, _("A task needs a few words."))
        return redirect("my-day")
    if at and not on:
        on = timezone.localdate()
    due = {"due_at": moment_of(on, at, timezone.get_current_timezone())} if on and at else {"due_on": on}
    priority = Task.Priority.HIGH if entry.is_urgent else Task.Priority.NORMAL
    task = add_task(
        title=entry.title, assignee=user, by=user, priority=priority, remind_minutes=0 if at else None, **due
    )
    messages.success(request, _added(task))
    return redirect("my-day")


def _picked(field: Any, given: str) -> Any:
    """None for what is no day and no time."""
    try:
        return field.clean(given)
    except Exception:
        return None


def _added(task: Task) -> str:
    if task.due_at is None:
        return _("Noted: %(title)s") % {"title": task.title}
    when = day(task.due_on) if task.due_on else f"{day(task.due_at)} {clock(task.due_at)}"
    return _("Noted for %(when)s: %(title)s") % {"when": when, "title": task.title}


@require_http_methods(["GET", "POST"])
def new_task(request: HttpRequest) -> HttpResponse:
    user, given = signed_in(request), request.GET
    on = _picked(DayField(required=False), given.get("on", ""))
    initial = {"customer": given.get("customer"), "due_on": on, "about": given.get("about", "")}
    form = TaskForm(request.POST or None, user=user, initial=initial, auto_id="new-task-%s")
    about = read_about(str(form["about"].value() or ""))
    if request.method == "POST" and form.is_valid():
        task = add_task(by=user, **form.values(), **about)  # type: ignore[arg-type]
        messages.success(request, _added(task))
        return redirect("task", pk=task.pk)
    context = {"form": form, "task": None, "customer": form.chosen, "about": about}
    return render(request, "tasks/task.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    user, it = signed_in(request), own_task(request, pk)
    form = TaskForm(request.POST or None, user=user, task=it, auto_id=f"task-{pk}-%s")
    if request.method == "POST" and form.is_valid():
        change_task(task=it, changes=form.values(), by=user)
        messages.success(request, _("Saved."))
        return redirect("task", pk=pk)
    veiled_tasks([it], user)
    context = {"form": form, "task": it, "customer": it.customer, "about": it, "now": timezone.now()}
    return render(request, "tasks/task.html", context, status=422 if form.errors else 200)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    complete_task(task=own_task(request, pk), by=signed_in(request))
    return _row(request, pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    reopen_task(task=own_task(request, pk), by=signed_in(request))
    return _row(request, pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    cancel_task(task=own_task(request, pk), by=signed_in(request))
    return _row(request, pk)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """To another day, at the same time of day."""
    it, on = own_task(request, pk), _picked(DayField(), request.POST.get("on", ""))
    if not isinstance(on, date):
        return HttpResponse(status=422)
    change_task(task=it, changes=moved(it, on), by=signed_in(request))
    return HttpResponse(status=204)


def moved(it: Task, on: date) -> dict[str, Any]:
    """What changes of a task that goes to this day, as the reader of the page sees days."""
    if it.due_at is None or it.due_on is not None:
        return {"due_on": on}
    zone = timezone.get_current_timezone()
    local: datetime = it.due_at.astimezone(zone)
    return {"due_at": moment_of(on, local.time(), zone)}


def _row(request: HttpRequest, pk: int) -> HttpResponse:
    """The task's line in a list; on its own window, the window."""
    if "window" in request.POST:
        return redirect("task", pk=pk)
    shown = veiled_tasks([own_task(request, pk)], signed_in(request))[0]
    return render(request, "tasks/row.html", {"task": shown, "now": timezone.now()})
