"""Callers who waited to be called back, of a person who is erased."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcard.calls.missed.models import MissedCaller
from callcard.customers.erasing import Person, erases, knows
from callcard.live.models import LiveEvent
from callcard.tasks.erasing import erase_tasks
from callcard.tasks.models import Task


def name_steps() -> None:
    """Rows, not only names, go: who waits is read from the calls, and these are of nobody known then."""
    erases("missed", _("Waiting to be called back"), _("goes for good"), count=_count, erase=_erase)
    knows(MissedCaller, fate="goes")


def _rows(person: Person) -> models.QuerySet[MissedCaller]:
    numbers = Q(customer=None) & (Q(e164__in=person.numbers) | Q(number__in=person.numbers))
    return MissedCaller.objects.filter(Q(customer__in=person.ids) | numbers)


def _count(person: Person) -> int:
    return _rows(person).count()


def _erase(person: Person) -> None:
    keys = list(_rows(person).values_list("pk", flat=True))
    tasks = MissedCaller.objects.filter(pk__in=keys, task__isnull=False).values_list("task", flat=True)
    erase_tasks(Task.objects.filter(pk__in=list(tasks)))
    # What it told is read from the event log by whoever was away; two days at most.
    LiveEvent.objects.filter(kind="missed-escalated").delete()
    MissedCaller.objects.filter(pk__in=keys).delete()
