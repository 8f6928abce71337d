"""The windows of orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.about import address_of_new_task
from callcard.customers.files import largest_file_mb
from callcard.customers.models import Customer
from callcard.customers.views import own_customer
from callcard.kit.ids import id_in
from callcard.sales.change_words import order_in_words
from callcard.sales.documents.languages import languages_for
from callcard.sales.forms import OrderForm, decimal_point, not_a_discount, typed
from callcard.sales.models import Order, OrderState
from callcard.sales.queries import free_advances
from callcard.sales.rules import (
    LARGEST_TOTAL,
    NotAnAmount,
    OrderFigures,
    line_discount,
    order_figures,
    places_of_price,
    read_discount,
)
from callcard.sales.services import (
    ChangedMeanwhile,
    CurrencyIsSettled,
    OrderIsCancelled,
    cancel_order,
    first_state,
    record_order,
    restore_order,
    update_order,
)
from callcard.sales.typed_lines import TypedLine, drafts, figures_of_lines, lines_of, read_lines
from callcard.staff.company import company
from callcard.staff.models import Change
from callcard.staff.places import currencies
from callcard.staff.requests import signed_in
from callcard.ui.writing import money

_CHANGES_SHOWN = 30


def own_order(request: HttpRequest, pk: int) -> Order:
    """An order that this user may see; any other does not exist for them."""
    seen = Order.objects.visible_to(signed_in(request))
    return get_object_or_404(seen.select_related("customer", "state", "responsible", "cancelled_by"), pk=pk)


# -- one order --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def order_new(request: HttpRequest) -> HttpResponse:
    """For the customer that the address names."""
    named = id_in(request.POST.get("customer") or request.GET.get("customer", ""))
    if named is None:
        return render(request, "sales/order_for.html")
    customer = own_customer(request, named)
    initial = {"state": first_state(), "currency": _currency_for(customer), "responsible": signed_in(request)}
    form = OrderForm(request.POST if request.method == "POST" else None, initial=initial)
    lines = read_lines(request.POST)
    if form.is_bound and form.is_valid() and _are_right(lines, form):
        order = _record(request, customer, form, lines)
        messages.success(request, _("Order %(number)s is written down.") % {"number": order.number})
        return redirect("order", pk=order.pk)
    return _order_page(request, form, lines, {"customer": customer})


def _currency_for(customer: Customer) -> str:
    """That of their last order, else the company's."""
    last = customer.orders.order_by("-ordered_at").values_list("currency", flat=True).first()
    return last or company().currency


@transaction.atomic
def _record(request: HttpRequest, customer: Customer, form: OrderForm, lines: list[TypedLine]) -> Order:
    columns = form.columns()
    made = drafts(lines, currency=columns["currency"])
    included = company().prices_include_tax
    return record_order(customer=customer, lines=made, is_tax_included=included, by=signed_in(request), **columns)


def _are_right(lines: list[TypedLine], form: OrderForm) -> bool:
    if not lines:
        form.add_error(None, _("Write at least one line: what is sold and for how much."))
    if any(line.wrong for line in lines):
        form.add_error(None, _("Something in the lines is not right: look at what is marked."))
    elif lines and abs(_figures(form.columns(), lines).total) > LARGEST_TOTAL:
        form.add_error(None, _("This comes to more than can be written down."))
    return not form.non_field_errors()


def _figures(columns: dict[str, Any], lines: list[TypedLine], *, is_tax_included: bool = True) -> OrderFigures:
    return order_figures(
        figures_of_lines(lines),
        currency=columns["currency"],
        discount_percent=columns["discount_percent"],
        discount_amount=columns["discount_amount"],
        is_tax_included=is_tax_included,
    )


@require_http_methods(["GET", "POST"])
def order_window(request: HttpRequest, pk: int) -> HttpResponse:
    order = own_order(request, pk)
    form = OrderForm(request.POST if request.method == "POST" else None, order=order)
    lines = read_lines(request.POST) if form.is_bound else lines_of(order)
    if form.is_bound and _is_right(order, form, lines) and _save(request, order, form, lines):
        messages.success(request, _("Saved."))
        return redirect("order", pk=pk)
    return _order_page(request, form, lines, {"customer": order.customer, "order": order, **_around(order)})


@require_GET
def order_task(request: HttpRequest, pk: int) -> HttpResponse:
    """To a new task about this order."""
    order = own_order(request, pk)
    words, who = order_in_words(order), order.customer_id
    return redirect(address_of_new_task(about="order", about_id=order.pk, words=words, customer_id=who))


def _is_right(order: Order, form: OrderForm, lines: list[TypedLine]) -> bool:
    """An order of which only the total is known may stay so."""
    return form.is_valid() and ((not lines and not order.lines.exists()) or _are_right(lines, form))


def _around(order: Order) -> dict[str, Any]:
    payments = order.payments.select_related("method").order_by("-paid_at", "-pk")
    changes = Change.objects.filter(about="order", object_id=order.pk).select_related("by")
    return {
        "payments": payments,
        "allocations": order.allocations.select_related("payment"),
        "advances": [] if order.is_cancelled else free_advances(order),
        "changes": changes.order_by("-pk")[:_CHANGES_SHOWN],
        "document_languages": languages_for(order.customer),
        **_files(order),
    }


