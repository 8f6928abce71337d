"""The pages where a customer is typed in or changed, and what they ask while somebody types."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.forms import CustomerEntry
from callcard.customers.likenesses import likenesses
from callcard.customers.services import archive_customer, restore_customer
from callcard.customers.views import own_customer
from callcard.kit.ids import is_id
from callcard.staff.company import company
from callcard.staff.requests import signed_in
from callcard.telephony.numbers import legible, read_number

_NUMBERS_ASKED = 6


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    data = request.POST if request.method == "POST" else None
    entry = CustomerEntry(data, request.FILES, user=signed_in(request), customer=customer)
    if entry.is_valid() and entry.write() is not None:
        messages.success(request, _("Saved."))
        return redirect("customer-card", pk=pk)
    # The form has already written what was typed into its customer.
    context = entry_context(entry, named=own_customer(request, pk).name)
    return render(request, "customers/edit.html", context, status=422 if entry.is_bound else 200)


@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    archive_customer(customer=customer, by=signed_in(request))
    messages.success(request, _("%(name)s is archived: out of lists, and kept.") % {"name": customer.name})
    return redirect("customer-card", pk=pk)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    restore_customer(customer=customer, by=signed_in(request))
    messages.success(request, _("%(name)s is back in the lists.") % {"name": customer.name})
    return redirect("customer-card", pk=pk)


def entry_context(entry: CustomerEntry, *, named: str = "") -> dict[str, Any]:
    """What customers/fields.html expects."""
    return {"entry": entry, "form": entry.form, "customer": entry.customer, "named": named}


@require_GET
def alike(request: HttpRequest) -> JsonResponse:
    """Who may be the same as the customer that is being typed: `name`, `number` (several), `except` (an id).

    {"numbers": [{"shown", "is_valid"}, ...] as they were given, "html": list items, empty when nobody is like that}.
    """
    numbers = [number[:64].replace("\x00", "") for number in request.GET.getlist("number")[:_NUMBERS_ASKED]]
    name, leave_out = request.GET.get("name", "")[:200].replace("\x00", ""), request.GET.get("except", "")
    found = likenesses(
        name=name,
        numbers=numbers,
        user=signed_in(request),
        leave_out=int(leave_out) if is_id(leave_out) else 0,
    )
    html = render_to_string("customers/alike.html", {"found": found}, request).strip()
    return JsonResponse({"numbers": [_reading(number) for number in numbers], "html": html})


def _reading(raw: str) -> dict[str, Any]:
    number = read_number(raw, company().region)
    return {"shown": legible(number.e164) if number.e164 else "", "is_valid": number.is_valid or not raw.strip()}
