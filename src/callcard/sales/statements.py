"""The statement of a customer: bought, paid and owed over a period, in each currency by itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from callcard.customers.models import Customer
from callcard.sales.models import Order, Payment

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """`bought` or `paid` on a day, and what was owed after it. `document` is its Order or Payment."""

    at: datetime
    document: Order | Payment
    bought: Decimal
    paid: Decimal
    owed: Decimal


@dataclass(slots=True)
class CurrencyStatement:
    currency: str
    owed_before: Decimal = ZERO
    rows: list[StatementRow] = field(default_factory=list)

    @property
    def bought(self) -> Decimal:
        return sum((row.bought for row in self.rows), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((row.paid for row in self.rows), ZERO)

    @property
    def owed(self) -> Decimal:
        return self.rows[-1].owed if self.rows else self.owed_before


@dataclass(frozen=True, slots=True)
class Statement:
    customer: Customer
    since: date
    until: date
    parts: tuple[CurrencyStatement, ...]


def statement(customer: Customer, since: date, until: date) -> Statement:
    """Both days are within. Cancelled documents, and orders that are not owed, do not count."""
    begin, end = _midnight(since), _midnight(until + timedelta(days=1))
    orders = Order.objects.filter(customer=customer, state__is_owed=True, cancelled_at=None)
    payments = Payment.objects.filter(customer=customer, cancelled_at=None)
    parts: dict[str, CurrencyStatement] = {}
    for currency, amount in _before(orders, payments, begin).items():
        parts[currency] = CurrencyStatement(currency, amount)
    documents: list[Order | Payment] = [
        *orders.filter(ordered_at__gte=begin, ordered_at__lt=end),
        *payments.filter(paid_at__gte=begin, paid_at__lt=end).select_related("order", "method"),
    ]
    for document in sorted(documents, key=lambda each: (_day_of(each), each.pk)):
        part = parts.setdefault(document.currency, CurrencyStatement(document.currency))
        part.rows.append(_row(document, part.owed))
    told = [part for part in parts.values() if part.rows or part.owed_before]
    return Statement(customer, since, until, tuple(sorted(told, key=lambda part: part.currency)))


def _row(document: Order | Payment, owed: Decimal) -> StatementRow:
    bought = document.total if isinstance(document, Order) else ZERO
    paid = document.amount if isinstance(document, Payment) else ZERO
    return StatementRow(_day_of(document), document, bought, paid, owed + bought - paid)


def _before(orders: QuerySet[Order], payments: QuerySet[Payment], begin: datetime) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    bought = orders.filter(ordered_at__lt=begin).order_by().values_list("currency")
    for currency, amount in bought.annotate(Sum("total")):
        owed[currency] += amount
    paid = payments.filter(paid_at__lt=begin).order_by().values_list("currency")
    for currency, amount in paid.annotate(Sum("amount")):
        owed[currency] -= amount
    return {currency: amount.quantize(Decimal("0.001")) for currency, amount in owed.items()}


def _day_of(document: Order | Payment) -> datetime:
    return document.ordered_at if isinstance(document, Order) else document.paid_at


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
