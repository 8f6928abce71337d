"""From a question to a list of customers to the rows of a page, quick among a million whatever is asked.

When some index says that few customers are left, they are read and ordered; when there are many, indexes are walked in
the list's order (`list_walk`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from callcard.customers import grams, search_query
from callcard.customers.list_columns import OWN, without_words
from callcard.customers.list_conditions import Condition, conditions_of, of_choice, one_of_responsible, own_values
from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.list_records import SHOWN, customers_of
from callcard.customers.models import Customer, CustomerQuerySet, CustomerTag
from callcard.customers.search import MOST_IN_LIST, Hit, find_customers
from callcard.customers.search_query import Slot
from callcard.staff.models import User
from callcard.staff.visibility import visible_to
from callcard.ui.list_ids import among, counts_of
from callcard.ui.list_walk import Source, looked_at, looked_at_each, walk
from callcard.ui.lists import COUNTED_UP_TO, Asked, Column, Filter, Page, counted, keyset_page

ALWAYS_QUICK = frozenset({"name", "created", "birthday"})
"""Orders of a million, besides the numbers and days of own fields."""
_COUNTED_KINDS = ("number", "date")
_GROUPS_BY_GRAMS = 8
_READ_AT_ONCE, _LOOKED_AT = 30_000, 1000
_COUNTED_FOR_GROUPS = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """`rows`: the customers. `number`: how many; None when that would take a look at all of them.

    `is_exact`: False says "more than `number`". `is_few`: little enough to be ordered by anything.
    """

    rows: CustomerQuerySet
    number: int | None
    is_exact: bool
    is_few: bool
    ids: list[int] | None = None
    conditions: list[Condition] = field(default_factory=list)
    archived: bool = False
    hits: Mapping[int, Hit] = field(default_factory=dict)  # by customer, when words were searched


def found_customers(user: User, asked: Asked, columns: Iterable[Column]) -> Found:
    """What the question finds among what this user may see."""
    archived = "yes" in asked.filter_of("archived").values
    conditions = conditions_of(asked.filters, {column.key: column for column in columns}, archived=archived)
    seen = Customer.objects.visible_to(user)
    seen = seen.archived() if archived else seen.current()
    seen_ids = visible_to(user).responsible_ids
    if seen_ids is not None:
        conditions = [one_of_responsible(seen_ids, archived=archived), *conditions]
    rows = seen
    for one in conditions:
        rows = rows.filter(one.check)
    if asked.words:
        hits = find_customers(asked.words, user=user, limit=MOST_IN_LIST, archived=archived)
        ids = list(rows.filter(among("pk", [hit.customer_id for hit in hits])).values_list("pk", flat=True))
        why = {hit.customer_id: hit for hit in hits}
        are_all = len(hits) < MOST_IN_LIST
        return Found(seen.filter(among("pk", ids)), len(ids), are_all, True, ids, conditions, archived, why)
    few = _few(rows, conditions, archived=archived)
    if few.ids is not None:
        ids = few.ids if few.is_settled else list(rows.filter(among("pk", few.ids)).values_list("pk", flat=True))
        return Found(seen.filter(among("pk", ids)), len(ids), True, True, ids, conditions, archived)
    if not conditions and not archived:
        number, is_exact = counted(rows)
        return Found(rows, number, is_exact, is_exact, None, conditions, archived)
    return Found(rows, COUNTED_UP_TO if few.is_settled else None, False, False, None, conditions, archived)


@dataclass(frozen=True, slots=True)
class _Few:
    """`ids`: of few customers among whom all are who fit; None: there are more. `is_settled`: all of them fit; or, when
    there are more, more than COUNTED_UP_TO customers fit."""

    ids: list[int] | None
    is_settled: bool


def _few(rows: CustomerQuerySet, conditions: Sequence[Condition], *, archived: bool) -> _Few:
    """What the cheapest index says first: a single filter's own one, and then all facts together."""
    for one in conditions:
        parts = _unordered(one)
        if parts and _number(parts) <= COUNTED_UP_TO:
            ids = list(dict.fromkeys(pk for part in parts for pk in part))
            return _Few(ids, one.is_settled and len(conditions) == 1)
    slots = [one.slot for one in conditions if one.slot]
    is_settled = all(one.is_settled and one.slot for one in conditions)
    is_known_to_be_many = len(conditions) == 1 and bool(_unordered(conditions[0]))
    if (not slots and not archived) or is_known_to_be_many:
        return _Few(None, is_known_to_be_many)
    if connection.vendor != "sqlite" and not archived and all(one.sources for one in conditions):
        return _few_of_all(rows, conditions)
    ids = _ids_with(slots, archived=archived, limit=COUNTED_UP_TO + 1)
    return _Few(None, is_settled) if len(ids) > COUNTED_UP_TO else _Few(ids, is_settled)


