"""The calendar of one user's open tasks, at an address that only they know."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.veil import veiled
from callcard.staff.models import User
from callcard.tasks.ics import Entry, calendar_text
from callcard.tasks.models import Task, TaskChoices
from callcard.tasks.veil import veiled_tasks

_PAST = timedelta(days=90)
_ENTRIES = 2000


def renew_feed_key(*, user: User) -> str:
    """A new secret; whoever had the old address reads nothing any more."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        TaskChoices.objects.update_or_create(user=user, defaults={"feed_key": key})
    return key


def close_feed(*, user: User) -> None:
    TaskChoices.objects.filter(user=user).update(feed_key=None)


def user_of_feed(key: str) -> User | None:
    """Whose feed this is; None for a wrong key and for somebody who has left."""
    return User.objects.filter(
        pk__in=TaskChoices.objects.filter(feed_key=key).values("user_id"), is_active=True
    ).first()


def feed_text(user: User) -> str:
    due = Task.objects.open().filter(assignee=user, due_at__gte=timezone.now() - _PAST)
    rows = due.with_customer_for(user).prefetch_related("customer__phones").order_by("due_at")[:_ENTRIES]
    tasks = veiled_tasks(rows, user)
    veiled([task.customer for task in tasks if task.customer is not None], user)
    return calendar_text(_("Tasks of %(name)s") % {"name": user.shown_name}, (_entry(task) for task in tasks))


def _entry(task: Task) -> Entry:
    host = urlsplit(settings.PUBLIC_ADDRESS).hostname or "callcard.invalid"
    return Entry(
        uid=f"task-{task.pk}@{host}",
        title=task.title,
        changed_at=task.changed_at,
        at=None if task.due_on else task.due_at,
        on=task.due_on,
        text="\n".join(_text(task)),
        url=f"{settings.PUBLIC_ADDRESS}/tasks/{task.pk}" if settings.PUBLIC_ADDRESS else "",
    )


def _text(task: Task) -> Iterator[str]:
    if task.customer is not None:
        yield task.customer.name
        yield from (phone.raw for phone in task.customer.phones.all())
    if task.about_words:
        yield task.about_words
    if task.note:
        yield task.note
