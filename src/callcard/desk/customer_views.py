"""A new customer, typed in while a call rings or at leisure. The card is in desk.customer_card_views."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from callcard.calls.models import Call
from callcard.calls.services import choose_customer, give_number
from callcard.customers.form_views import entry_context
from callcard.customers.forms import CustomerEntry
from callcard.customers.models import Customer
from callcard.kit.ids import is_id
from callcard.staff.models import User
from callcard.staff.requests import signed_in


@require_http_methods(["GET", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Made while a call rings, the customer is the call's too."""
    call = _call_of(request, request.POST.get("call") or request.GET.get("call", ""))
    number = request.GET.get("number", "").replace("\x00", "")[:64]
    data = request.POST if request.method == "POST" else None
    user = signed_in(request)
    entry = CustomerEntry(data, request.FILES, user=user, number=number)
    customer = entry.write() if entry.is_valid() else None
    if customer is not None:
        if call is not None:
            _name_caller(call, customer, user)
        messages.success(request, _("%(name)s is a customer now.") % {"name": customer.name})
        return redirect("customer-card", pk=customer.pk)
    if not entry.is_bound:
        entry.form.fields["name"].widget.attrs["autofocus"] = True
    context = {**entry_context(entry), "call_id": call.pk if call else ""}
    return render(request, "customers/new.html", context, status=422 if entry.is_bound else 200)


def _name_caller(call: Call, customer: Customer, user: User) -> None:
    """Who does not see the number whole could not type it: the customer gets it all the same."""
    if user.veil is None or user.veil.has_whole_numbers:
        choose_customer(call=call, customer=customer)
    else:
        give_number(call=call, customer=customer, by=user)


def _call_of(request: HttpRequest, given: str) -> Call | None:
    """The call, if it was shown to this user."""
    if not is_id(given):
        return None
    return Call.objects.filter(pk=int(given), notices__user=signed_in(request)).first()
