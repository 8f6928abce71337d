"""The pop-ups one has had."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from callcard.calls.parts import mark_rows
from callcard.calls.queries import recent_notices
from callcard.staff.requests import signed_in


@require_GET
def recent(request: HttpRequest) -> HttpResponse:
    """The pop-ups this user has had."""
    user = signed_in(request)
    notices = list(recent_notices(user))
    mark_rows([notice.call for notice in notices], user)
    return render(request, "calls/recent.html", {"notices": notices})
