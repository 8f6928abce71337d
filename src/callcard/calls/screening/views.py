"""The administrator's list of blocked numbers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from callcard.calls.screening.forms import BlockForm
from callcard.calls.screening.models import BlockedNumber
from callcard.calls.screening.queries import blocked_now, no_longer_blocked
from callcard.calls.screening.services import block, block_again, unblock
from callcard.customers.queries import match_number
from callcard.staff.company import company
from callcard.staff.requests import signed_in


@require_http_methods(["GET", "POST"])
def blocked_numbers(request: HttpRequest) -> HttpResponse:
    """The list, and a line to add one. `number` fills the line in."""
    region = company().region
    initial = {"number": request.GET.get("number", "").replace("\x00", "")[:64]}
    form = BlockForm(request.POST if request.method == "POST" else None, region=region, initial=initial)
    if form.is_bound and form.is_valid():
        line = block(by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("%(number)s is blocked.") % {"number": line})
        if not line.is_prefix and match_number(line.number, region=region).kind == "exact":
            messages.warning(request, _("This is the number of a customer."))
        return redirect("blocked-numbers")
    now = timezone.now()
    context = {"form": form, "blocked": blocked_now(now), "earlier": no_longer_blocked(now)}
    return render(request, "calls/screening/blocked.html", context, status=422 if form.errors else 200)


@require_POST
def unblock_number(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(BlockedNumber, pk=pk)
    unblock(line=line, by=signed_in(request))
    messages.success(request, _("%(number)s gets through again.") % {"number": line})
    return redirect("blocked-numbers")


@require_POST
def block_number_again(request: HttpRequest, pk: int) -> HttpResponse:
    line = block_again(line=get_object_or_404(BlockedNumber, pk=pk), by=signed_in(request))
    messages.success(request, _("%(number)s is blocked.") % {"number": line})
    return redirect("blocked-numbers")
