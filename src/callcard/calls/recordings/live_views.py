"""What open windows fetch anew when a call gets a recording, or loses one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from callcard.calls.parts import mark_rows
from callcard.calls.recordings.call_part import recordings_of_call
from callcard.calls.seen import call_seen_by
from callcard.staff.requests import signed_in


@never_cache
@require_GET
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The recordings in the window of the call."""
    user = signed_in(request)
    call = call_seen_by(user, pk)
    context = {"call": call, "part": recordings_of_call(call, user)}
    return render(request, "calls/recordings/inner.html", context)


@never_cache
@require_GET
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """The play button of a line of a list; empty when there is nothing that this user may hear."""
    user = signed_in(request)
    call = call_seen_by(user, pk)
    mark_rows([call], user)
    if not call.played:
        return HttpResponse()
    return render(request, "calls/recordings/button.html", {"call": call, "in_list": "list" in request.GET})
