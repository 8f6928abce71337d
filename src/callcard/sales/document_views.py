"""Documents of orders and payments, and the statement of a customer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from callcard.customers.models import Customer
from callcard.customers.veil import veiled
from callcard.customers.views import own_customer
from callcard.sales.documents import paper
from callcard.sales.forms import DayField
from callcard.sales.payment_views import own_payment
from callcard.sales.statements import Statement, statement
from callcard.sales.views import own_order
from callcard.staff.requests import signed_in
from callcard.ui.forms import WindowForm

_DAYS = 90


class PeriodForm(WindowForm):
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            raise forms.ValidationError(gettext_lazy("The last day is before the first."))
        return values


@require_GET
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    order = own_order(request, pk)
    veiled([order.customer], signed_in(request))
    return _pdf(paper.invoice_pdf(order, language=request.GET.get("language", "")), f"invoice-{order.number}")


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_payment(request, pk)
    veiled([payment.customer], signed_in(request))
    return _pdf(paper.receipt_pdf(payment, language=request.GET.get("language", "")), f"receipt-{payment.number}")


@require_GET
def statement_window(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    told, form = _asked(request, customer)
    context = {"statement": told, "form": form, "customer": customer}
    return render(request, "sales/statement.html", context, status=422 if form.errors else 200)


@require_GET
def statement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    told, _form = _asked(request, customer)
    veiled([told.customer], signed_in(request))
    return _pdf(paper.statement_pdf(told, language=request.GET.get("language", "")), f"statement-{pk}")


def _asked(request: HttpRequest, customer: Customer) -> tuple[Statement, PeriodForm]:
    """The last days unless the address says otherwise."""
    today = timezone.localdate()
    usual: dict[str, date] = {"since": today - timedelta(days=_DAYS), "until": today}
    typed = {name: request.GET.get(name) or str(day) for name, day in usual.items()}
    form = PeriodForm(typed, auto_id=f"statement-{customer.pk}-%s")
    days = form.cleaned_data if form.is_valid() else usual
    return statement(customer, days["since"], days["until"]), form


def _pdf(document: bytes, name: str) -> HttpResponse:
    response = HttpResponse(document, content_type="application/pdf")
    safe = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "-_.") else "_" for mark in name)
    response["Content-Disposition"] = f'inline; filename="{safe}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
