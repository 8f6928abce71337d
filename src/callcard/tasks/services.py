"""Writes of tasks."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.tasks.models import Task


def add_task(*, title: str, assignee: User, customer: Customer | None = None, due_at: datetime | None = None) -> Task:
    return Task.objects.create(title=title.strip(), assignee=assignee, customer=customer, due_at=due_at)


def complete_task(*, task: Task, done_at: datetime | None = None) -> bool:
    """False when somebody had done it before; the first moment stays."""
    return bool(Task.objects.filter(pk=task.pk, done_at=None).update(done_at=done_at or timezone.now()))


def reopen_task(*, task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(done_at=None)
