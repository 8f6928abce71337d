"""Presses of Call buttons of long ago: away, but for those that tell which countries the company calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from callcard.jobs.kinds import Run
from callcard.switchboard.models import DialRequest

FORGET_REQUESTS = "forget-requests-to-call"
EVERY = timedelta(days=1)
KEPT = timedelta(days=90)
_AT_ONCE = 500  # a ringing phone may wait for this write


def forget_requests_job(run: Run) -> None:
    forget_requests(before=timezone.now() - KEPT, between=lambda: run.progress(0))


def forget_requests(*, before: datetime, between: Callable[[], None] = lambda: None) -> int:
    """Returns how many are gone. Of each country the newest that was not refused stays, however old: it is what makes
    the country known (see whom.whom).
    """
    placed = DialRequest.objects.filter(problem="").exclude(country="").order_by()
    kept = list(placed.values("country").annotate(newest=Max("pk")).values_list("newest", flat=True))
    old = DialRequest.objects.filter(requested_at__lt=before).exclude(pk__in=kept).order_by("pk")
    number, last = 0, 0
    while keys := list(old.filter(pk__gt=last).values_list("pk", flat=True)[:_AT_ONCE]):
        number += DialRequest.objects.filter(pk__in=keys).delete()[0]
        last = keys[-1]
        between()
    return number
