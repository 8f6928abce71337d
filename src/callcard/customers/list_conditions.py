"""What a filter of the list means: which customers fit, and which indexes know them.

A condition is sure about single customers (`check`), and may know besides where its customers are: as grams of the
search index (`slot`), as rows of an index in an order of the list (`sources`), or as a range of an index (`among`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from callcard.customers import grams
from callcard.customers.consent.models import Consent
from callcard.customers.consent.queries import counting
from callcard.customers.list_columns import CALLS, IMPORT, OWN
from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.models import Customer, CustomerTag, OwnField
from callcard.customers.search_index import value_fact
from callcard.customers.search_query import Slot
from callcard.customers.transfer.models import Import
from callcard.kit.ids import ids_in
from callcard.staff.models import Change
from callcard.ui.list_days import midnight, read_day
from callcard.ui.list_walk import Source
from callcard.ui.lists import Column, Filter

_FACT_OF = {"category": "c", "stage": "s", "source": "o", "kind": "k", "country": "n", "responsible": "r"}
_RELATED = {"category", "stage", "source", "responsible"}
_NULLABLE = _RELATED | {"birthday"}
_MOST_PARTS = 12
_MOST_CITIES = 2000
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Condition:
    """`is_settled`: `slot` or `among` alone is sure. `sources`: by the list's order, "name" or "created"."""

    check: Q
    slot: Slot = field(default_factory=list)
    is_settled: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict)
    among: QuerySet[Any] | None = None  # ids


NOBODY = Condition(Q(pk__in=[]), [[grams.fact("nobody")]], True)


def conditions_of(filters: Iterable[Filter], columns: Mapping[str, Column], *, archived: bool) -> list[Condition]:
    """Of all filters but the one for archived customers."""
    return [_condition(one, columns[one.key], archived=archived) for one in filters if one.key != "archived"]


def one_of_responsible(ids: frozenset[int], *, archived: bool) -> Condition:
    """What a user may see who does not see everything."""
    return _of_column(Filter("responsible", tuple(str(pk) for pk in sorted(ids))), archived=archived)


def of_choice(column: Column, value: str, *, archived: bool) -> Condition:
    """One choice of a column."""
    return _condition(Filter(column.key, (value,)), column, archived=archived)


def _condition(one: Filter, column: Column, *, archived: bool) -> Condition:
    if one.key.startswith(OWN):
        return _own(one, column.kind, archived=archived)
    if one.key == IMPORT:
        return _imported(one)
    if one.key == CALLS:
        return _calls_consent(one)
    if one.key == "tags":
        return _tags(one, archived=archived)
    if one.is_empty:
        return Condition(Q(**({f"{one.key}__isnull": True} if one.key in _NULLABLE else {one.key: ""})))
    if column.kind == "date":
        return (_created if one.key == "created" else _days)(one, archived=archived)
    if one.key == "city":
        return _city(one, archived=archived)
    return _of_column(one, archived=archived)


def _imported(one: Filter) -> Condition:
    """Those whom an import brought in; whom it changed is another question."""
    batches = [Import(pk=pk).batch for pk in ids_in(one.values)]
    steps = Change.objects.filter(batch__in=batches, about="customer", action=Change.Action.IMPORTED)
    ids = steps.values_list("object_id", flat=True)
    return Condition(Q(pk__in=ids), among=ids) if batches else NOBODY


def _calls_consent(one: Filter) -> Condition:
    """By the answer that counts; nothing: never asked, or not any more."""
    said = counting(Consent.Way.CALLS).exclude(answer=Consent.Answer.NOT_ASKED)
    if one.is_empty:
        return Condition(Q(~Exists(said.filter(customer=OuterRef("pk")))))
    said = said.filter(answer__in=one.values)
    return Condition(Q(Exists(said.filter(customer=OuterRef("pk")))), among=said.values_list("customer_id", flat=True))


def _of_column(one: Filter, *, archived: bool) -> Condition:
    """One of these values in a column of the customer that has indexes for it."""
    column = f"{one.key}_id" if one.key in _RELATED else one.key
    values: list[Any] = ids_in(one.values) if one.key in _RELATED else list(one.values)
    if not values:
        return NOBODY
    slot = [[value_fact("y" if column == "city" else _FACT_OF[one.key], value)] for value in values]
    sources = {}
    if not archived and len(values) <= _MOST_PARTS:
        parts = [Customer.objects.filter(**{column: value}, archived_at=None) for value in values]
        sources = {"name": Source(parts, "search_name"), "created": Source(parts, "pk")}
    return Condition(Q(**{f"{column}__in": values}), slot, True, sources)


def _tags(one: Filter, *, archived: bool) -> Condition:
    given = CustomerTag.objects.filter(customer=OuterRef("pk"))
    if one.is_empty:
        return Condition(Q(~Exists(given)))
    ids = ids_in(one.values)
    if not ids:
        return NOBODY
    facts = [value_fact("t", pk) for pk in ids]
    return _facts(facts, Q(Exists(given.filter(tag_id__in=ids))), archived=archived)


def _facts(facts: list[str], check: Q, *, archived: bool) -> Condition:
    """One of these facts, which `ListFact` keeps in the list's order. Archived customers are not there."""
    rows = [ListFact.objects.filter(fact=grams.fact_number(fact)) for fact in facts]
    sources = {"name": Source(rows, "name", "customer_id"), "created": Source(rows, "customer_id", "customer_id")}
    return Condition(
        check, [[fact] for fact in facts], True, sources if len(facts) <= _MOST_PARTS and not archived else {}
    )


