"""The windows of the call log."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from callcard.calls.filters import LogFilter
from callcard.calls.models import Call
from callcard.calls.queries import name_colleagues, recent_notices, veil_customers
from callcard.staff.requests import signed_in
from callcard.staff.visibility import visible_to

PAGE_SIZE = 50


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = LogFilter(request.GET)
    calls = form.apply(Call.objects.visible_to(user), visible_to(user))
    rows = calls.select_related("customer__responsible", "answered_by").prefetch_related("segments__user")
    page = Paginator(rows.order_by("-started_at", "-id"), PAGE_SIZE).get_page(request.GET.get("page"))
    veil_customers(page, user)
    name_colleagues(list(page))
    return render(request, "calls/log.html", {"page": page, "form": form})


@require_GET
def recent(request: HttpRequest) -> HttpResponse:
    """The pop-ups this user has had."""
    return render(request, "calls/recent.html", {"notices": recent_notices(signed_in(request))})
