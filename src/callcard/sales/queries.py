"""Reads of orders, products and debts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from callcard.customers.models import Customer, folded
from callcard.customers.search import find_customers
from callcard.sales.models import Balance, DebtTotal, Order, Payment, Product
from callcard.staff.models import User
from callcard.staff.visibility import SALES, visible_to

PRODUCTS_AT_ONCE = 8
_CUSTOMERS_LOOKED_THROUGH = 50
_NUMBERS_LOOKED_THROUGH = 2000
_ORDERS_LOOKED_AT = 50
_LAST_LETTER = "\U0010ffff"


def said_numbers(user: User, words: str) -> Q | None:
    """Orders whose number begins so; None when there is none that this user may see, or when it is no number."""
    words = words.replace("\x00", "").strip()[:100]
    numbers = Q(number__gte=words, number__lt=words + _LAST_LETTER)
    is_number = any(mark.isdigit() for mark in words)
    return numbers if is_number and _has_one(user, numbers) else None


def _has_one(user: User, numbers: Q) -> bool:
    seen = visible_to(user, SALES)
    rows = Order.objects.filter(numbers).order_by("number")
    if seen.everything:
        return rows.exists()
    near = rows.values_list("customer_id", flat=True)[:_NUMBERS_LOOKED_THROUGH]
    return Customer.objects.filter(seen.customers_filter(), pk__in=list(near)).exists()


def said_customers(user: User, words: str) -> list[int]:
    """Customers whom the words find; those who fit best."""
    hits = find_customers(words.replace("\x00", "").strip()[:100], user=user, limit=_CUSTOMERS_LOOKED_THROUGH)
    return [hit.customer_id for hit in hits]


def find_products(words: str) -> list[Product]:
    """Those on sale with each of the words in their name or code."""
    products = Product.objects.filter(archived_at=None).prefetch_related("prices")
    for word in folded(words).split()[:6]:
        products = products.filter(search_name__contains=word)
    return list(products.order_by("search_name", "pk")[:PRODUCTS_AT_ONCE])


def orders_to_pay(user: User, customer: Customer, *, currency: str = "") -> list[Order]:
    """Of the newest orders that this user sees those for which something is owed, in one currency or in any."""
    owed = Order.objects.visible_to(user).filter(customer=customer, cancelled_at=None, state__is_owed=True)
    newest = (owed.filter(currency=currency) if currency else owed).select_related("state").order_by("-ordered_at")
    return [order for order in newest[:_ORDERS_LOOKED_AT] if order.debt > 0]


def free_advances(order: Order) -> list[Payment]:
    """The customer's advances of which something is left for this order."""
    advances = Payment.objects.filter(
        customer_id=order.customer_id, currency=order.currency, order=None, cancelled_at=None, amount__gt=0
    )
    return [payment for payment in advances.order_by("paid_at", "pk") if payment.free > 0]


# -- debts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CurrencyDebt:
    """`owed` by `debtors` customers; `ahead` is what others have paid in advance."""

    currency: str
    owed: Decimal
    ahead: Decimal
    debtors: int


def debts_by_currency(user: User) -> list[CurrencyDebt]:
    """Kept sums for who sees everyone; for others the sums of their own customers, who are few."""
    if visible_to(user, SALES).everything:
        kept = DebtTotal.objects.order_by().values("currency")
        rows: list[dict[str, Any]] = [
            dict(row) for row in kept.annotate(o=Sum("owed"), a=Sum("ahead"), n=Sum("debtors"))
        ]
    else:
        rows = _own_debts(user)
    sums = [CurrencyDebt(row["currency"], _exact(row["o"]), _exact(row["a"]), row["n"] or 0) for row in rows]
    return sorted((each for each in sums if each.owed or each.ahead), key=lambda each: -each.debtors)


def _own_debts(user: User) -> list[dict[str, Any]]:
    mine = Balance.objects.filter(visible_to(user, SALES).customers_filter("customer__"))
    sums: dict[str, dict[str, Any]] = {}
    for currency, owed in mine.exclude(owed=0).values_list("currency", "owed"):
        row = sums.setdefault(currency, {"currency": currency, "o": Decimal(0), "a": Decimal(0), "n": 0})
        row["o"] += max(owed, Decimal(0))
        row["a"] += max(-owed, Decimal(0))
        row["n"] += owed > 0
    return list(sums.values())


def _exact(amount: Decimal | None) -> Decimal:
    return Decimal(amount or 0).quantize(Decimal("0.001"))


def oldest_due(customer_ids: Iterable[int], currency: str) -> dict[int, date]:
    """Of these customers, the day since which the first unfinished order is past due."""
    late = Order.objects.past_due(timezone.localdate()).filter(customer_id__in=list(customer_ids), currency=currency)
    days: dict[int, date] = {}
    for customer_id, day in late.order_by("-due_on").values_list("customer_id", "due_on"):
        if day is not None:
            days[customer_id] = day
    return days
