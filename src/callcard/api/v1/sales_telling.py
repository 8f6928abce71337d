"""Orders, payments and products as JSON. Everything that the API tells of them is made here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from callcard.api.v1.types import day, moment, money, named
from callcard.sales.models import Order, OrderLine, Payment, Product

Json = dict[str, Any]


def orders_told(orders: Sequence[Order]) -> list[Json]:
    prefetch_related_objects(orders, "lines", "customer", "state", "responsible")
    return [_order(order) for order in orders]


def order_told(order: Order) -> Json:
    return orders_told([order])[0]


def _order(one: Order) -> Json:
    amounts = ("total", "tax", "paid", "discount_percent", "discount_amount")
    return {
        "id": one.pk,
        **{
            name: getattr(one, name)
            for name in ("number", "title", "is_current", "currency", "is_tax_included", "note")
        },
        **{name: written(getattr(one, name)) for name in amounts},
        "customer": named(one.customer_id, one.customer.name),
        "state": named(one.state_id, one.state.name),
        "responsible": one.responsible and named(one.responsible.pk, one.responsible.shown_name),
        "owed": written(one.debt),
        "ordered_at": moment(one.ordered_at),
        "due_on": day(one.due_on),
        "cancelled_at": moment(one.cancelled_at),
        "cancelled_why": one.cancelled_why,
        "lines": [_line(line) for line in one.lines.all()],
    }


def _line(one: OrderLine) -> Json:
    amounts = ("quantity", "price", "discount_percent", "discount_amount", "tax_percent", "amount")
    words = {"product": one.product_id, "title": one.title, "unit": one.unit}
    return {**words, **{name: written(getattr(one, name)) for name in amounts}}


def payment_told(one: Payment) -> Json:
    return {
        "id": one.pk,
        "number": one.number,
        "customer": named(one.customer_id, one.customer.name),
        "order": one.order_id,
        "amount": money(one.amount, one.currency),
        "free": written(one.free),
        "method": one.method and named(one.method.pk, one.method.name),
        "paid_at": moment(one.paid_at),
        "note": one.note,
        "cancelled_at": moment(one.cancelled_at),
        "cancelled_why": one.cancelled_why,
    }


def products_told(products: Sequence[Product]) -> list[Json]:
    prefetch_related_objects(products, "prices")
    return [
        {
            "id": one.pk,
            **{name: getattr(one, name) for name in ("kind", "code", "name", "unit")},
            "tax_percent": written(one.tax_percent),
            "prices": [money(row.price, row.currency) for row in one.prices.all()],
            "archived_at": moment(one.archived_at),
        }
        for one in products
    ]


def written(amount: Decimal) -> str:
    return format(amount, "f")
