"""Writes of orders and payments. Each keeps the customer's balances right in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import DecimalField, F, Value
from django.db.models.functions import Round
from django.utils import timezone

from callcard.customers.models import Customer
from callcard.sales.models import Balance, Order, OrderState, Payment
from callcard.staff.models import User

_MONEY: DecimalField[Decimal, Decimal] = DecimalField(max_digits=16, decimal_places=2)
_CHANGEABLE = frozenset({"title", "state", "total", "currency", "responsible", "due_on"})


@transaction.atomic
def record_order(
    *,
    customer: Customer,
    number: str,
    total: Decimal,
    currency: str,
    state: OrderState,
    title: str = "",
    responsible: User | None = None,
    ordered_at: datetime | None = None,
    due_on: date | None = None,
) -> Order:
    """Write down an order; the customer owes its total unless the state says otherwise."""
    order = Order.objects.create(
        customer=customer,
        number=number,
        title=title,
        state=state,
        is_current=state.is_current,
        total=cents(total),
        currency=currency.upper(),
        responsible=responsible,
        ordered_at=ordered_at or timezone.now(),
        due_on=due_on,
    )
    _owe(customer.pk, *_owed_for(order))
    return order


@transaction.atomic
def update_order(*, order: Order, changes: Mapping[str, Any]) -> Order:
    """Change these columns (see _CHANGEABLE) of the order as it is now in the database, and return it."""
    unknown = changes.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"no such column of an order: {', '.join(sorted(unknown))}")
    fresh = Order.objects.select_for_update(of=("self",)).select_related("state").get(pk=order.pk)
    currency_before, owed_before = _owed_for(fresh)
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.total, fresh.currency = cents(fresh.total), fresh.currency.upper()
    fresh.is_current = fresh.state.is_current
    fresh.save(update_fields=[*changes, "is_current"])
    _owe(fresh.customer_id, currency_before, -owed_before)
    _owe(fresh.customer_id, *_owed_for(fresh))
    return fresh


@transaction.atomic
def record_payment(
    *,
    customer: Customer,
    amount: Decimal,
    currency: str,
    order: Order | None = None,
    paid_at: datetime | None = None,
) -> Payment:
    """Write down money received; a negative amount is money given back. Raises ValueError for another's order."""
    if order is not None and order.customer_id != customer.pk:
        raise ValueError("the order is another customer's")
    payment = Payment.objects.create(
        customer=customer,
        order=order,
        amount=cents(amount),
        currency=currency.upper(),
        paid_at=paid_at or timezone.now(),
    )
    _owe(customer.pk, payment.currency, -payment.amount)
    return payment


@transaction.atomic
def remove_payment(*, payment: Payment) -> None:
    """Take back a payment that was written down by mistake; a second time nothing happens."""
    fresh = Payment.objects.select_for_update().filter(pk=payment.pk).first()
    if fresh is not None:
        _owe(fresh.customer_id, fresh.currency, fresh.amount)
        fresh.delete()


def cents(amount: Decimal) -> Decimal:
    """The amount as it is stored."""
    return Decimal(amount).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _owed_for(order: Order) -> tuple[str, Decimal]:
    return order.currency, order.total if order.state.is_owed else Decimal(0)


def _owe(customer_id: int, currency: str, amount: Decimal) -> None:
    """Add to what is owed, in the database itself: two writers at once both count.

    Rounded there, because SQLite adds in binary floating point.
    """
    if not amount:
        return
    balance, _is_new = Balance.objects.get_or_create(customer_id=customer_id, currency=currency)
    new = Round(F("owed") + Value(amount, output_field=_MONEY), precision=2, output_field=_MONEY)
    Balance.objects.filter(pk=balance.pk).update(owed=new)
