"""The demo's orders, payments and debts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from callcard.customers.demo import currency_of
from callcard.customers.models import Customer
from callcard.sales.models import Balance, Order, OrderState, Payment

_STATES = (
    ("New", "blue", True, True),
    ("In work", "yellow", True, True),
    ("Ready for pick-up", "green", True, True),
    ("Delivered", "gray", False, True),
    ("Cancelled", "red", False, False),
)
_GOODS = (
    *("Garden bench, teak", "Roof tiles, 40 m²", "Two rattan sofas", "Water pump", "Coffee beans, 25 kg"),
    *("Kitchen table", "Garden lamps, 12 pieces", "Bamboo fence, 18 m", "Curtains, made to measure", "Wood stove"),
)
_ONE = {"LAK": 250_000, "USD": 12, "KZT": 6_000, "EUR": 11, "THB": 420}
"""The step of prices in each currency, about the same worth."""


def load_sales(chance: random.Random, *, customers: Sequence[Customer], now: datetime) -> None:
    states = OrderState.objects.bulk_create(
        OrderState(name=name, colour=colour, is_current=is_current, is_owed=is_owed, position=index)
        for index, (name, colour, is_current, is_owed) in enumerate(_STATES)
    )
    orders = Order.objects.bulk_create(_orders(chance, customers, states, now))
    payments = Payment.objects.bulk_create(_payments(chance, orders, now))
    _write_balances(orders, payments)


def _orders(
    chance: random.Random, customers: Sequence[Customer], states: Sequence[OrderState], now: datetime
) -> list[Order]:
    orders: list[Order] = []
    for customer in customers:
        for _ in range(chance.choice((0, 1, 1, 2, 3, 4))):
            age = timedelta(days=int(chance.triangular(0, 180, 20)), hours=chance.randrange(9))
            state = states[chance.choices(range(5), (3, 3, 2, 1, 0) if age.days < 25 else (0, 1, 0, 10, 1))[0]]
            orders.append(_order(chance, customer, state, now - age, len(orders)))
    return orders


def _order(chance: random.Random, customer: Customer, state: OrderState, at: datetime, index: int) -> Order:
    currency = currency_of(customer)
    return Order(
        customer=customer,
        number=f"M-{2400 + index}",
        title=chance.choice(_GOODS),
        state=state,
        is_current=state.is_current,
        total=Decimal(_ONE[currency] * chance.randint(2, 60)),
        currency=currency,
        responsible=customer.responsible,
        ordered_at=at,
        due_on=(at + timedelta(days=chance.randint(5, 30))).date() if state.is_current else None,
    )


def _payments(chance: random.Random, orders: Sequence[Order], now: datetime) -> list[Payment]:
    """Most finished orders are paid, some in part; some of those going on are paid ahead."""
    payments = []
    for order in orders:
        part = chance.choices((0, Decimal("0.5"), 1), (6, 3, 2) if order.is_current else (1, 1, 12))[0]
        if part and order.state.is_owed:
            paid_at = min(now, order.ordered_at + timedelta(days=chance.randrange(20), hours=2))
            amount = (order.total * part).quantize(Decimal("0.01"))
            payments.append(
                Payment(
                    customer_id=order.customer_id, order=order, amount=amount, currency=order.currency, paid_at=paid_at
                )
            )
    return payments


def _write_balances(orders: Sequence[Order], payments: Sequence[Payment]) -> None:
    owed: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for order in orders:
        if order.state.is_owed:
            owed[(order.customer_id, order.currency)] += order.total
    for payment in payments:
        owed[(payment.customer_id, payment.currency)] -= payment.amount
    Balance.objects.bulk_create(
        Balance(customer_id=customer_id, currency=currency, owed=amount)
        for (customer_id, currency), amount in owed.items()
    )
