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

from callcard.calls.tariffs.jobs import PREVIEW_PERIOD, begin_period, is_begun
from callcard.calls.tariffs.preview import newest_price_change
from callcard.jobs.models import Job
from callcard.staff.requests import signed_in

_AMOUNTS = ("before", "after")


@require_http_methods(["GET", "POST"])
def rate_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """POST begins the work, once, and not when the lists say something else than what was shown."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.of(user.pk), pk=pk, kind=PREVIEW_PERIOD, state=Job.State.DONE)
    found = job.result["found"]
    is_old = is_begun(job) or found["price_change"] != newest_price_change()
    if request.method == "POST" and not is_old and found["changed"]:
        begin_period(preview=job, user_id=user.pk)
        return redirect("tariffs")
    if request.method == "POST":
        messages.error(
            request, _("Nothing was begun: this was written already, or the lists say something else by now.")
        )
    context = {
        "job": job,
        "since": date.fromisoformat(job.arguments["since"]),
        "until": date.fromisoformat(job.arguments["until"]),
        "found": found,
        "currencies": list(_with_amounts(found["currencies"])),
        "rows": list(_with_amounts(found["rows"])),
        "is_old": is_old,
    }
    return render(request, "calls/tariffs/preview.html", context, status=409 if request.method == "POST" else 200)


def _with_amounts(told: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in told:
        yield {**one, **{name: Decimal(one[name]) for name in _AMOUNTS if one[name]}}
