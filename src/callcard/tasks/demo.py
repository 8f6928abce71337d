"""The demo's tasks: some done, some overdue, some to come, one for now."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from django.utils import timezone

from callcard.customers.models import Customer
from callcard.staff.company import zone_of
from callcard.staff.models import User
from callcard.tasks.models import Task
from callcard.tasks.rules import Repeat, Unit, moment_of
from callcard.tasks.services import add_task

_TITLES = (
    *("Call back about the offer", "Send the catalogue", "Ask whether the delivery was fine", "Remind of the invoice"),
    *("Arrange the delivery date", "Send photos of the teak bench", "Check the warranty", "Wish a happy birthday"),
)
_URGENT_SHARE = 0.08
_LEFT_UNDONE = 6  # one of so many


def load_tasks(chance: random.Random, *, customers: Sequence[Customer], staff: Sequence[User], now: datetime) -> None:
    chosen = chance.sample(list(customers), k=len(customers) * 2 // 5)
    tasks = [_task(chance, customer, staff, now) for customer in chosen]
    _do_most(task for task in tasks if task.due_at and task.due_at < now)
    Task.objects.bulk_create(tasks)
    for user in staff:
        _load_routine(user, customers, now)


def _task(chance: random.Random, customer: Customer, staff: Sequence[User], now: datetime) -> Task:
    assignee = customer.responsible or chance.choice(staff)
    zone = zone_of(assignee)
    day = now.astimezone(zone).date() + timedelta(days=chance.randint(-12, 20))
    at = time(chance.randint(9, 17), chance.choice((0, 15, 30, 45))) if chance.random() < 0.6 else None
    return Task(
        customer=customer,
        title=chance.choice(_TITLES),
        assignee=assignee,
        created_by=assignee,
        due_at=moment_of(day, at, zone),
        due_on=None if at else day,
        priority=Task.Priority.HIGH if chance.random() < _URGENT_SHARE else Task.Priority.NORMAL,
    )


def _do_most(past: Iterable[Task]) -> None:
    for index, task in enumerate(past):
        if task.due_at and index % _LEFT_UNDONE:
            task.done_at, task.done_by = task.due_at - timedelta(hours=3), task.assignee


def _load_routine(user: User, customers: Sequence[Customer], now: datetime) -> None:
    """What everybody has: something that comes again, something without a day, and a reminder in a little while."""
    today = timezone.localdate(now, zone_of(user))
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    add_task(
        title="Report of the week", assignee=user, due_on=friday, repeat=str(Repeat(Unit.WEEKLY, 1, (4,))), by=user
    )
    add_task(title="Tidy up the showroom pictures", assignee=user, by=user)
    soon, customer = now + timedelta(minutes=20), customers[user.pk % len(customers)]
    add_task(
        title="Call about the garden set", assignee=user, customer=customer, due_at=soon, remind_minutes=0, by=user
    )
