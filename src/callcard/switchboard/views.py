"""The administrator's windows about PBXs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from callcard.staff.requests import administrator_only
from callcard.switchboard.diagnosis import diagnose_recent_calls
from callcard.switchboard.models import WireLine
from callcard.switchboard.queries import links

WIRE_LINES_SHOWN = 200


@require_GET
@administrator_only
def why(request: HttpRequest) -> HttpResponse:
    context = {
        "links": links(),
        "calls": diagnose_recent_calls(),
        "wire_lines": WireLine.objects.order_by("-id")[:WIRE_LINES_SHOWN],
    }
    return render(request, "switchboard/why.html", context)
