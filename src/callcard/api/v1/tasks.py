"""/tasks: what somebody promised to do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import Counted, PageOfList, answered, asked_of, done, made, page_told, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Day, Given, Id, Moment, Named, Reference, Text, Told, day, moment, named
from callcard.calls.closing import call_in_words
from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.sales.change_words import order_in_words
from callcard.sales.models import Order
from callcard.staff.company import zone_of
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task, TaskQuerySet
from callcard.tasks.queries import put_people_beside, task_seen_by
from callcard.tasks.reminder_services import snooze
from callcard.tasks.rules import RepeatNotValid, read_repeat
from callcard.tasks.services import add_task, cancel_task, change_task, complete_task, reopen_task
from callcard.tasks.veil import veiled_tasks
from callcard.tasks.wording import rule_for
from callcard.ui.lists import Column, counted, keyset_page

router = Router(tags=["tasks"])
_PRIORITIES = {"low": Task.Priority.LOW, "normal": Task.Priority.NORMAL, "high": Task.Priority.HIGH}
_WORDS = {int(value): words for words, value in _PRIORITIES.items()}
Priority = Literal["low", "normal", "high"]
Title = Annotated[Text, Field(min_length=1, max_length=200)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=40_320)]
_ID = r"^[1-9][0-9]{0,17}$"


class TaskTold(Told):
    """`due_on`: of a task of a day, with which `due_at` is the end of that day. `repeat`: an RRULE (RFC 5545), or "".

    `customer` is null, too, where the user may not see them.
    """

    id: int
    title: str
    note: str
    customer: Named | None
    assignee: Named
    created_by: Named | None
    due_at: str | None
    due_on: str | None
    repeat: str
    remind_minutes: int | None
    priority: Priority
    done_at: str | None
    done_by: Named | None
    is_cancelled: bool
    created_at: str
    changed_at: str


class TasksPage(PageOfList):
    items: list[TaskTold]


class TasksQuery(Given):
    """`state`: open, closed or all. `assignee` and `customer`: ids."""

    state: Literal["open", "closed", "all"] = "open"
    assignee: Annotated[str, Field(pattern=_ID)] | None = None
    customer: Annotated[str, Field(pattern=_ID)] | None = None
    after: str = ""


class TaskChange(Given):
    """Due at a moment, on a day, or neither. `repeat`: an RRULE (RFC 5545) such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;
    hour and day of the month are those of when it is due. What is not sent stays as it is."""

    title: Title = "-"
    note: Annotated[Text, Field(max_length=5000)] = ""
    assignee: Reference = 1
    customer: Reference | None = None
    due_at: Moment | None = None
    due_on: Day | None = None
    repeat: Annotated[Text, Field(max_length=200)] = ""
    remind_minutes: Minutes | None = None
    priority: Priority = "normal"


class TaskGiven(TaskChange):
    """Of the token's user, unless an assignee is said."""

    title: Title


class NewTaskGiven(TaskGiven):
    """Of the token's user, unless an assignee is said. What it is about: an order or a call."""

    about_order: Reference | None = None
    about_call: Reference | None = None


class Snoozed(Given):
    until: Moment


@router.get("", response=TasksPage, url_name="api-tasks")
def list_tasks(request: HttpRequest, asked_for: Query[TasksQuery]) -> HttpResponse:
    """Those that the user may see, the soonest due first; of closed ones the last first."""
    user = signed_in(request)
    columns = [Column("due", "", sort="due_at", has_filter=False), Column("done", "", sort="done_at", has_filter=False)]
    is_closed = asked_for.state == "closed"
    names = ("state", "assignee", "customer")
    asked = asked_of(request, "tasks", columns, sort="-done" if is_closed else "due", others=names)
    rows = _filtered(Task.objects.visible_to(user), asked_for)
    found = Counted(*counted(rows))
    page = keyset_page(rows, asked, sort="done_at" if is_closed else "due_at")
    put_people_beside(page.rows, user)
    return page_told(request, "tasks", page, found, lambda tasks: [task_told(task, user) for task in tasks])


def _filtered(rows: TaskQuerySet, asked: TasksQuery) -> TaskQuerySet:
    if asked.state != "all":
        rows = rows.filter(done_at__isnull=asked.state == "open")
    if asked.assignee:
        rows = rows.filter(assignee=int(asked.assignee))
    return rows.filter(customer=int(asked.customer)) if asked.customer else rows


@router.post("", response={201: TaskTold}, url_name="api-tasks", openapi_extra=ONCE)
def new_task(request: HttpRequest, said: NewTaskGiven) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        given = said.model_dump(exclude_unset=True, exclude={"about_order", "about_call"})
        task = add_task(by=user, **{"assignee": user, **columns_of_task(given, user)}, **_about(said, user))
        return made(request, task_told(_task(user, task.pk), user), f"{request.path}/{task.pk}")

    return once(request, do)


