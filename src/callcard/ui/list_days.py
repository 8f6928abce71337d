"""Days that somebody filters a list by."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone


def read_day(text: str) -> date | None:
    """A day in ISO 8601, in a year that one means; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1800 < found.year < 9000 else None


def midnight(day: date) -> datetime:
    """The moment at which the day begins in the time zone of who asks."""
    return timezone.make_aware(datetime.combine(day, time()))
