"""The demo's tasks: some done, some overdue, some to come, one for now."""

from __future__ import annotations

import random
from collections.abc import Sequence
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


def load_tasks(chance: random.Random, *, customers: Sequence[Customer], staff: Sequence[User], now: datetime) -> None:
    chosen = chance.sample(list(customers), k=len(customers) * 2 // 5)
    Task.objects.bulk_create(_task(chance, customer, staff, now) for customer in chosen)
    for user in staff:
        _load_routine(user, customers, now)


def _task(chance: random.Random, customer: Customer, staff: Sequence[User], now: datetime) -> Task:
    assignee = customer.responsible or chance.choice(staff)
    zone = zone_of(assignee)
    day = now.astimezone(zone).date() + timedelta(days=chance.randint(-12, 20))
    at = time(chance.randint(9, 17), chance.choice((0, 15, 30, 45))) if chance.random() < 0.6 else None
    due_at = moment_of(day, at, zone)
    is_done = due_at < now and chance.random() < 0.9
    return Task(
        customer=customer,
        title=chance.choice(_TITLES),
        assignee=assignee,
        created_by=assignee,
        due_at=due_at,
        due_on=None if at else day,
        priority=Task.Priority.HIGH if chance.random() < _URGENT_SHARE else Task.Priority.NORMAL,
        done_at=due_at - timedelta(hours=3) if is_done else None,
        done_by=assignee if is_done else None,
    )


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
