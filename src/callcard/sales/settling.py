"""Puts right what is kept of an order state, after the state itself was changed by an administrator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from callcard.sales.balances import owe
from callcard.sales.models import Balance, Order, OrderState, Payment

_CUSTOMERS_AT_ONCE = 500


def settle_state(state: OrderState) -> None:
    """Which of its orders are current, and what the customers of its orders owe."""
    orders = Order.objects.filter(state=state)
    orders.filter(cancelled_at=None).exclude(is_current=state.is_current).update(is_current=state.is_current)
    customers = sorted(set(orders.values_list("customer_id", flat=True)))
    for start in range(0, len(customers), _CUSTOMERS_AT_ONCE):
        settle_balances(customers[start : start + _CUSTOMERS_AT_ONCE])


def settle_balances(customer_ids: Sequence[int]) -> None:
    """What these customers owe, summed anew. Their balances are locked first, so a writer who comes between adds to
    what is found here."""
    kept = Balance.objects.select_for_update().filter(customer_id__in=customer_ids).order_by("pk")
    wrong: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for balance in kept:
        wrong[balance.customer_id, balance.currency] -= balance.owed
    owed = Order.objects.filter(customer_id__in=customer_ids, state__is_owed=True, cancelled_at=None).order_by()
    for customer_id, currency, total in owed.values_list("customer_id", "currency").annotate(Sum("total")):
        wrong[customer_id, currency] += total
    paid = Payment.objects.filter(customer_id__in=customer_ids, cancelled_at=None).order_by()
    for customer_id, currency, amount in paid.values_list("customer_id", "currency").annotate(Sum("amount")):
        wrong[customer_id, currency] -= amount
    for (customer_id, currency), amount in wrong.items():
        owe(customer_id, {currency: amount.quantize(Decimal("0.001"))})
