"""The demo's products, orders with lines, payments and debts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from callcard.customers import search_index
from callcard.customers.demo import currency_of
from callcard.customers.models import Customer, folded
from callcard.sales.balances import count_debts_anew
from callcard.sales.models import (
    Balance,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PaymentMethod,
    Product,
    ProductPrice,
)
from callcard.sales.rules import LineFigures, line_amount, rounded

_STATES = (
    ("New", "blue", True, True),
    ("In work", "yellow", True, True),
    ("Ready for pick-up", "green", True, True),
    ("Delivered", "grey", False, True),
    ("Offer", "purple", False, False),
)
_METHODS = ("Cash", "Bank transfer", "Card", "QR code")
# Name, code, unit, kind, how many steps of the currency's price one costs.
_GOODS = (
    ("Garden bench, teak", "GB-10", "pcs", "goods", 6),
    ("Roof tiles", "RT-40", "m²", "goods", 1),
    ("Rattan sofa", "RS-02", "pcs", "goods", 14),
    ("Water pump", "WP-15", "pcs", "goods", 9),
    ("Coffee beans", "CB-25", "kg", "goods", 1),
    ("Kitchen table", "KT-01", "pcs", "goods", 11),
    ("Garden lamp", "GL-12", "pcs", "goods", 2),
    ("Bamboo fence", "BF-18", "m", "goods", 1),
    ("Curtains, made to measure", "CU-00", "m²", "goods", 3),
    ("Wood stove", "WS-07", "pcs", "goods", 16),
    ("Delivery", "S-01", "", "service", 1),
    ("Fitting", "S-02", "hour", "service", 2),
)
_ONE = {"LAK": 250_000, "USD": 12, "KZT": 6_000, "EUR": 11, "THB": 420}
"""The step of prices in each currency, about the same worth."""


def load_sales(chance: random.Random, *, customers: Sequence[Customer], now: datetime) -> None:
    states = OrderState.objects.bulk_create(
        OrderState(name=name, colour=colour, is_current=is_current, is_owed=is_owed, position=index)
        for index, (name, colour, is_current, is_owed) in enumerate(_STATES)
    )
    methods = PaymentMethod.objects.bulk_create(
        PaymentMethod(name=name, position=index) for index, name in enumerate(_METHODS)
    )
    products = _load_products()
    orders = _orders(chance, customers, states, now)
    lines = [line for order in orders for line in _lines(chance, order, products)]
    Order.objects.bulk_create(orders)
    search_index.put_many((order.customer_id, f"order:{order.pk}", order.number) for order in orders)
    OrderLine.objects.bulk_create(lines)
    payments = Payment.objects.bulk_create(_payments(chance, orders, methods, now))
    _write_balances(orders, payments)


def _load_products() -> list[Product]:
    products = Product.objects.bulk_create(
        Product(name=name, code=code, unit=unit, kind=kind, search_name=folded(f"{name} {code}"))
        for name, code, unit, kind, _steps in _GOODS
    )
    ProductPrice.objects.bulk_create(
        ProductPrice(product=product, currency=currency, price=Decimal(step * goods[4]))
        for product, goods in zip(products, _GOODS, strict=True)
        for currency, step in _ONE.items()
    )
    return products


def _orders(
    chance: random.Random, customers: Sequence[Customer], states: Sequence[OrderState], now: datetime
) -> list[Order]:
    orders: list[Order] = []
    for customer in customers:
        for _ in range(chance.choice((0, 1, 1, 2, 3, 4))):
            age = timedelta(days=int(chance.triangular(0, 180, 20)), hours=chance.randrange(9))
            state = states[chance.choices(range(5), (3, 3, 2, 1, 1) if age.days < 25 else (0, 1, 0, 10, 0))[0]]
            orders.append(_order(chance, customer, state, now - age, len(orders)))
    return orders


def _order(chance: random.Random, customer: Customer, state: OrderState, at: datetime, index: int) -> Order:
    return Order(
        customer=customer,
        number=f"M-{2400 + index}",
        state=state,
        is_current=state.is_current,
        total=Decimal(0),
        currency=currency_of(customer),
        responsible=customer.responsible,
        ordered_at=at,
        due_on=(at + timedelta(days=chance.randint(5, 30))).date() if state.is_current else None,
    )


def _lines(chance: random.Random, order: Order, products: Sequence[Product]) -> list[OrderLine]:
    """They make the order's total, and the first its title."""
    lines = []
    for position, index in enumerate(chance.sample(range(len(products)), chance.choice((1, 1, 2, 3)))):
        product, steps = products[index], _GOODS[index][4]
        figures = LineFigures(
            quantity=Decimal(chance.randint(1, 6)),
            price=Decimal(_ONE[order.currency] * steps),
            discount_percent=Decimal(chance.choice((0, 0, 0, 5, 10))),
        )
        amount = line_amount(figures, order.currency)
        lines.append(
            OrderLine(
                order=order,
                position=position,
                product=product,
                title=product.name,
                unit=product.unit,
                quantity=figures.quantity,
                price=figures.price,
                discount_percent=figures.discount_percent,
                amount=amount,
            )
        )
        order.total += amount
    order.title = lines[0].title
    return lines


def _payments(
    chance: random.Random, orders: Sequence[Order], methods: Sequence[PaymentMethod], now: datetime
) -> list[Payment]:
    """Most finished orders are paid, some in part; some of those going on are paid ahead."""
    payments: list[Payment] = []
    for order in orders:
        part = chance.choices((0, Decimal("0.5"), 1), (6, 3, 2) if order.is_current else (1, 1, 12))[0]
        if part and order.state.is_owed:
            order.paid = rounded(order.total * part, order.currency)
            payments.append(
                Payment(
                    customer_id=order.customer_id,
                    order=order,
                    number=f"R-{1200 + len(payments)}",
                    amount=order.paid,
                    currency=order.currency,
                    method=chance.choice(methods),
                    paid_at=min(now, order.ordered_at + timedelta(days=chance.randrange(20), hours=2)),
                )
            )
    Order.objects.bulk_update([order for order in orders if order.paid], ["paid"])
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
    count_debts_anew()
