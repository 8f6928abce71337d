"""The window of a customer's consents."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from callcard.customers.consent.forms import ConsentForm
from callcard.customers.consent.models import Consent
from callcard.customers.consent.services import newest_of, note_consent
from callcard.customers.views import own_customer
from callcard.staff.requests import signed_in

_SHOWN = 100


@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest, pk: int) -> HttpResponse:
    """What counts for each way, and all that was ever noted, the newest first."""
    customer = own_customer(request, pk)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note_consent(customer=customer, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Noted down."))
        return redirect("customer-consents", pk=pk)
    counting = newest_of(pk)
    context = {
        "customer": customer,
        "form": form,
        "ways": [(label, counting.get(value)) for value, label in Consent.Way.choices],
        "rows": Consent.objects.filter(customer=pk).select_related("noted_by").order_by("-pk")[:_SHOWN],
    }
    return render(request, "customers/consents.html", context, status=422 if form.is_bound else 200)
