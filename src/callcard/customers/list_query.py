"""From a question to a list of customers to the rows of a page, quick among a million whatever is asked.

What can be asked of the index of facts (`search_index.FACTS`) is asked there first: when few customers are left, they
are read and ordered; when there are many, the list's order is walked and those that do not fit are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.db.models import DecimalField, Exists, F, OuterRef, Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from callcard.customers import search_query
from callcard.customers.list_columns import OWN
from callcard.customers.models import Customer, CustomerQuerySet, CustomerTag
from callcard.customers.search import MOST_IN_LIST, find_customers
from callcard.customers.search_index import value_fact
from callcard.customers.search_query import Slot
from callcard.staff.models import User
from callcard.staff.visibility import visible_to
from callcard.ui.lists import COUNTED_UP_TO, Asked, Column, Filter, counted

_FACT_OF = {
    "category": "c",
    "stage": "s",
    "source": "o",
    "kind": "k",
    "country": "n",
    "responsible": "r",
    "tags": "t",
}
_ORDERED_BY_NAME = {"category_id", "responsible_id"}
"""Columns of an index that goes on with the name: one value of theirs is read in the list's own order."""
_RELATED = {"category", "stage", "source", "responsible"}


@dataclass(frozen=True, slots=True)
class Found:
    """`rows`: the customers. `number`: how many; None when that would take a look at all of them.

    `is_exact`: False says "more than `number`". `is_few`: little enough to be ordered by anything.
    """

    rows: CustomerQuerySet
    number: int | None
    is_exact: bool
    is_few: bool


def found_customers(user: User, asked: Asked, columns: Iterable[Column]) -> Found:
    """What the question finds among what this user may see."""
    kinds = {column.key: column.kind for column in columns}
    archived = _asked_for_archived(asked)
    seen = Customer.objects.visible_to(user)
    seen = seen.archived() if archived else seen.current()
    if asked.words:
        ids = _found_by_words(user, asked, archived)
        rows = _kept(seen.filter(pk__in=ids), asked, kinds, is_walked=False)
        return Found(rows, rows.count(), len(ids) < MOST_IN_LIST, True)
    slots = _fact_slots(asked, kinds)
    if not slots:
        rows = _kept(seen, asked, kinds, is_walked=True)
        if any(one.key != "archived" for one in asked.filters):
            return Found(rows, None, False, False)
        number, is_exact = counted(rows)
        return Found(rows, number, is_exact, is_exact)
    ids = ids_with(slots, user, archived=archived, limit=COUNTED_UP_TO + 1)
    if len(ids) > COUNTED_UP_TO:
        return Found(_kept(seen, asked, kinds, is_walked=True), COUNTED_UP_TO, False, False)
    rows = _kept(seen.filter(pk__in=ids), asked, kinds, is_walked=False)
    is_settled = len(slots) == sum(one.key != "archived" for one in asked.filters)
    return Found(rows, len(ids) if is_settled else rows.count(), True, True)


def group_counts(
    user: User, asked: Asked, column: Column, columns: Iterable[Column]
) -> list[tuple[str, str, int, bool]]:
    """(value, words, how many, exactly?) for each option of a column, with the filters that are set besides."""
    kinds = {one.key: one.kind for one in columns}
    archived = _asked_for_archived(asked)
    others = [one for one in asked.filters if one.key != column.key]
    slots = _fact_slots(Asked(filters=tuple(others)), kinds)
    counts = []
    for value, words in column.options:
        fact = _facts_of(Filter(column.key, (value,)), column.kind)
        if fact:
            ids = ids_with([*slots, fact], user, archived=archived, limit=COUNTED_UP_TO + 1)
            counts.append((value, words, min(len(ids), COUNTED_UP_TO), len(ids) <= COUNTED_UP_TO))
    return [one for one in counts if one[2]]


def ids_with(slots: list[Slot], user: User, *, archived: bool, limit: int) -> list[int]:
    """Ids of customers with these facts, at most so many, read from the index alone."""
    seen = visible_to(user).responsible_ids
    among = [value_fact("r", pk) for pk in sorted(seen)] if seen is not None else []
    if seen is not None and not among:
        return []
    question = search_query.expression(slots, among=among, archived=archived)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sql = f"SELECT rowid FROM customers_searchgrams WHERE customers_searchgrams MATCH %s LIMIT {limit}"
            cursor.execute(sql, [question])
        else:
            quoted = question.replace("'", "''").replace("%", "%%")
            cursor.execute(
                f"SELECT customer_id FROM customers_searchtext WHERE grams @@ '{quoted}'::tsquery LIMIT {limit}"
            )
        return [row[0] for row in cursor.fetchall()]


def _asked_for_archived(asked: Asked) -> bool:
    return "yes" in asked.filter_of("archived").values


def _found_by_words(user: User, asked: Asked, archived: bool) -> list[int]:
    hits = find_customers(asked.words, user=user, limit=MOST_IN_LIST, archived=archived)
    return [hit.customer_id for hit in hits]


def _fact_slots(asked: Asked, kinds: Mapping[str, str]) -> list[Slot]:
    return [slot for one in asked.filters if (slot := _facts_of(one, kinds.get(one.key, "")))]


