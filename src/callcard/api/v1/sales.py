"""/orders and /payments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from callcard.api.problems import Problem
from callcard.api.v1.answers import Listed, answered, asked_of, made, page_told, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE, list_parameters
from callcard.api.v1.repeating import once
from callcard.api.v1.sales_shapes import (
    AllocationGiven,
    Cancelled,
    LineGiven,
    OrderChange,
    OrderGiven,
    OrdersPage,
    OrderTold,
    PaymentGiven,
    PaymentTold,
)
from callcard.api.v1.sales_telling import order_seen_by, order_told, orders_told, payment_told
from callcard.api.v1.types import Id
from callcard.customers.models import Customer
from callcard.sales.models import Order, OrderState, Payment, PaymentMethod, Product
from callcard.sales.order_lists import columns_for, found_orders, orderable, page_of
from callcard.sales.payment_services import NotAllocated, allocate, cancel_payment, record_payment, restore_payment
from callcard.sales.rules import LARGEST_TOTAL, LineFigures, order_figures, places_of, places_of_price
from callcard.sales.services import (
    CurrencyIsSettled,
    LineDraft,
    OrderIsCancelled,
    cancel_order,
    record_order,
    restore_order,
    update_order,
)
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.places import currencies
from callcard.staff.requests import signed_in

orders = Router(tags=["sales"])
payments = Router(tags=["sales"])
ORDER_FILTERS = {
    **dict.fromkeys(("state", "responsible", "standing", "currency"), "choice"),
    **dict.fromkeys(("ordered", "due"), "date"),
}
_ZERO, _HUNDRED = Decimal(0), Decimal(100)


@orders.get("", response=OrdersPage, url_name="api-orders", openapi_extra=list_parameters(ORDER_FILTERS))
def list_orders(request: HttpRequest, listed: Listed) -> HttpResponse:
    """Orders, the newest first unless `sort` says otherwise."""
    user = signed_in(request)
    columns = columns_for(user)
    asked = asked_of(request, "orders", columns, sort="-ordered")
    found = found_orders(user, asked)
    return page_told(request, "orders", page_of(found, orderable(asked, found), columns), found, orders_told)


@orders.post("", response={201: OrderTold}, url_name="api-orders", openapi_extra=ONCE)
def add_order(request: HttpRequest, said: OrderGiven) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        given = said.model_dump(exclude_unset=True, exclude={"lines", "customer"})
        currency = given.setdefault("currency", company().currency)
        columns = {"responsible": user, **_columns(given, user)}
        customer = _chosen(Customer.objects.visible_to(user), said.customer, "customer")
        lines = _drafts(said.lines, currency)
        included = company().prices_include_tax
        _refuse_too_much(lines, columns, is_tax_included=included)
        order = record_order(customer=customer, lines=lines, is_tax_included=included, by=user, **columns)
        return made(request, order_told(_order(user, order.pk)), f"{request.path}/{order.pk}")

    return once(request, do)


@orders.get("/{id:pk}", response=OrderTold, url_name="api-order")
def read_order(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, order_told(_order(signed_in(request), pk)))


@orders.patch("/{id:pk}", response=OrderTold, url_name="api-order", openapi_extra=IF_MATCH)
def change_order(request: HttpRequest, pk: Id, said: OrderChange) -> HttpResponse:
    user = signed_in(request)
    given = said.model_dump(exclude_unset=True, exclude={"lines"})
    with transaction.atomic():
        order = _order(user, pk, is_locked=True)
        refuse_if_other(request, order_told(order))
        columns = _columns(given, user, order)
        currency = columns.get("currency", order.currency)
        lines = _drafts(said.lines, currency) if "lines" in said.model_fields_set else None
        if lines is not None:
            _refuse_too_much(lines, {"currency": currency, **columns}, is_tax_included=order.is_tax_included)
        try:
            update_order(order=order, changes=columns, lines=lines, by=user)
        except CurrencyIsSettled:
            raise Problem(409, "Payments in another currency are written down for this order.") from None
        except OrderIsCancelled:
            raise Problem(409, "The order is cancelled.", kind="cancelled") from None
        return answered(request, order_told(_order(user, pk)))


@orders.post("/{id:pk}/cancel", response=OrderTold, url_name="api-order-cancel")
def cancel(request: HttpRequest, pk: Id, said: Cancelled | None = None) -> HttpResponse:
    """Its number, lines and payments stay; nothing is owed for it any more."""
    user = signed_in(request)
    cancel_order(order=_order(user, pk), why=said.why if said else "", by=user)
    return answered(request, order_told(_order(user, pk)))


@orders.post("/{id:pk}/restore", response=OrderTold, url_name="api-order-restore")
def restore(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    restore_order(order=_order(user, pk), by=user)
    return answered(request, order_told(_order(user, pk)))


@payments.post("", response={201: PaymentTold}, url_name="api-payments", openapi_extra=ONCE)
def add_payment(request: HttpRequest, said: PaymentGiven) -> HttpResponse:
    """Money received, or given back."""
    user = signed_in(request)

    def do() -> HttpResponse:
        payment = _record(said, user)
        return made(request, payment_told(_payment(user, payment.pk)), f"{request.path}/{payment.pk}")

    return once(request, do)


def _record(said: PaymentGiven, user: User) -> Payment:
    _refuse_currency(said.currency)
    _refuse_fraction("amount", said.amount, places_of(said.currency))
    if not said.amount:
        raise Problem(422, errors=[("amount", "More than nothing.")])
    if said.paid_at is not None and said.paid_at > timezone.now():
        raise Problem(422, errors=[("paid_at", "This moment is still to come.")])
    order = None if said.order is None else _chosen(Order.objects.visible_to(user), said.order, "order")
    methods = PaymentMethod.objects.filter(archived_at=None)
    try:
        return record_payment(
            customer=_chosen(Customer.objects.visible_to(user), said.customer, "customer"),
            order=order,
            amount=-said.amount if said.is_refund else said.amount,
            currency=said.currency,
            method=None if said.method is None else _chosen(methods, said.method, "method"),
            paid_at=said.paid_at,
            note=said.note,
            by=user,
        )
    except ValueError as refused:
        raise Problem(409, f"It was not written down: {refused}.") from None


@payments.get("/{id:pk}", response=PaymentTold, url_name="api-payment")
def read_payment(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, payment_told(_payment(signed_in(request), pk)))


@payments.post("/{id:pk}/cancel", response=PaymentTold, url_name="api-payment-cancel")
def cancel_one(request: HttpRequest, pk: Id, said: Cancelled | None = None) -> HttpResponse:
    """It was written down by mistake; it stays to be seen and counts no more."""
    user = signed_in(request)
    cancel_payment(payment=_payment(user, pk), why=said.why if said else "", by=user)
    return answered(request, payment_told(_payment(user, pk)))


@payments.post("/{id:pk}/restore", response=PaymentTold, url_name="api-payment-restore")
def restore_one(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    restore_payment(payment=_payment(user, pk), by=user)
    return answered(request, payment_told(_payment(user, pk)))


@payments.post("/{id:pk}/allocate", response=PaymentTold, url_name="api-payment-allocate")
def allocate_one(request: HttpRequest, pk: Id, said: AllocationGiven) -> HttpResponse:
    """Let a part of an advance pay for an order."""
    user = signed_in(request)
    payment = _payment(user, pk)
    order = _chosen(Order.objects.visible_to(user), said.order, "order")
    _refuse_fraction("amount", said.amount, places_of(payment.currency))
    try:
        allocate(payment=payment, order=order, amount=said.amount, by=user)
    except NotAllocated as refused:
        raise Problem(409, f"It was not given to the order: {refused}.") from None
    return answered(request, payment_told(_payment(user, pk)))


# -- what is said of them ----------------------------------------------------------------------------------------------


def _order(user: User, pk: int, *, is_locked: bool = False) -> Order:
    """Any other than those that the user may see does not exist for them (Http404)."""
    if is_locked:
        Order.objects.select_for_update().filter(pk=pk).values_list("pk").first()
    order = order_seen_by(user, pk)
    if order is None:
        raise Http404
    return order


def _payment(user: User, pk: int) -> Payment:
    payment: Payment = _found(Payment.objects.visible_to(user).select_related("customer", "order", "method"), pk)
    return payment


def _found(rows: Any, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _chosen(rows: Any, pk: int, field: str) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Problem(422, errors=[(field, "There is no such record.")])
    return row


def _columns(given: dict[str, Any], user: User, order: Order | None = None) -> dict[str, Any]:
    """With records for ids, as the services take them. Raises Problem."""
    columns = dict(given)
    if "currency" in columns:
        _refuse_currency(columns["currency"])
    states = OrderState.objects.filter(archived_at=None)
    if order is not None:
        states |= OrderState.objects.filter(pk=order.state_id)
    choices: dict[str, Callable[[], Any]] = {"state": lambda: states, "responsible": _colleagues}
    for name, rows in choices.items():
        if columns.get(name) is not None:
            columns[name] = _chosen(rows(), columns[name], name)
    if "state" in columns and columns["state"] is None:
        del columns["state"]
    if "discount_percent" in columns or "discount_amount" in columns:
        columns |= _discount(columns.get("discount_percent"), columns.get("discount_amount"), "")
    return columns


def _colleagues() -> Any:
    return User.objects.filter(is_active=True)


def _discount(percent: Decimal | None, amount: Decimal | None, where: str) -> dict[str, Decimal]:
    if percent and amount:
        raise Problem(422, errors=[(f"{where}discount_amount", "Either a share or an amount.")])
    if percent and percent > _HUNDRED:
        raise Problem(422, errors=[(f"{where}discount_percent", "At most 100.")])
    return {"discount_percent": percent or _ZERO, "discount_amount": amount or _ZERO}


def _drafts(lines: Iterable[LineGiven], currency: str) -> list[LineDraft]:
    return [_draft(line, f"lines.{place}.", currency) for place, line in enumerate(lines)]


def _draft(line: LineGiven, where: str, currency: str) -> LineDraft:
    tax = line.tax_percent or _ZERO
    if tax > _HUNDRED:
        raise Problem(422, errors=[(f"{where}tax_percent", "At most 100.")])
    _refuse_fraction(f"{where}price", line.price, places_of_price(currency))
    if line.quantity * line.price > LARGEST_TOTAL:
        raise Problem(422, errors=[(f"{where}price", "This comes to more than can be written down.")])
    if not line.title.strip():
        raise Problem(422, errors=[(f"{where}title", "This is missing.")])
    less = _discount(line.discount_percent, line.discount_amount, where)
    product = None if line.product is None else _chosen(Product.objects.all(), line.product, f"{where}product")
    figures = LineFigures(line.quantity, line.price, less["discount_percent"], less["discount_amount"], tax)
    return LineDraft(title=line.title.strip(), figures=figures, unit=line.unit.strip(), product=product)


def _refuse_too_much(lines: list[LineDraft], columns: dict[str, Any], *, is_tax_included: bool) -> None:
    figures = order_figures(
        [line.figures for line in lines],
        currency=columns["currency"],
        discount_percent=columns.get("discount_percent", _ZERO),
        discount_amount=columns.get("discount_amount", _ZERO),
        is_tax_included=is_tax_included,
    )
    if abs(figures.total) > LARGEST_TOTAL:
        raise Problem(422, errors=[("lines", "This comes to more than can be written down.")])


def _refuse_currency(code: str) -> None:
    if code not in dict(currencies()):
        raise Problem(422, errors=[("currency", "This is not a currency.")])


def _refuse_fraction(field: str, amount: Decimal, places: int) -> None:
    if amount != amount.quantize(Decimal(1).scaleb(-places)):
        raise Problem(422, errors=[(field, f"At most {places} digits after the point in this currency.")])