@router.get("/{id:pk}", response=TaskTold, url_name="api-task")
def read_task(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    return answered(request, task_told(_task(user, pk), user))


@router.patch("/{id:pk}", response=TaskTold, url_name="api-task", openapi_extra=IF_MATCH)
def change(request: HttpRequest, pk: Id, said: TaskChange) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        Task.objects.select_for_update().filter(pk=pk).values_list("pk").first()
        task = _task(user, pk)
        refuse_if_other(request, task_told(_task(user, pk), user))
        change_task(task=task, changes=columns_of_task(said.model_dump(exclude_unset=True), user, task), by=user)
        return answered(request, task_told(_task(user, pk), user))


@router.post("/{id:pk}/done", response=TaskTold, url_name="api-task-done")
def close(request: HttpRequest, pk: Id) -> HttpResponse:
    """A task that repeats makes its next one. A second time nothing happens."""
    user = signed_in(request)
    complete_task(task=_task(user, pk), by=user)
    return answered(request, task_told(_task(user, pk), user))


@router.post("/{id:pk}/reopen", response=TaskTold, url_name="api-task-reopen")
def reopen(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    reopen_task(task=_task(user, pk), by=user)
    return answered(request, task_told(_task(user, pk), user))


@router.post("/{id:pk}/cancel", response=TaskTold, url_name="api-task-cancel")
def cancel(request: HttpRequest, pk: Id) -> HttpResponse:
    """It will not be done, and does not come again; `reopen` takes it up."""
    user = signed_in(request)
    cancel_task(task=_task(user, pk), by=user)
    return answered(request, task_told(_task(user, pk), user))


@router.post("/{id:pk}/snooze", response={204: None}, url_name="api-task-snooze")
def remind_later(request: HttpRequest, pk: Id, said: Snoozed) -> HttpResponse:
    """Its assignee is reminded of it then, and not before."""
    if said.until <= timezone.now():
        raise Problem(422, errors=[("until", "This moment has passed already.")])
    snooze(task=_task(signed_in(request), pk), until=said.until)
    return done()


def task_told(one: Task, user: User) -> dict[str, Any]:
    """Everything that the API tells of tasks is made here. `one`: as `task_seen_by` reads it, not to be saved then."""
    veiled_tasks([one], user)
    who, by, closer = one.customer, one.created_by, one.done_by
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in ("title", "note", "repeat", "remind_minutes", "is_cancelled")},
        "customer": who and named(who.pk, who.name),
        "assignee": named(one.assignee.pk, one.assignee.shown_name),
        "created_by": by and named(by.pk, by.shown_name),
        "done_by": closer and named(closer.pk, closer.shown_name),
        "due_on": day(one.due_on),
        "priority": _WORDS.get(one.priority, "normal"),  # a row may have come by SQL
        **{name: moment(getattr(one, name)) for name in ("due_at", "done_at", "created_at", "changed_at")},
    }


def _task(user: User, pk: int) -> Task:
    """Any other than those that the user may see does not exist for them (Http404)."""
    task = task_seen_by(user, pk)
    if task is None:
        raise Http404
    return task


def _about(said: NewTaskGiven, user: User) -> dict[str, Any]:
    """Raises Problem."""
    if said.about_order and said.about_call:
        raise Problem(422, errors=[("about_call", "Either an order or a call.")])
    if said.about_order:
        order = _chosen(Order.objects.visible_to(user), said.about_order, "about_order")
        return {"about": Task.About.ORDER, "about_id": order.pk, "about_words": order_in_words(order)}
    if said.about_call:
        call = _chosen(Call.objects.visible_to(user), said.about_call, "about_call")
        return {"about": Task.About.CALL, "about_id": call.pk, "about_words": call_in_words(call)}
    return {}


def columns_of_task(given: dict[str, Any], user: User, task: Task | None = None) -> dict[str, Any]:
    """With records for ids, as the services take them. Raises Problem."""
    columns = dict(given)
    if columns.get("due_at") and columns.get("due_on"):
        raise Problem(422, errors=[("due_on", "Either a moment or a day.")])
    if "title" in columns and not columns["title"].strip():
        raise Problem(422, errors=[("title", "This is missing.")])
    if "priority" in columns:
        columns["priority"] = _PRIORITIES[columns["priority"]]
    if "assignee" in columns:
        people = User.objects.filter(is_active=True)
        columns["assignee"] = _chosen(people, columns["assignee"], "assignee")
    if columns.get("customer") is not None:
        columns["customer"] = _chosen(Customer.objects.visible_to(user), columns["customer"], "customer")
    after = _after(columns, task)
    _refuse_dateless(after)
    if after["repeat"] and columns.keys() & {"repeat", "due_at", "due_on", "assignee"}:
        columns["repeat"] = _rule(after, after["assignee"] or user)
    return columns


def _after(columns: dict[str, Any], task: Task | None) -> dict[str, Any]:
    """What holds then of when it is due. Puts into `columns` what the one way of being due ends of the other."""
    names = ("due_at", "due_on", "remind_minutes", "repeat", "assignee")
    now = {name: getattr(task, name) if task else None for name in names}
    if "due_on" in columns and "due_at" not in columns:
        columns["due_at"] = None
    if "due_at" in columns and "due_on" not in columns:
        columns["due_on"] = None
    return {**now, **columns}


def _refuse_dateless(after: dict[str, Any]) -> None:
    if after["due_at"] or after["due_on"]:
        return
    if after["remind_minutes"] is not None:
        raise Problem(422, errors=[("remind_minutes", "A reminder needs a moment or a day.")])
    if after["repeat"]:
        raise Problem(422, errors=[("repeat", "A task that comes again needs a moment or a day.")])


def _rule(after: dict[str, Any], assignee: User) -> str:
    """As the service keeps it: by the clock of whoever does it. Raises Problem."""
    try:
        wanted = read_repeat(after["repeat"])
    except RepeatNotValid:
        raise Problem(422, errors=[("repeat", "This is no rule that is known here.")]) from None
    on, at = after["due_on"], None
    if not on:
        local = after["due_at"].astimezone(zone_of(assignee))
        on, at = local.date(), local.time()
    return rule_for(wanted.unit, wanted.every, list(wanted.weekdays), on, at)


def _chosen(rows: Any, pk: int, field: str) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Problem(422, errors=[(field, "There is no such record.")])
    return row