def _files(order: Order) -> dict[str, Any]:
    files = [link.file for link in order.files.select_related("file__uploaded_by").order_by("-file__uploaded_at")]
    return {
        "files": [file for file in files if file.removed_at is None],
        "gone": [file for file in files if file.removed_at is not None],
        "largest_mb": largest_file_mb(),
    }


def _save(request: HttpRequest, order: Order, form: OrderForm, lines: list[TypedLine]) -> bool:
    """False when it was not to be; the form says why."""
    columns = form.columns()
    version = id_in(request.POST.get("version", ""))
    try:
        with transaction.atomic():
            made = drafts(lines, currency=columns["currency"])
            update_order(order=order, changes=columns, lines=made or None, version=version, by=signed_in(request))
    except ChangedMeanwhile:
        form.add_error(None, _("Somebody else has changed this order meanwhile. Open it anew to see what it is now."))
    except CurrencyIsSettled:
        form.add_error("currency", _("Payments in another currency are written down for this order."))
    except OrderIsCancelled:
        form.add_error(None, _("This order is cancelled."))
    return not form.errors


def _order_page(request: HttpRequest, form: OrderForm, lines: list[TypedLine], context: dict[str, Any]) -> HttpResponse:
    order: Order | None = context.get("order")
    included = order.is_tax_included if order else company().prices_include_tax
    shown = form.columns() if form.is_bound and form.is_valid() else _columns_shown(form, order)
    figures = _figures(shown, lines, is_tax_included=included)
    context |= {
        "form": form,
        "lines": lines,
        "blank": TypedLine(quantity="1"),
        "figures": _written(figures, lines, shown["currency"]),
        "is_tax_included": included,
        "tax_name": company().tax_name or _("Tax"),
        "has_tax": company().tax_name or any(line.tax for line in lines),
    }
    return render(request, "sales/order.html", context, status=422 if form.errors else 200)


def _columns_shown(form: OrderForm, order: Order | None) -> dict[str, Any]:
    if order:
        names = ("currency", "discount_percent", "discount_amount")
        return {name: getattr(order, name) for name in names}
    return {"currency": form.initial["currency"], "discount_percent": 0, "discount_amount": 0}


def _written(figures: OrderFigures, lines: list[TypedLine], currency: str) -> dict[str, Any]:
    return {
        "amounts": [money(amount, currency) for amount in figures.amounts],
        "less": [_less(line_discount(line, currency), currency) for line in figures_of_lines(lines)],
        "goods": money(figures.goods, currency),
        "discount": _less(figures.discount, currency),
        "taxes": [(f"{typed(rate)} %", money(amount, currency)) for rate, amount in figures.taxes],
        "total": money(figures.total, currency),
    }


def _less(discount: Decimal, currency: str) -> str:
    return money(-discount, currency) if discount else ""


@require_POST
def order_figures_now(request: HttpRequest) -> JsonResponse:
    """What the lines that are being typed come to. Lines that cannot be understood yet have no amount."""
    lines = read_lines(request.POST)
    currency = request.POST.get("currency", "")
    currency = currency if currency in dict(currencies()) else company().currency
    percent, amount, wrong_discount = Decimal(0), Decimal(0), ""
    try:
        text, places = request.POST.get("discount", "")[:40], places_of_price(currency)
        percent, amount = read_discount(text, point=decimal_point(), places=places)
    except NotAnAmount as refused:
        wrong_discount = not_a_discount(refused)
    columns = {"currency": currency, "discount_percent": percent, "discount_amount": amount}
    is_included = request.POST.get("is_tax_included", "1") == "1"
    written = _written(_figures(columns, lines, is_tax_included=is_included), lines, currency)
    for name in ("amounts", "less"):
        known = iter(written[name])
        written[name] = [next(known) if line.figures else "" for line in lines]
    written["wrong"] = [line.wrong for line in lines]
    written["wrong_discount"] = wrong_discount
    return JsonResponse(written)


@require_POST
def order_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The state alone, without opening the order for editing."""
    order = own_order(request, pk)
    state = get_object_or_404(OrderState, pk=id_in(request.POST.get("state", "")) or 0)
    try:
        update_order(order=order, changes={"state": state}, by=signed_in(request))
    except OrderIsCancelled:
        messages.error(request, _("This order is cancelled."))
    return redirect("order", pk=pk)


@require_POST
def order_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    order = own_order(request, pk)
    cancel_order(order=order, why=request.POST.get("why", "").replace("\x00", ""), by=signed_in(request))
    messages.success(request, _("The order is cancelled; nothing is owed for it."))
    return redirect("order", pk=pk)


@require_POST
def order_restore(request: HttpRequest, pk: int) -> HttpResponse:
    restore_order(order=own_order(request, pk), by=signed_in(request))
    messages.success(request, _("The order is as it was before."))
    return redirect("order", pk=pk)
