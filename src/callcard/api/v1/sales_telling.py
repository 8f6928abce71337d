"""Orders, payments and products as JSON. Everything that the API tells of them is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from callcard.api.v1.types import day, moment, money, named
from callcard.sales.models import Order, OrderLine, Payment, Product
from callcard.staff.kept_queries import KeptQuery, KeptQueryOfMany
from callcard.staff.models import User
from callcard.staff.visibility import scope_of

Json = dict[str, Any]
_BESIDE = ("customer", "state", "responsible")
_ONE = KeptQuery(lambda pk, user: Order.objects.visible_to(user).filter(pk=pk).select_related(*_BESIDE))
_LINES = KeptQueryOfMany(lambda pks: OrderLine.objects.filter(order__in=pks).order_by("order", "position"))


def order_seen_by(user: User, pk: int) -> Order | None:
    """None for one that the user may not see."""
    return next(iter(_ONE.rows(pk, user, scope=scope_of(user))), None)


def orders_told(orders: Sequence[Order]) -> list[Json]:
    """`orders`: with their customers, states and responsible users read already."""
    lines: dict[int, list[OrderLine]] = {}
    for line in _LINES.rows([order.pk for order in orders]):
        lines.setdefault(line.order_id, []).append(line)
    return [_order(order, lines.get(order.pk, ())) for order in orders]


def order_told(order: Order) -> Json:
    return orders_told([order])[0]


def _order(one: Order, lines: Iterable[OrderLine]) -> Json:
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
        "lines": [_line(line) for line in lines],
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
