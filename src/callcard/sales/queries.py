"""Reads of orders, products and debts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from callcard.customers.models import folded
from callcard.customers.search import find_customers
from callcard.sales.models import Balance, DebtTotal, Order, OrderQuerySet, Payment, Product
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

PAGE_SIZE = 50
PRODUCTS_AT_ONCE = 8
_CUSTOMERS_LOOKED_THROUGH = 50
_LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; None and empty mean any."""

    words: str = ""
    state_id: int | None = None
    responsible_id: int | None = None
    since: date | None = None
    until: date | None = None
    is_past_due: bool = False
    is_current: bool = False


def orders_found(user: User, wanted: OrderFilter) -> OrderQuerySet:
    """Orders that this user may see, not yet in an order."""
    found = Order.objects.visible_to(user)
    if wanted.is_past_due:
        found = found.past_due(timezone.localdate())
    if wanted.is_current:
        found = found.filter(is_current=True)
    columns = {
        "state_id": wanted.state_id,
        "responsible_id": wanted.responsible_id,
        "ordered_at__date__gte": wanted.since,
        "ordered_at__date__lte": wanted.until,
    }
    found = found.filter(**{name: value for name, value in columns.items() if value is not None})
    return found.filter(_said(user, wanted.words)) if wanted.words.strip() else found


def _said(user: User, words: str) -> Q:
    """The number from its beginning, or a customer whom the words find."""
    words = words.replace("\x00", "").strip()[:100]
    hits = find_customers(words, user=user, limit=_CUSTOMERS_LOOKED_THROUGH)
    return Q(number__gte=words, number__lt=words + _LAST_LETTER) | Q(customer_id__in=[hit.customer_id for hit in hits])


def order_page(orders: OrderQuerySet, after: int | None) -> tuple[list[Order], int | None]:
    """Newest first: the page behind the order `after`, and after which the next one begins."""
    last = Order.objects.filter(pk=after).values_list("ordered_at", flat=True).first() if after else None
    if last is not None:
        orders = orders.filter(Q(ordered_at__lt=last) | Q(ordered_at=last, pk__lt=after), ordered_at__lte=last)
    rows = list(
        orders.order_by("-ordered_at", "-pk").select_related("customer", "state", "responsible")[: PAGE_SIZE + 1]
    )
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None


def find_products(words: str) -> list[Product]:
    """Those on sale with each of the words in their name or code."""
    products = Product.objects.filter(archived_at=None).prefetch_related("prices")
    for word in folded(words).split()[:6]:
        products = products.filter(search_name__contains=word)
    return list(products.order_by("search_name", "pk")[:PRODUCTS_AT_ONCE])


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
    if visible_to(user).everything:
        kept = DebtTotal.objects.order_by().values("currency")
        rows: list[dict[str, Any]] = [
            dict(row) for row in kept.annotate(o=Sum("owed"), a=Sum("ahead"), n=Sum("debtors"))
        ]
    else:
        rows = _own_debts(user)
    sums = [CurrencyDebt(row["currency"], _exact(row["o"]), _exact(row["a"]), row["n"] or 0) for row in rows]
    return sorted((each for each in sums if each.owed or each.ahead), key=lambda each: -each.debtors)


def _own_debts(user: User) -> list[dict[str, Any]]:
    mine = Balance.objects.filter(visible_to(user).customers_filter("customer__"))
    sums: dict[str, dict[str, Any]] = {}
    for currency, owed in mine.exclude(owed=0).values_list("currency", "owed"):
        row = sums.setdefault(currency, {"currency": currency, "o": Decimal(0), "a": Decimal(0), "n": 0})
        row["o"] += max(owed, Decimal(0))
        row["a"] += max(-owed, Decimal(0))
        row["n"] += owed > 0
    return list(sums.values())


def _exact(amount: Decimal | None) -> Decimal:
    return Decimal(amount or 0).quantize(Decimal("0.001"))


def debtors(user: User, currency: str, after: int | None) -> tuple[list[Balance], int | None]:
    """Who owes most in this currency first: the page behind the balance `after`, and after which the next begins."""
    seen = Balance.objects.filter(visible_to(user).customers_filter("customer__"), currency=currency, owed__gt=0)
    last = Balance.objects.filter(pk=after).values_list("owed", "customer_id").first() if after else None
    if last is not None:
        seen = seen.filter(Q(owed__lt=last[0]) | Q(owed=last[0], customer_id__gt=last[1]), owed__lte=last[0])
    rows = list(
        seen.order_by("-owed", "customer_id").select_related("customer", "customer__responsible")[: PAGE_SIZE + 1]
    )
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None


def oldest_due(customer_ids: Iterable[int], currency: str) -> dict[int, date]:
    """Of these customers, the day since which the first unfinished order is past due."""
    late = Order.objects.past_due(timezone.localdate()).filter(customer_id__in=list(customer_ids), currency=currency)
    days: dict[int, date] = {}
    for customer_id, day in late.order_by("-due_on").values_list("customer_id", "due_on"):
        if day is not None:
            days[customer_id] = day
    return days