def _city(one: Filter, *, archived: bool) -> Condition:
    """All cities in whose names it stands, however it is written."""
    typed = [grams.folded(value) for value in one.values]
    known = [] if archived else _cities()
    if archived or len(known) == _MOST_CITIES:
        return Condition(_either(Q(city__icontains=value) for value in one.values))
    meant = tuple(city for city in known if any(text in grams.folded(city) for text in typed))
    return _of_column(Filter("city", meant), archived=archived)


def _cities() -> list[str]:
    """The cities of current customers, found by leaping from one to the next in their index."""
    table = "customers_customer WHERE archived_at IS NULL AND city >"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE known(city) AS (SELECT MIN(city) FROM {table} '' UNION ALL "
            f"SELECT (SELECT MIN(city) FROM {table} known.city) FROM known WHERE known.city IS NOT NULL) "
            f"SELECT city FROM known WHERE city IS NOT NULL LIMIT {_MOST_CITIES}"
        )
        return [row[0] for row in cursor.fetchall()]


def _created(one: Filter, *, archived: bool) -> Condition:
    """Whoever was entered later has a greater id, give or take a day, so a list by entry begins near its place."""
    first, last = read_day(one.at_least), read_day(one.at_most)
    begin = midnight(first) if first else None
    end = midnight(last + _A_DAY) if last else None
    check = _range("created_at", begin, end, below="lt")
    near = Customer.objects.current().filter(**_ids_near(begin, end))
    return replace(_among(check, archived=archived), sources={} if archived else {"created": Source([near], "pk")})


def _among(check: Q, *, archived: bool) -> Condition:
    rows = Customer.objects.archived() if archived else Customer.objects.current()
    return Condition(check, is_settled=True, among=rows.filter(check).values_list("pk", flat=True))


def _ids_near(begin: datetime | None, end: datetime | None) -> dict[str, int]:
    bounds = {}
    if begin is not None:
        before = Customer.objects.filter(created_at__lt=begin - _A_DAY).order_by("-created_at", "-pk")
        bounds["pk__gt"] = before.values_list("pk", flat=True).first()
    if end is not None:
        behind = Customer.objects.filter(created_at__gt=end + _A_DAY).order_by("created_at", "pk")
        bounds["pk__lt"] = behind.values_list("pk", flat=True).first()
    return {step: pk for step, pk in bounds.items() if pk is not None}


def _days(one: Filter, *, archived: bool) -> Condition:
    check = _range("birthday", read_day(one.at_least), read_day(one.at_most)) & Q(birthday__isnull=False)
    return _among(check, archived=archived)


# -- own fields --------------------------------------------------------------------------------------------------------


def _own(one: Filter, kind: str, *, archived: bool) -> Condition:
    key = one.key.removeprefix(OWN)
    if one.is_empty:
        return Condition(~Q(own_fields__has_key=key))
    if kind in ("number", "money", "date"):
        values = own_values(key, one, kind)
        return Condition(
            Q(Exists(values.filter(customer=OuterRef("pk")))), among=values.values_list("customer_id", flat=True)
        )
    if kind == "yesno":
        yes = Q(**{f"own_fields__{key}": True})
        if "yes" not in one.values:
            return Condition(~yes | Q(**{f"own_fields__{key}__isnull": True}))
        return _facts([value_fact(f"f{key}", True)], yes, archived=archived)
    if kind == "text":
        return _own_text(key, one)
    held = [Q(**{f"own_fields__{key}__icontains": f'"{value}"'}) for value in one.values]
    check = _either(held) if kind == "choices" else _either(Q(**{f"own_fields__{key}": value}) for value in one.values)
    return _facts([value_fact(f"f{key}", value) for value in one.values], check, archived=archived)


def own_values(key: str, one: Filter, kind: str) -> QuerySet[ListValue]:
    """Values of an own field within the filter's range."""
    read = _ordinal if kind == "date" else _number
    # By its id: with another table in the question PostgreSQL would not read the values in the order of their index.
    field_id = OwnField.objects.filter(key=key).values_list("pk", flat=True).first()
    return ListValue.objects.filter(_range("value", read(one.at_least), read(one.at_most)), field=field_id or 0)


def _own_text(key: str, one: Filter) -> Condition:
    """Contains: from three letters on anywhere in a word, fewer at the beginning of one."""
    pieces = [
        [gram for word in grams.words(value) for gram in grams.inner(word) or grams.beginning(word)]
        for value in one.values
    ]
    writings = {
        text
        for value in one.values
        for text in (value, value.lower(), value.upper(), value.title(), grams.folded(value))
    }
    check = _either(Q(**{f"own_fields__{key}__icontains": text}) for text in sorted(writings))
    return Condition(check, pieces if all(pieces) else [])


# -- values ------------------------------------------------------------------------------------------------------------


def _either(conditions: Iterable[Q]) -> Q:
    either = Q()
    for one in conditions:
        either |= one
    return either


def _range(column: str, first: Any, last: Any, *, below: str = "lte") -> Q:
    lower = {} if first is None else {f"{column}__gte": first}
    upper = {} if last is None else {f"{column}__{below}": last}
    return Q(**lower, **upper)


def _number(text: str) -> float | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() else None


def _ordinal(text: str) -> float | None:
    found = read_day(text)
    return float(found.toordinal()) if found else None
