"""What a filter of the list of orders means: which orders fit, and which indexes know them.

A condition is sure about single orders (`check`), and mostly knows besides where its orders are: as rows of an index in
the list's own order (`parts`), or as rows of another index (`among`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import DateField, DateTimeField, F, Func, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone

from callcard.kit.ids import ids_in
from callcard.sales.models import Order, OrderQuerySet
from callcard.ui.list_days import midnight, read_day
from callcard.ui.list_ids import among
from callcard.ui.list_walk import Source
from callcard.ui.lists import Filter

_DAYS = {"ordered": "ordered_at", "due": "due_on"}
_STEPS = {"gte": GreaterThanOrEqual, "lte": LessThanOrEqual, "lt": LessThan}
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True)
class Condition:
    """`is_settled`: what `parts` or `among` hold fits, and nothing else. `source`: in another order than the list's."""

    check: Q
    parts: tuple[OrderQuerySet, ...] = ()
    among: OrderQuerySet | None = None
    is_settled: bool = True
    source: Source | None = None

    @property
    def known(self) -> tuple[OrderQuerySet, ...]:
        """Orders among whom all are that fit, as some index has them."""
        return (self.among,) if self.among is not None else self.parts

    def in_order(self) -> Source | None:
        return self.source or (Source(self.parts, "ordered_at") if self.parts else None)


def conditions_of(filters: Iterable[Filter]) -> list[Condition]:
    by_key = {one.key: one for one in filters}
    state, responsible = (by_key.get(key) for key in ("state", "responsible"))
    states, people = (ids_in(one.values) if one else [] for one in (state, responsible))
    if responsible and len(states) == len(people) == 1 and not responsible.is_empty:
        both = {"responsible_id": people[0], "state_id": states[0]}  # these two have an index together
        rest = [one for key, one in by_key.items() if key not in ("state", "responsible")]
        return [_of_parts(Q(**both)), *(_condition(one) for one in rest)]
    return [_condition(one) for one in by_key.values()]


def _condition(one: Filter) -> Condition:
    if one.key == "standing":
        return _standing(one.values)
    if one.is_empty:
        return _of_parts(Q(**{f"{_DAYS.get(one.key, one.key)}__isnull": True}))
    if one.key in _DAYS:
        return _days(one)
    column = "currency" if one.key == "currency" else f"{one.key}_id"
    values: Sequence[Any] = one.values if one.key == "currency" else ids_in(one.values)
    if not values:
        return Condition(Q(pk__in=[]), (Order.objects.none(),))
    if len(values) > _MOST_PARTS:
        return Condition(Q(**{f"{column}__in": values}))
    return _of_parts(*(Q(**{column: value}) for value in values))


def _of_parts(*checks: Q) -> Condition:
    either = Q()
    for check in checks:
        either |= check
    return Condition(either, tuple(Order.objects.filter(check) for check in checks))


def _standing(values: tuple[str, ...]) -> Condition:
    if "cancelled" in values:
        return _of_parts(Q(cancelled_at__isnull=False))
    if "late" not in values:
        return _of_parts(Q(is_current=True))
    late = Order.objects.past_due(timezone.localdate())
    check = Q(is_current=True) & Q(_STEPS["lt"](unread("due_on"), timezone.localdate()))
    return Condition(check, (Order.objects.filter(is_current=True),), late)


def _days(one: Filter) -> Condition:
    column, first, last = _DAYS[one.key], read_day(one.at_least), read_day(one.at_most)
    limits: dict[str, Any] = {"gte": first, "lte": last}
    if one.key == "ordered":
        limits = {"gte": first and midnight(first), "lt": last and midnight(last + timedelta(days=1))}
    within = Q(**{f"{column}__{step}": limit for step, limit in limits.items() if limit})
    if not within:
        return Condition(within, is_settled=False)
    check = Q()
    for step, limit in limits.items():
        check &= Q(_STEPS[step](unread(column), limit)) if limit else Q()
    rows = Order.objects.filter(within)
    return Condition(check, (rows,)) if one.key == "ordered" else Condition(check, among=rows)


def unread(column: str) -> Func | F:
    """The column so that no index of it is begun with: SQLite would rather read a month of orders than look at some
    thousand of them, and PostgreSQL all that are due, to look which of them are also of some thousand customers."""
    if column == "due_on":
        same = "+%(expressions)s" if connection.vendor == "sqlite" else "(%(expressions)s + 0)"
        return Func(F(column), template=same, output_field=DateField())
    if connection.vendor != "sqlite":
        return F(column)
    return Func(F(column), template="+%(expressions)s", output_field=DateTimeField())


def of_customers(ids: Sequence[int], others: Iterable[Condition]) -> OrderQuerySet:
    """Orders of few customers to which all `others` apply. They are put in order when they are read: no index has them
    so, and all orders would be passed by, the newest first."""
    same = "+%(expressions)s" if connection.vendor == "sqlite" else "(%(expressions)s + interval '0')"
    place = Func(F("ordered_at"), template=same, output_field=DateTimeField())
    rows = Order.objects.filter(among("customer_id", ids))
    for one in others:
        rows = rows.filter(one.check)
    return rows.annotate(_place=place)


def of_those(rows: OrderQuerySet) -> Source:
    return Source([rows], "_place", reads="ordered_at")


def of_numbers(check: Q) -> Condition:
    """Orders whose number begins so, in the order of their numbers."""
    rows = Order.objects.filter(check)
    return Condition(check, among=rows, source=Source([rows], "number"))