def _facts_of(one: Filter, kind: str) -> Slot:
    """The facts of which one must hold; none when the index cannot say."""
    if one.is_empty or not one.values:
        return []
    if one.key in _FACT_OF:
        return [[value_fact(_FACT_OF[one.key], value)] for value in one.values]
    if one.key == "city":
        return [[value_fact("y", value)] for value in one.values]
    if one.key.startswith(OWN) and kind in ("text", "choice", "choices"):
        return [[value_fact(f"f{one.key.removeprefix(OWN)}", value)] for value in one.values]
    if one.key.startswith(OWN) and kind == "yesno" and one.values == ("yes",):
        return [[value_fact(f"f{one.key.removeprefix(OWN)}", True)]]
    return []


def _kept(rows: CustomerQuerySet, asked: Asked, kinds: Mapping[str, str], *, is_walked: bool) -> CustomerQuerySet:
    for one in asked.filters:
        is_settled = not is_walked and not asked.words and bool(_facts_of(one, kinds.get(one.key, "")))
        if one.key != "archived" and not is_settled:
            order = asked.sort if is_walked else ""
            rows = _filtered(rows, one, kinds.get(one.key, ""), order)
    return rows


def _filtered(rows: CustomerQuerySet, one: Filter, kind: str, order: str) -> CustomerQuerySet:
    """`order`: by which column the list is walked; empty when its few rows are read and ordered."""
    if one.key.startswith(OWN):
        return _own_filtered(rows, one, kind)
    if one.key == "tags":
        given = CustomerTag.objects.filter(customer=OuterRef("pk"))
        has = Exists(given.filter(tag_id__in=_numbers(one.values)))
        return rows.filter(~Exists(given) if one.is_empty else has)
    column = f"{one.key}_id" if one.key in _RELATED else one.key
    if one.is_empty:
        is_nullable = one.key in (*_RELATED, "birthday")
        return rows.filter(**({f"{column}__isnull": True} if is_nullable else {column: ""}))
    if kind == "date":
        return _between(rows, "created_at" if one.key == "created" else one.key, one)
    if one.key == "city":
        return rows.filter(_any_of("city__iexact", one.values))
    values: list[Any] = _numbers(one.values) if one.key in _RELATED else list(one.values)
    has_order = order == "name" and column in _ORDERED_BY_NAME and len(values) == 1
    if order and one.key in _RELATED and not has_order and connection.vendor == "sqlite":
        # Or SQLite reads all of them by the column's own index and orders them.
        return rows.alias(**{f"_{column}": F(column) + Value(0)}).filter(**{f"_{column}__in": values})
    return rows.filter(**{f"{column}__in": values})


def _any_of(lookup: str, values: Iterable[str]) -> Q:
    wanted = Q()
    for value in values:
        wanted |= Q(**{lookup: value})
    return wanted


def _own_filtered(rows: CustomerQuerySet, one: Filter, kind: str) -> CustomerQuerySet:
    key = one.key.removeprefix(OWN)
    if one.is_empty:
        return rows.exclude(own_fields__has_key=key)
    if kind == "yesno":
        yes = Q(**{f"own_fields__{key}": True})
        return rows.filter(yes if "yes" in one.values else ~yes | Q(**{f"own_fields__{key}__isnull": True}))
    if kind in ("number", "money"):
        return _own_number_between(rows, key, one, kind)
    if kind == "date":
        return _own_dates_between(rows, key, one)
    if kind == "choices":
        return rows.filter(_any_of(f"own_fields__{key}__icontains", [f'"{value}"' for value in one.values]))
    return rows.filter(_any_of(f"own_fields__{key}{'__iexact' if kind == 'text' else ''}", one.values))


def _own_number_between(rows: CustomerQuerySet, key: str, one: Filter, kind: str) -> CustomerQuerySet:
    text: Any = KeyTextTransform(key, "own_fields")
    if kind == "money":
        text = KeyTextTransform("amount", text)
    rows = rows.alias(_number=Cast(text, DecimalField(max_digits=30, decimal_places=6)))
    for limit, step in ((one.at_least, "gte"), (one.at_most, "lte")):
        number = _decimal(limit)
        if number is not None:
            rows = rows.filter(**{f"_number__{step}": number})
    return rows


def _own_dates_between(rows: CustomerQuerySet, key: str, one: Filter) -> CustomerQuerySet:
    rows = rows.alias(_day=KeyTextTransform(key, "own_fields"))
    for limit, step in ((one.at_least, "gte"), (one.at_most, "lte")):
        if _day(limit):
            rows = rows.filter(**{f"_day__{step}": limit})
    return rows


def _between(rows: CustomerQuerySet, column: str, one: Filter) -> CustomerQuerySet:
    first, last = _day(one.at_least), _day(one.at_most)
    if column == "created_at":
        if first:
            rows = rows.filter(created_at__gte=timezone.make_aware(datetime.combine(first, time())))
        if last:
            rows = rows.filter(created_at__lt=timezone.make_aware(datetime.combine(last + timedelta(days=1), time())))
        return rows
    return rows.filter(**({f"{column}__gte": first} if first else {}), **({f"{column}__lte": last} if last else {}))


def _numbers(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**20 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1800 < found.year < 9000 else None