def _few_of_all(rows: CustomerQuerySet, conditions: Sequence[Condition]) -> _Few:
    """On PostgreSQL, whose text index goes through all customers of each fact before it says the first one. So the
    condition that fits the fewest is begun with, and if these are many, some of them say whether many fit all."""
    estimates = [(sum(_estimate(part) for part in one.sources["created"].parts), one) for one in conditions]
    fewest, smallest = min(estimates, key=lambda pair: pair[0])
    if fewest > _READ_AT_ONCE:
        fitting, is_all = looked_at(rows, smallest.sources["created"], _LOOKED_AT)
        if not is_all and fitting > _LOOKED_AT * COUNTED_UP_TO // fewest:
            return _Few(None, False)
    ids = list(rows.order_by().values_list("pk", flat=True)[: COUNTED_UP_TO + 1])
    return _Few(None, True) if len(ids) > COUNTED_UP_TO else _Few(ids, True)


def _estimate(rows: QuerySet[Any]) -> int:
    """How many PostgreSQL supposes there are, from its statistics."""
    told = json.loads(rows.order_by().values_list("pk", flat=True).explain(format="json"))
    return int(told[0]["Plan"]["Plan Rows"])


def _unordered(one: Condition) -> list[QuerySet[Any]]:
    """Ids of the customers of one condition from its own index, in parts, a few too many; none when it has no index."""
    if one.among is not None:
        return [one.among.order_by()[: COUNTED_UP_TO + 1]]
    source = one.sources.get("name")
    parts = source.parts if source else ()
    return [part.order_by().values_list(source.pk, flat=True)[: COUNTED_UP_TO + 1] for part in parts if source]


def _number(parts: Iterable[QuerySet[Any]], most: int = 0) -> int:
    """How many, a customer of two parts twice. Not further than a little beyond `most`."""
    number, most = 0, most or COUNTED_UP_TO
    for part in parts:
        number += part[: most + 1].count() if number <= most else 0
    return number


def _ids_with(slots: list[Slot], *, archived: bool, limit: int) -> list[int]:
    """Ids of customers with these facts, at most so many, read from the search index alone."""
    question = search_query.expression(slots or [[[grams.fact("archived")]]], archived=archived)
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


# -- pages -------------------------------------------------------------------------------------------------------------


def is_offered(column: Column, found: Found) -> bool:
    """Whether so many can be ordered by this column at once."""
    if column.key.startswith(OWN):
        return column.kind in _COUNTED_KINDS
    return bool(column.sort) and (found.is_few or column.key in ALWAYS_QUICK)


def orderable(asked: Asked, found: Found, columns: Iterable[Column]) -> Asked:
    """The question in an order that is quick: by name, when the one that was asked for is not."""
    wanted = next((column for column in columns if column.key == asked.sort), None)
    if wanted is not None and is_offered(wanted, found):
        return asked
    return replace(asked, sort="name", is_descending=False, after="", before="")


def page_of(found: Found, asked: Asked, columns: Iterable[Column]) -> Page:
    """The page that is asked for, with customers for rows; what is theirs besides is read for the cells."""
    by_key = {column.key: column for column in columns}
    if found.is_few and not asked.sort.startswith(OWN):
        few = None if found.ids is None else customers_of
        return keyset_page(found.rows.only(*SHOWN), asked, sort=by_key[asked.sort].sort, few=few)
    page = walk(found.rows, _sources(found, asked, by_key), asked, by="search_name")
    customers = {one.pk: one for one in customers_of(page.rows)}
    page.rows = [customers[pk] for pk in page.rows if pk in customers]
    return page


def _sources(found: Found, asked: Asked, columns: Mapping[str, Column]) -> list[Source]:
    if asked.sort.startswith(OWN):
        return [Source([_own_order(found, asked, columns[asked.sort])], "value", "customer_id")]
    everybody = Customer.objects.archived() if found.archived else Customer.objects.current()
    if asked.sort == "birthday":
        return [Source([everybody.filter(birthday__isnull=False)], "birthday")]
    sources = [one.sources[asked.sort] for one in found.conditions if asked.sort in one.sources]
    return sources or [Source([everybody], "pk" if asked.sort == "created" else "search_name")]


