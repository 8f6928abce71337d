"""What new costs of a period would change, and the word that they shall be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from callcard.calls.tariffs.jobs import PREVIEW_PERIOD, begin_period, writing_of
from callcard.calls.tariffs.preview import newest_price_change
from callcard.jobs.models import Job
from callcard.staff.requests import signed_in

_AMOUNTS = ("before", "after")


@require_http_methods(["GET", "POST"])
def rate_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """POST begins the work, once, and not when the lists say something else than what was shown."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.of(user.pk), pk=pk, kind=PREVIEW_PERIOD)
    if request.method == "GET":
        return render(request, "calls/tariffs/preview.html", _context(job))
    if not may_begin(job):
        messages.error(
            request, _("Nothing was begun: this was written already, or the lists say something else by now.")
        )
        return render(request, "calls/tariffs/preview.html", _context(job), status=409)
    begin_period(preview=job, user_id=user.pk)
    return redirect("rate-preview", pk=pk)


def may_begin(job: Job) -> bool:
    """Whether this preview still tells what would be written, and nobody has had it written."""
    found = job.result.get("found", {})
    return bool(found.get("changed")) and not _is_old(found) and writing_of(job) is None


def _is_old(found: Mapping[str, Any]) -> bool:
    return bool(found["price_change"] != newest_price_change())


def _context(job: Job) -> dict[str, Any]:
    found = job.result.get("found")
    context = {
        "job": job,
        "since": date.fromisoformat(job.arguments["since"]),
        "until": date.fromisoformat(job.arguments["until"]),
        "found": found,
    }
    if found is not None:
        context |= {name: list(_with_amounts(found[name])) for name in ("currencies", "rows")}
        context |= {"is_old": _is_old(found), "writing": writing_of(job)}
    return context


def _with_amounts(told: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in told:
        yield {**one, **{name: Decimal(one[name]) for name in _AMOUNTS if one[name]}}
