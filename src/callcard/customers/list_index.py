"""Keeping the tables that lists are read from: called by `search_index.refresh`, where each write of customers ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from callcard.customers.grams import fact_number
from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.rows_at_once import insert_prepared

_CHOSEN = frozenset({"choice", "choices", "yesno"})
_COUNTED = frozenset({"number", "money", "date"})
_AT_ONCE = 500


def keep(
    rows: Iterable[Mapping[str, Any]],
    facts: Mapping[int, Iterable[str]],
    fields: Mapping[str, tuple[int, str]],
    *,
    of: Iterable[int],
) -> None:
    """Bring what lists read of the customers `of` in line with `rows`: their id, search_name, archived_at, own_fields.

    `facts`: of tags and choices, by customer. `fields`: key of an own field -> (id, kind). Inside a transaction.
    """
    ids, current = list(of), {row["id"]: row for row in rows}
    _keep_facts(ids, current, facts)
    _keep_values(ids, current, fields)


def is_listed(kind: str) -> bool:
    """Whether the choices of own fields of this kind are facts here."""
    return kind in _CHOSEN


def as_number(kind: str, value: Any) -> float | None:
    """What is compared of an own field's value; None when it has no number."""
    try:
        if kind == "date":
            return float(date.fromisoformat(str(value)).toordinal())
        return float(Decimal(str(value["amount"] if kind == "money" else value)))
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return None


class Listed(NamedTuple):
    """What lists keep of one customer: (fact, name) and (field, value)."""

    facts: list[tuple[int, str]]
    values: list[tuple[int, float]]


_NOTHING = Listed([], [])


def listed(row: Mapping[str, Any], facts: Collection[str], fields: Mapping[str, tuple[int, str]]) -> Listed:
    """Of a customer, as in `keep`."""
    if not facts and not row["own_fields"]:
        return _NOTHING
    of_facts, of_values = _facts_of({0: row}, {0: facts}), _values_of({0: row}, fields)
    return Listed([one[:2] for one in of_facts], [one[1:] for one in of_values])


def write_new(rows: Iterable[tuple[int, Listed]]) -> None:
    """Of customers who are new, of whom nothing is here yet."""
    both = list(rows)
    insert_prepared(
        ListFact, ("fact", "name", "customer_id"), sorted((*fact, pk) for pk, one in both for fact in one.facts)
    )
    insert_prepared(
        ListValue, ("customer_id", "field_id", "value"), sorted((pk, *v) for pk, one in both for v in one.values)
    )


def _facts_of(
    current: Mapping[int, Mapping[str, Any]], facts: Mapping[int, Iterable[str]]
) -> set[tuple[int, str, int]]:
    """(fact, name, customer) of current customers."""
    return {
        (fact_number(fact), row["search_name"], pk)
        for pk, row in current.items()
        if row["archived_at"] is None
        for fact in facts.get(pk, ())
    }


def _values_of(
    current: Mapping[int, Mapping[str, Any]], fields: Mapping[str, tuple[int, str]]
) -> set[tuple[int, int, float]]:
    """(customer, field, value)."""
    return {
        (pk, fields[key][0], number)
        for pk, row in current.items()
        for key, value in row["own_fields"].items()
        if key in fields and fields[key][1] in _COUNTED
        if (number := as_number(fields[key][1], value)) is not None
    }


def _keep_facts(ids: list[int], current: Mapping[int, Mapping[str, Any]], facts: Mapping[int, Iterable[str]]) -> None:
    wanted = _facts_of(current, facts)
    stored = {
        (fact, name, customer): pk
        for pk, fact, name, customer in ListFact.objects.filter(customer__in=ids).values_list(
            "pk", "fact", "name", "customer"
        )
    }
    gone = [pk for row, pk in stored.items() if row not in wanted]
    if gone:
        ListFact.objects.filter(pk__in=gone).delete()
    fresh = [ListFact(fact=fact, name=name, customer_id=pk) for fact, name, pk in wanted - stored.keys()]
    ListFact.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_AT_ONCE)


def _keep_values(
    ids: list[int], current: Mapping[int, Mapping[str, Any]], fields: Mapping[str, tuple[int, str]]
) -> None:
    wanted = _values_of(current, fields)
    stored = {
        (customer, field, value): pk
        for pk, customer, field, value in ListValue.objects.filter(customer__in=ids).values_list(
            "pk", "customer", "field", "value"
        )
    }
    gone = [pk for row, pk in stored.items() if row not in wanted]
    if gone:
        ListValue.objects.filter(pk__in=gone).delete()
    fresh = [ListValue(customer_id=pk, field_id=field, value=value) for pk, field, value in wanted - stored.keys()]
    ListValue.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_AT_ONCE)
