"""Writes of payments. Each keeps what is paid for orders, balances and the history right in the same transaction."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer
from callcard.sales.balances import owe
from callcard.sales.models import Allocation, Order, Payment, PaymentMethod
from callcard.sales.numbering import RECEIPTS, next_number
from callcard.sales.remembering import remember, seen
from callcard.sales.rules import ZERO, rounded
from callcard.sales.services import locked_order
from callcard.staff.models import Change, User


class NotAllocated(ValueError):
    """The advance cannot pay for this order; the text says why."""


class MoreThanWasPaid(ValueError):
    """More is given back than was ever paid for the order. `paid`: how much that is."""

    def __init__(self, paid: Decimal) -> None:
        super().__init__("more is given back than was paid for the order")
        self.paid = paid


@transaction.atomic
def record_payment(
    *,
    customer: Customer,
    amount: Decimal,
    currency: str,
    order: Order | None = None,
    paid_at: datetime | None = None,
    method: PaymentMethod | None = None,
    note: str = "",
    by: User | None = None,
    batch: str = "",
) -> Payment:
    """Write down money received; a negative amount is money given back, and no order an advance.

    Raises ValueError for another's order, and for one in another currency or a cancelled one; MoreThanWasPaid.
    """
    customer = held_for_writing(customer)
    if order is not None:
        order = locked_order(order.pk)
        _check_order(order, customer, currency.upper())
        _check_given_back(order, amount)
    payment = Payment.objects.create(
        customer=customer,
        order=order,
        number=next_number(RECEIPTS, is_taken=lambda taken: Payment.objects.filter(number=taken).exists()),
        amount=rounded(amount, currency.upper()),
        currency=currency.upper(),
        method=method,
        paid_at=paid_at or timezone.now(),
        note=note[:300],
        created_by=by,
    )
    _pay_for(order, payment.amount)
    owe(customer.pk, {payment.currency: -payment.amount})
    action = Change.Action.IMPORTED if batch else Change.Action.CREATED
    remember(payment, action, before={}, by=by, batch=batch)
    return payment


def _check_order(order: Order, customer: Customer, currency: str) -> None:
    if order.customer_id != customer.pk:
        raise ValueError("the order is another customer's")
    if order.currency != currency:
        raise ValueError("the order is in another currency")
    if order.is_cancelled:
        raise ValueError("the order is cancelled")


def _check_given_back(order: Order, amount: Decimal) -> None:
    """A digit too many would else become a debt that nobody made."""
    if amount < 0 and order.paid + amount < min(order.total, ZERO):
        raise MoreThanWasPaid(order.paid)


@transaction.atomic
def cancel_payment(*, payment: Payment, why: str = "", by: User | None = None) -> Payment:
    """The payment was written down by mistake; it stays to be seen. A second time nothing happens."""
    return _set_cancelled(payment, at=timezone.now(), why=why[:200], by=by)


@transaction.atomic
def restore_payment(*, payment: Payment, by: User | None = None) -> Payment:
    """It was no mistake after all."""
    return _set_cancelled(payment, at=None, why="", by=by)


def _set_cancelled(payment: Payment, *, at: datetime | None, why: str, by: User | None) -> Payment:
    orders = _lock_orders_of(payment)
    fresh = locked_payment(payment.pk)
    if fresh.is_cancelled == (at is not None):
        return fresh
    before = seen(fresh)
    fresh.cancelled_at, fresh.cancelled_by, fresh.cancelled_why = at, by if at else None, why
    fresh.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_why"])
    sign = -1 if at else 1
    for order_id, amount in _paid_for(fresh):
        _pay_for(orders.get(order_id) or locked_order(order_id), sign * amount)
    owe(fresh.customer_id, {fresh.currency: -sign * fresh.amount})
    action = Change.Action.CANCELLED if at else Change.Action.RESTORED
    remember(fresh, action, before=before, by=by)
    return fresh


def _paid_for(payment: Payment) -> list[tuple[int, Decimal]]:
    """(order's id, amount): the orders this payment pays for."""
    if payment.order_id:
        return [(payment.order_id, payment.amount)]
    return list(payment.allocations.values_list("order_id", "amount"))


def _lock_orders_of(payment: Payment) -> dict[int, Order]:
    """Orders before the payment, as every writer does."""
    ids = {payment.order_id, *payment.allocations.values_list("order_id", flat=True)} - {None}
    return {pk: locked_order(pk) for pk in sorted(pk for pk in ids if pk)}


@transaction.atomic
def allocate(*, payment: Payment, order: Order, amount: Decimal, by: User | None = None) -> Payment:
    """Let so much of an advance pay for this order from now on; zero takes it back. What the customer owes in all
    stays as it is. Raises NotAllocated."""
    order, fresh = locked_order(order.pk), locked_payment(payment.pk)
    part = fresh.allocations.filter(order=order).first()
    already = part.amount if part else ZERO
    amount = rounded(amount, fresh.currency)
    _check_allocation(fresh, order, amount, already)
    before = seen(fresh)
    if amount:
        Allocation.objects.update_or_create(payment=fresh, order=order, defaults={"amount": amount})
    elif part:
        part.delete()
    fresh.allocated += amount - already
    fresh.save(update_fields=["allocated"])
    _pay_for(order, amount - already)
    remember(fresh, Change.Action.CHANGED, before=before, by=by)
    return fresh


def _check_allocation(payment: Payment, order: Order, amount: Decimal, already: Decimal) -> None:
    if payment.order_id or payment.is_cancelled:
        raise NotAllocated("this payment is not an advance")
    if payment.customer_id != order.customer_id:
        raise NotAllocated("the order is another customer's")
    if payment.currency != order.currency:
        raise NotAllocated("the order is in another currency")
    if amount and order.is_cancelled:
        raise NotAllocated("the order is cancelled")
    if not ZERO <= amount <= payment.free + already:
        raise NotAllocated("so much is not left of the advance")


def locked_payment(pk: int) -> Payment:
    """As it is now, and nobody else's to change before the transaction ends."""
    return Payment.objects.select_for_update(of=("self",)).select_related("order", "method").get(pk=pk)


def _pay_for(order: Order | None, amount: Decimal) -> None:
    if order is not None and amount:
        order.paid += amount
        order.save(update_fields=["paid"])
