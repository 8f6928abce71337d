"""Reading jobs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Min

from callcard.jobs.models import Job, Schedule


def next_free_at(kinds: Iterable[str]) -> datetime | None:
    """When the first open job of these kinds may be taken; None when there is none."""
    first: datetime | None = Job.objects.open().filter(kind__in=list(kinds)).aggregate(first=Min("free_at"))["first"]
    return first


def next_slot_at() -> datetime | None:
    """When the first schedule is due."""
    first: datetime | None = Schedule.objects.filter(is_enabled=True).aggregate(first=Min("next_at"))["first"]
    return first
