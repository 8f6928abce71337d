"""The same task for many customers in one step, with one undo."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from callcard.customers.models import Customer
from callcard.live.services import Tell, tell
from callcard.staff.models import Change, User
from callcard.tasks.models import Task
from callcard.tasks.services import is_touched, remove_task, write_new_task

_AT_ONCE = 25


def add_tasks(
    *,
    customer_ids: Iterable[int],
    values: Mapping[str, Any],
    to_responsible: bool,
    by: User,
    batch: str = "",
    done_before: Callable[[int], None] = lambda done: None,
) -> tuple[str, int]:
    """A task for each of these customers whom `by` may see. Returns the batch for `undo_tasks`, and how many.

    `values`: columns of a task. `to_responsible`: the customer's responsible does it, if there is one. In short
    transactions; customers with a task of this batch are passed over, so it may be repeated after it was cut off.
    `done_before`: told after each transaction how many customers were gone through.
    """
    batch = batch or f"tasks:{secrets.token_hex(6)}"
    ids, made = list(dict.fromkeys(customer_ids)), 0
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            made += _add_some(ids[start : start + _AT_ONCE], values, to_responsible, by, batch)
        done_before(min(start + _AT_ONCE, len(ids)))
    return batch, made


def _add_some(ids: list[int], values: Mapping[str, Any], to_responsible: bool, by: User, batch: str) -> int:
    have = Change.objects.filter(batch=batch, about="task", customer_id__in=ids).values_list("customer_id", flat=True)
    customers = Customer.objects.visible_to(by).filter(pk__in=ids).exclude(pk__in=set(have))
    tasks = []
    for customer in customers.select_related("responsible").order_by("pk"):
        task = Task(customer=customer, created_by=by, **values)
        if to_responsible and customer.responsible is not None and customer.responsible.is_active:
            task.assignee = customer.responsible
        write_new_task(task=task, by=by, batch=batch)
        tasks.append(task)
    _tell(tasks)
    return len(tasks)


def undo_tasks(*, batch: str, by: User, done_before: Callable[[int], None] = lambda done: None) -> int:
    """Take away the tasks that `by` made in this batch, where nobody has touched them since; how many. May be
    repeated."""
    made = Change.objects.filter(batch=batch, about="task", action=Change.Action.CREATED, by=by).order_by("-pk")
    undone = 0
    while some := list(made[:_AT_ONCE]):
        with transaction.atomic():
            tasks = Task.objects.select_for_update(of=("self",)).filter(pk__in=[change.object_id for change in some])
            untouched = [task for task in tasks if not is_touched(task)]
            for task in untouched:
                remove_task(task=task, by=by)
            Change.objects.filter(pk__in=[change.pk for change in some]).update(batch="")
            _tell(untouched)
        undone += len(untouched)
        done_before(undone)
    return undone


def _tell(tasks: Iterable[Task]) -> None:
    """Once for each assignee, not for each task. The last thing of a transaction."""
    tell([Tell(user_id=pk, kind="tasks-changed") for pk in sorted({task.assignee_id for task in tasks})])