def _own_order(found: Found, asked: Asked, column: Column) -> QuerySet[ListValue]:
    rows = own_values(column.key.removeprefix(OWN), asked.filter_of(column.key), column.kind)
    return rows if found.ids is None else rows.filter(among("customer_id", found.ids))


# -- groups ------------------------------------------------------------------------------------------------------------


def group_counts(
    user: User, asked: Asked, column: Column, columns: Iterable[Column], found: Found
) -> list[tuple[str, str, int | None, bool]]:
    """(value, words, how many, exactly?) for each option of a column, with the filters that are set besides.

    How many is None where many fit the other filters and counting them for each option would take long. `found`: what
    the whole question finds.
    """
    others = tuple(one for one in asked.filters if one.key != column.key)
    if len(others) < len(asked.filters):
        found = found_customers(user, replace(asked, filters=others), columns)
    if found.is_few:
        numbers = _counted_among(found.rows, column)
        groups = [(value, words, numbers[value], True) for value, words in column.options if value in numbers]
        return [*groups, *_those_without(found, column)]
    options = [of_choice(column, value, archived=found.archived) for value, _words in column.options]
    counts = [
        (value, words, number, is_exact)
        for (value, words), (number, is_exact) in zip(column.options, _counted_with(found, options), strict=True)
        if number or not is_exact
    ]
    return [*counts, *_those_without(found, column)]


def _those_without(found: Found, column: Column) -> list[tuple[str, str, int | None, bool]]:
    """The group of those who have nothing in this column. Among many, nobody counts them: no index knows them all."""
    if not column.may_be_empty:
        return []
    number: int | None = None
    if found.is_few:
        without = [Filter(column.key, is_empty=True)]
        (condition,) = conditions_of(without, {column.key: column}, archived=found.archived)
        number = found.rows.filter(condition.check).count()
    return [] if number == 0 else [("", without_words(column), number, True)]


def _counted_with(found: Found, options: Sequence[Condition]) -> list[tuple[int | None, bool]]:
    """How many of each option, if that is soon said, and whether exactly."""
    most = min(COUNTED_UP_TO, _COUNTED_FOR_GROUPS // max(1, len(options)))
    numbers = _numbers_with(found, options, most)
    return [(None, False) if number is None else (min(number, most), number <= most) for number in numbers]


def _numbers_with(found: Found, options: Sequence[Condition], most: int) -> Sequence[int | None]:
    if found.conditions or found.archived:
        if connection.vendor == "sqlite":
            return _numbers_by_grams(found, options, most)
        if all(one.sources for one in options):
            return looked_at_each(found.rows, [one.sources["created"] for one in options], max(1, most // 3))
    elif all(one.sources for one in options):  # each option's own index counts them
        return counts_of([part[: most + 1] for one in options for part in _unordered(one)])
    return [None] * len(options)


def _numbers_by_grams(found: Found, options: Sequence[Condition], most: int) -> list[int | None]:
    """Of some options: each is asked of the search index for itself."""
    slots = [other.slot for other in found.conditions]
    is_known = all(other.is_settled and other.slot for other in found.conditions)
    numbers: list[int | None] = [None] * len(options)
    room = _GROUPS_BY_GRAMS if is_known else 0
    for place, one in enumerate(options):
        if room:
            numbers[place] = len(_ids_with([*slots, one.slot], archived=found.archived, limit=most + 1))
            room -= bool(numbers[place])
    return numbers


def _counted_among(rows: CustomerQuerySet, column: Column) -> dict[str, int]:
    """How many of few customers have each option."""
    ids = rows.order_by().values("pk")
    if column.key == "tags":
        tags = CustomerTag.objects.filter(customer__in=ids).values_list("tag_id").annotate(Count("pk"))
        return {str(tag): number for tag, number in tags}
    if column.key.startswith(OWN):
        facts = {_fact_number(column, value): value for value, _words in column.options}
        counted_facts = ListFact.objects.filter(customer__in=ids, fact__in=list(facts)).values_list("fact")
        return {facts[fact]: number for fact, number in counted_facts.annotate(Count("pk"))}
    groups = rows.order_by().values_list(column.key).annotate(Count("pk"))
    return {str(value): number for value, number in groups if value not in (None, "")}


def _fact_number(column: Column, value: str) -> int:
    return grams.fact_number(of_choice(column, value, archived=False).slot[0][0])
