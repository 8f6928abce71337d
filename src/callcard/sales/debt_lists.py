"""From a question to the list of who owes, in one currency, to its rows: quick however many owe."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.list_columns import people_of
from callcard.customers.models import Category, Customer
from callcard.customers.search import find_customers
from callcard.kit.ids import ids_in
from callcard.sales.models import Balance, Order
from callcard.staff.models import User
from callcard.staff.visibility import SALES, visible_to
from callcard.ui.lists import Asked, Column, counted

_FEW_CUSTOMERS = 2000
_FOUND_BY_WORDS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """`number`: how many; None when that would take a look at all of them. `is_exact`: False says "more than"."""

    rows: QuerySet[Balance]
    number: int | None
    is_exact: bool

    @property
    def is_few(self) -> bool:
        return self.number is not None and self.is_exact


def columns_for(user: User) -> list[Column]:
    categories = tuple((str(pk), name) for pk, name in Category.objects.values_list("pk", "name"))
    return [
        Column("customer", _("Customer"), sort="customer__search_name", has_filter=False),
        Column("owed", _("Owes"), "money", sort="owed", may_be_empty=False),
        Column("late", _("Past due"), "yesno", may_be_empty=False),
        Column("responsible", _("Responsible"), "choice", options=people_of(user)),
        Column("category", _("Category"), "choice", options=categories, is_shown=False),
        Column("numbers", _("Numbers"), has_filter=False, is_shown=False),
        Column("ways", _("Pay, statement"), has_filter=False),
    ]


_MOST = Decimal(10**15)  # so much nobody owes


def found_debts(user: User, asked: Asked, currency: str) -> Found:
    """Who owes in this currency, of whom this user sees."""
    rows: QuerySet[Balance] = Balance.objects.filter(currency=currency, owed__gt=0)
    owed = asked.filter_of("owed")
    least, most = _amount(owed.at_least), _amount(owed.at_most)
    if least is not None:
        rows = rows.filter(owed__gte=least)
    if most is not None:
        rows = rows.filter(owed__lte=most)
    customers = _customers(user, asked)
    is_bounded = True
    if customers is not None:
        rows, is_bounded = _of(rows, customers)
    late = asked.filter_of("late").values
    if late:
        rows, is_late_bounded = _late(rows, currency, is_late="yes" in late)
        is_bounded = is_bounded and is_late_bounded
    return Found(rows, *counted(rows)) if is_bounded else Found(rows, None, False)


def _customers(user: User, asked: Asked) -> QuerySet[Customer] | None:
    """Whom the question and what one may see leave; None: everybody."""
    seen, chosen = visible_to(user, SALES), {key: asked.filter_of(key) for key in ("responsible", "category")}
    if seen.everything and not asked.words and not any(one.is_set for one in chosen.values()):
        return None
    customers: QuerySet[Customer] = Customer.objects.filter(seen.customers_filter())
    if asked.words:
        hits = find_customers(asked.words, user=user, limit=_FOUND_BY_WORDS)
        customers = customers.filter(pk__in=[hit.customer_id for hit in hits])
    for key, one in chosen.items():
        if one.is_empty:
            customers = customers.filter(**{f"{key}__isnull": True})
        elif one.values:
            ids = ids_in(one.values)
            customers = customers.filter(**{f"{key}__in": ids})
    return customers


def _of(rows: QuerySet[Balance], customers: QuerySet[Customer]) -> tuple[QuerySet[Balance], bool]:
    """Few customers are named; of many, each debtor on the way is asked whether they are one of them."""
    ids = list(customers.order_by().values_list("pk", flat=True)[: _FEW_CUSTOMERS + 1])
    if len(ids) <= _FEW_CUSTOMERS:
        return rows.filter(customer_id__in=ids), True
    return rows.filter(Exists(customers.filter(pk=OuterRef("customer_id")))), False


def _late(rows: QuerySet[Balance], currency: str, *, is_late: bool) -> tuple[QuerySet[Balance], bool]:
    late = Order.objects.past_due(timezone.localdate()).filter(currency=currency)
    if is_late:
        ids = list(late.order_by().values_list("customer_id", flat=True)[: _FEW_CUSTOMERS + 1])
        if len(ids) <= _FEW_CUSTOMERS:
            return rows.filter(customer_id__in=set(ids)), True
    theirs = Exists(late.filter(customer_id=OuterRef("customer_id")))
    return rows.filter(theirs if is_late else ~theirs), False


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", ".")) if text else None
    except InvalidOperation:
        return None
    return max(-_MOST, min(_MOST, amount)) if amount is not None and amount.is_finite() else None
