"""The demo's tasks: some done, some overdue, some to come."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.tasks.models import Task

_TITLES = (
    *("Call back about the offer", "Send the catalogue", "Ask whether the delivery was fine", "Remind of the invoice"),
    *("Arrange the delivery date", "Send photos of the teak bench", "Check the warranty", "Wish a happy birthday"),
)


def load_tasks(chance: random.Random, *, customers: Sequence[Customer], staff: Sequence[User], now: datetime) -> None:
    chosen = chance.sample(list(customers), k=len(customers) * 2 // 5)
    Task.objects.bulk_create(_task(chance, customer, staff, now) for customer in chosen)


def _task(chance: random.Random, customer: Customer, staff: Sequence[User], now: datetime) -> Task:
    due_at = now + timedelta(days=chance.randint(-12, 20), hours=chance.randint(-6, 6))
    is_done = due_at < now and chance.random() < 0.65
    return Task(
        customer=customer,
        title=chance.choice(_TITLES),
        assignee=customer.responsible or chance.choice(staff),
        due_at=due_at,
        done_at=due_at - timedelta(hours=3) if is_done else None,
    )
