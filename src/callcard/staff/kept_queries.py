"""Queries whose text is compiled once.

The ORM compiles a query anew each time it is asked, which takes several times as long as a database needs to find a
few rows in an index. A page that asks twenty of them spends most of its time so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)

_STAND_IN = -7_203_115_009_041  # no row has this id
_KEPT = 256  # texts of one query: one for each scope
MOST_AT_ONCE = 100
"""Ids for whose number a text is kept."""


class KeptQuery(Generic[Row]):
    """Rows that belong to one other row.

    ORDERS = KeptQuery(lambda pk, user: Order.objects.visible_to(user).filter(customer_id=pk).select_related("state"))
    ORDERS.rows(customer.pk, user, scope=scope_of(user))

    `build(pk, *given)` makes the queryset, in which `pk` must be compared as it is; `scope` must tell apart whatever
    else the text and its values depend on. select_related and only are known; annotations and prefetching are not.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self._build = build
        self._kept = lru_cache(maxsize=_KEPT)(self._compiled)

    def rows(self, pk: int, *given: Any, scope: Hashable = None) -> list[Row]:
        return list(self.each(pk, *given, scope=scope))

    def each(self, pk: int, *given: Any, scope: Hashable = None) -> Iterator[Row]:
        """`rows`, asked for at once, each made when it is its turn: for who may not need all of them."""
        compiled = self._kept(connection.vendor, _Given(scope, given))
        return compiled.rows([pk]) if compiled else iter(())

    def _compiled(self, _vendor: str, asked: _Given) -> _Compiled[Row] | None:
        try:
            return _compile(self._build(_STAND_IN, *asked.given), 1)
        except EmptyResultSet:  # whoever asks sees nothing
            return None


class KeptQueryOfMany(Generic[Row]):
    """Rows that belong to some of many others, whose ids `build([pk, ...])` compares as they are. A text is kept for
    each number of them: good for pages, which mostly have as many."""

    def __init__(self, build: Callable[[list[int]], QuerySet[Row]]) -> None:
        self._build = build
        self._kept = lru_cache(maxsize=_KEPT)(self._compiled)

    def rows(self, pks: Sequence[int]) -> list[Row]:
        """`pks`: each once."""
        if len(pks) > MOST_AT_ONCE:
            return list(self._build(list(pks)))
        return list(self._kept(connection.vendor, len(pks)).rows(pks)) if pks else []

    def _compiled(self, _vendor: str, number: int) -> _Compiled[Row]:
        return _compile(self._build([_STAND_IN - place for place in range(number)]), number)


class KeptWhole(Generic[Row]):
    """All rows of a query that depends on nothing, such as the company's own lists."""

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self._build = build
        self._kept = lru_cache(maxsize=_KEPT)(self._compiled)

    def rows(self) -> list[Row]:
        return list(self._kept(connection.vendor).rows(()))

    def _compiled(self, _vendor: str) -> _Compiled[Row]:
        return _compile(self._build(), 0)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a text is kept for: equal when the scope is, whoever asks."""

    scope: Hashable
    given: tuple[Any, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and self.scope == other.scope

    def __hash__(self) -> int:
        return hash(self.scope)


@dataclass(frozen=True, slots=True)
class _Compiled(Generic[Row]):
    """`places`: which of the parameters are ids, and the how many of these. The rest is what the ORM itself makes rows
    with."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    model: type[Row]
    columns: slice
    names: frozenset[str]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    related: list[Any]

    def rows(self, pks: Sequence[int]) -> Iterator[Row]:
        parameters = list(self.parameters)
        for place, which in self.places:
            parameters[place] = pks[which]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            return map(self._row, cursor.fetchall())

    def _row(self, values: Sequence[Any]) -> Row:
        converted = list(values)
        for place, converters, expression in self.converters:
            for convert in converters:
                converted[place] = convert(converted[place], expression, connection)
        row = self.model.from_db(DEFAULT_DB_ALIAS, self.names, converted[self.columns])
        for related in self.related:
            related.populate(converted, row)
        return row


def _compile(rows: QuerySet[Row], number: int) -> _Compiled[Row]:
    """`number`: how many ids it asks for."""
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    stand_ins = {_STAND_IN - which: which for which in range(number)}
    places = tuple((place, stand_ins[value]) for place, value in enumerate(parameters) if value in stand_ins)
    assert len({which for _place, which in places}) == number, "the query does not ask for its row"
    assert not compiler.annotation_col_map, "annotations are not known here"
    chosen = compiler.klass_info["select_fields"]
    columns = slice(chosen[0], chosen[-1] + 1)
    return _Compiled(
        sql,
        tuple(parameters),
        places,
        rows.model,
        columns,
        frozenset(column.target.attname for column, _sql, _name in compiler.select[columns]),
        [(place, *found) for place, found in compiler.get_converters([one[0] for one in compiler.select]).items()],
        get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
    )
