"""The windows of payments and debts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.models import Customer
from callcard.customers.views import own_customer
from callcard.kit.ids import id_in
from callcard.sales.forms import PaymentForm, decimal_point
from callcard.sales.models import Order, Payment, PaymentMethod
from callcard.sales.payment_services import (
    MoreThanWasPaid,
    NotAllocated,
    allocate,
    cancel_payment,
    record_payment,
    restore_payment,
)
from callcard.sales.queries import orders_to_pay
from callcard.sales.rules import NotAnAmount, places_of, read_amount
from callcard.sales.views import own_order
from callcard.staff.company import company
from callcard.staff.requests import signed_in
from callcard.ui.writing import money


def own_payment(request: HttpRequest, pk: int) -> Payment:
    """A payment that this user may see; any other does not exist for them."""
    seen = Payment.objects.visible_to(signed_in(request))
    return get_object_or_404(seen.select_related("customer", "order", "method", "cancelled_by"), pk=pk)


@require_http_methods(["GET", "POST"])
def order_pay(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still owed for the order is filled in."""
    order = own_order(request, pk)
    initial: dict[str, object] = {"amount": max(order.debt, Decimal(0)) or "", "currency": order.currency}
    return _pay(request, order.customer, order, initial)


@require_http_methods(["GET", "POST"])
def customer_pay(request: HttpRequest) -> HttpResponse:
    """An advance, or money for what the customer owes in all."""
    customer = own_customer(request, id_in(request.GET.get("customer", "")) or 0)
    most = customer.balances.filter(owed__gt=0).order_by("-owed").first()
    initial: dict[str, object] = {
        "currency": most.currency if most else company().currency,
        "amount": most.owed if most else "",
    }
    return _pay(request, customer, None, initial, orders=orders_to_pay(signed_in(request), customer))


def _pay(
    request: HttpRequest,
    customer: Customer,
    order: Order | None,
    initial: dict[str, object],
    orders: Sequence[Order] = (),
) -> HttpResponse:
    key = f"order-{order.pk}" if order else f"customer-{customer.pk}"
    form = PaymentForm(request.POST if request.method == "POST" else None, initial=initial, order=order, key=key)
    if form.is_bound and form.is_valid():
        try:
            payment = record_payment(customer=customer, order=order, by=signed_in(request), **form.columns())
        except MoreThanWasPaid as refused:
            words = _("Only %(paid)s was paid for this order: more than that cannot be given back.")
            form.add_error("amount", words % {"paid": money(refused.paid, form.cleaned_data["currency"])})
        except ValueError:
            form.add_error(None, _("This order is cancelled, or in another currency by now."))
        else:
            messages.success(request, _("Payment %(number)s is written down.") % {"number": payment.number})
            return redirect("payment", pk=payment.pk)
    has_methods = PaymentMethod.objects.exists()
    context = {"form": form, "customer": customer, "order": order, "orders": orders, "has_methods": has_methods}
    return render(request, "sales/pay.html", context, status=422 if form.errors else 200)


@require_GET
def payment_window(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_payment(request, pk)
    context: dict[str, object] = {"payment": payment, "allocations": payment.allocations.select_related("order")}
    if payment.free > 0:
        context["orders"] = orders_to_pay(signed_in(request), payment.customer, currency=payment.currency)
    return render(request, "sales/payment.html", context)


@require_POST
def payment_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    why = request.POST.get("why", "").replace("\x00", "")
    cancel_payment(payment=own_payment(request, pk), why=why, by=signed_in(request))
    messages.success(request, _("The payment is cancelled: it counts no more."))
    return redirect("payment", pk=pk)


@require_POST
def payment_restore(request: HttpRequest, pk: int) -> HttpResponse:
    restore_payment(payment=own_payment(request, pk), by=signed_in(request))
    messages.success(request, _("The payment counts again."))
    return redirect("payment", pk=pk)


@require_POST
def payment_allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends: order (its id), amount; without an amount as much as the order needs and the advance has."""
    payment = own_payment(request, pk)
    order = own_order(request, id_in(request.POST.get("order", "")) or 0)
    try:
        text = request.POST.get("amount", "").strip()
        amount = max(min(order.debt, payment.free), Decimal(0))
        if text:
            amount = read_amount(text, point=decimal_point(), places=places_of(payment.currency))
        allocate(payment=payment, order=order, amount=amount, by=signed_in(request))
        words = _("%(amount)s of the advance are used for order %(number)s.")
        messages.success(request, words % {"amount": money(amount, payment.currency), "number": order.number})
    except NotAnAmount:
        messages.error(request, _("This is not an amount."))
    except NotAllocated:
        messages.error(request, _("So much of this advance cannot be given to this order."))
    return redirect("order", pk=order.pk) if "from_order" in request.POST else redirect("payment", pk=pk)
