"""Personal data of a customer: all of it in one file, and erasing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from callcard.customers.erasing import CannotErase, erase_person, outlook, person_of
from callcard.customers.merge_queries import merged_into
from callcard.customers.models import Customer
from callcard.customers.transfer.sending import sent
from callcard.customers.views import own_customer
from callcard.desk.personal_file import person_file
from callcard.staff.requests import address_of, signed_in


@require_http_methods(["GET", "POST"])
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """What may be done; with POST the person is erased, when their name was typed."""
    customer = own_customer(request, pk)
    leads_to = merged_into(customer) if customer.archived_at else None
    if leads_to is not None:
        return redirect("personal-data", pk=own_customer(request, leads_to.pk).pk)
    if request.method == "GET":
        return _asked(request, customer)
    if not signed_in(request).may("customers.delete"):
        raise PermissionDenied
    if request.POST.get("name", "").split() != customer.name.split():
        return _asked(request, customer, _("This is not the name of the customer. Nothing was erased."))
    try:
        with_recordings = request.POST.get("recordings") == "go"
        erase_person(customer=customer, with_recordings=with_recordings, by=signed_in(request))
    except CannotErase as refused:
        return _asked(request, customer, str(refused))
    messages.success(request, _("The person was erased."))
    return redirect("customer-card", pk=pk)


def _asked(request: HttpRequest, customer: Customer, problem: str = "") -> HttpResponse:
    context = {"customer": customer, "steps": outlook(person_of(customer)), "problem": problem}
    return render(request, "desk/personal.html", context, status=422 if problem else 200)


@require_GET
def personal_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    user, customer = signed_in(request), own_customer(request, pk)
    if not user.may("customers.export") or user.veil is not None:
        raise PermissionDenied  # the file is whole: it is nobody's from whom a field is hidden
    pieces = person_file(person_of(customer), user=user, address=address_of(request)[:45])
    return sent(request, pieces, name=f"person-{pk}.zip", media_type="application/zip")
