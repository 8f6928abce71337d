"""From a question to a list of orders to the rows of a page, quick among millions whatever is asked.

A state, a responsible and days of ordering have indexes in the list's own order; what else is asked is passed over
while that order is walked. When few are found they are counted, summed and ordered by anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, ExpressionWrapper, F, IntegerField, OuterRef, Sum, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.list_columns import people_of
from callcard.customers.models import Customer
from callcard.sales.models import Order, OrderQuerySet, OrderState
from callcard.sales.queries import said
from callcard.staff.models import User
from callcard.staff.places import currencies
from callcard.staff.visibility import visible_to
from callcard.ui.list_days import midnight, read_day
from callcard.ui.lists import Asked, Column, Filter, counted

_FEW_CUSTOMERS = 2000
_INDEXED = frozenset({"state", "responsible", "ordered"})
_DAYS = {"ordered": "ordered_at", "due": "due_on"}


@dataclass(frozen=True, slots=True)
class Found:
    """`number`: how many; None when that would take a look at all of them. `is_exact`: False says "more than"."""

    rows: OrderQuerySet
    number: int | None
    is_exact: bool

    @property
    def is_few(self) -> bool:
        """Little enough to be summed, and ordered by anything."""
        return self.number is not None and self.is_exact


def columns_for(user: User) -> list[Column]:
    states = tuple((str(pk), name) for pk, name in OrderState.objects.values_list("pk", "name"))
    standing = (("current", _("Going on")), ("late", _("Past due")), ("cancelled", _("Cancelled")))
    return [
        Column("number", _("Number"), sort="number", has_filter=False),
        Column("customer", _("Customer"), has_filter=False),
        Column("title", _("About"), has_filter=False),
        Column("state", _("State"), "choice", options=states, can_group=True, may_be_empty=False),
        Column("total", _("Total"), sort="total", has_filter=False),
        Column("debt", _("To pay"), has_filter=False),
        Column("ordered", _("Ordered"), "date", sort="ordered_at", may_be_empty=False),
        Column("due", _("Due"), "date", sort="due_on"),
        Column("responsible", _("Responsible"), "choice", options=people_of(user), can_group=True),
        Column("standing", _("Standing"), "choice", options=standing, is_shown=False, may_be_empty=False),
        Column("currency", _("Currency"), "choice", options=tuple(currencies()), is_shown=False, may_be_empty=False),
    ]


def found_orders(user: User, asked: Asked) -> Found:
    """What the question finds among what this user may see."""
    rows, is_bounded = _seen_by(user)
    if asked.words:
        rows, is_bounded = rows.filter(said(user, asked.words)), True
    is_walked = not is_bounded and not all(_has_index(one) for one in asked.filters)
    if is_walked and _is_only_late(asked):
        late = rows.past_due(timezone.localdate())
        number, is_exact = counted(late)
        if is_exact and visible_to(user).everything:
            return Found(late, number, True)
    for one in asked.filters:
        rows = _filtered(rows, one, is_walked=is_walked or is_bounded, is_bounded=is_bounded)
    if is_walked or (not is_bounded and not visible_to(user).everything):
        return Found(rows, None, False)
    return Found(rows, *counted(rows))


def group_counts(user: User, asked: Asked, column: Column) -> list[tuple[str, str, int, bool]]:
    """(value, words, how many, exactly?) for each option of a column, with the filters that are set besides; none when
    they could not be counted quickly."""
    others = tuple(one for one in asked.filters if one.key != column.key)
    counts = []
    for value, words in column.options:
        found = found_orders(user, replace(asked, filters=(*others, Filter(column.key, (value,)))))
        if found.number:
            counts.append((value, words, found.number, found.is_exact))
    return counts


def sums(rows: OrderQuerySet) -> list[tuple[str, Decimal, Decimal]]:
    """(currency, totals, paid) of these orders, those cancelled left out; currencies are never added."""
    counting = rows.filter(cancelled_at=None).order_by().values("currency")
    told = counting.annotate(all=Sum("total"), received=Sum("paid")).order_by("currency")
    return [(row["currency"], _exact(row["all"]), _exact(row["received"])) for row in told]


def _exact(amount: Decimal) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.001"))


def _seen_by(user: User) -> tuple[OrderQuerySet, bool]:
    """Their orders, and whether these are few enough to be looked at. For the others each order on the way is asked
    whose it is: a join would let the database begin with all their customers."""
    seen = visible_to(user)
    if seen.everything:
        return Order.objects.all(), False
    theirs = Customer.objects.filter(seen.customers_filter())
    ids = list(theirs.order_by().values_list("pk", flat=True)[: _FEW_CUSTOMERS + 1])
    if len(ids) <= _FEW_CUSTOMERS:
        return Order.objects.filter(customer_id__in=ids), True
    return Order.objects.filter(Exists(theirs.filter(pk=OuterRef("customer_id")))), False


def _has_index(one: Filter) -> bool:
    return one.key == "ordered" or (one.key in _INDEXED and len(one.values) == 1 and not one.is_empty)


def _is_only_late(asked: Asked) -> bool:
    return [(one.key, one.values) for one in asked.filters] == [("standing", ("late",))]


def _filtered(rows: OrderQuerySet, one: Filter, *, is_walked: bool, is_bounded: bool) -> OrderQuerySet:
    """`is_bounded`: few customers or words come first, and no index of these columns may."""
    if one.key == "standing":
        return _standing(rows, one.values, is_walked=is_walked)
    if one.key in _DAYS:
        return _between(rows, one)
    if one.key == "currency":
        return rows.filter(currency__in=one.values)
    if one.is_empty:
        return rows.filter(**{f"{one.key}__isnull": True})
    ids = [int(value) for value in one.values if value.isascii() and value.isdigit() and len(value) < 19]
    if len(ids) == 1 and not is_bounded:
        return rows.filter(**{f"{one.key}_id": ids[0]})
    return _any_of(rows, f"{one.key}_id", ids, is_walked=is_walked)


def _any_of(rows: OrderQuerySet, column: str, values: Iterable[int], *, is_walked: bool) -> OrderQuerySet:
    if is_walked and connection.vendor == "sqlite":
        # Or SQLite reads all of them by the column's own index and orders them.
        return rows.alias(**{f"_{column}": F(column) + Value(0)}).filter(**{f"_{column}__in": list(values)})
    return rows.filter(**{f"{column}__in": list(values)})


def _standing(rows: OrderQuerySet, values: tuple[str, ...], *, is_walked: bool) -> OrderQuerySet:
    if "cancelled" in values:
        return rows.exclude(cancelled_at=None)
    if "late" in values:
        rows = rows.filter(due_on__lt=timezone.localdate())
    if is_walked and connection.vendor == "sqlite":
        number = ExpressionWrapper(F("is_current") + Value(0), output_field=IntegerField())
        return rows.alias(_is_current=number).filter(_is_current=1)
    return rows.filter(is_current=True)


def _between(rows: OrderQuerySet, one: Filter) -> OrderQuerySet:
    column, first, last = _DAYS[one.key], read_day(one.at_least), read_day(one.at_most)
    if one.is_empty:
        return rows.filter(**{f"{column}__isnull": True})
    if one.key == "due":
        limits: dict[str, Any] = {"gte": first, "lte": last}
    else:
        limits = {"gte": first and midnight(first), "lt": last and midnight(last + timedelta(days=1))}
    return rows.filter(**{f"{column}__{step}": limit for step, limit in limits.items() if limit})
