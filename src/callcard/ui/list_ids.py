"""Thousands of ids or texts within a question to the database, as one value.

Written one by one, each of ten thousand costs Django, the driver and the database's parser more than finding its row.
Read one by one they cost Python the same, so `ids_of` has the database itself write them down (ADR 0152).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, QuerySet
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    _OfText = Lookup[str]
else:
    _OfText = Lookup

_AT_ONCE = 100


class _Among(_OfText):
    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, f"[{self.rhs}]")

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", (*params, f"{{{self.rhs}}}")


@dataclass(frozen=True, slots=True)
class Ids:
    """`number` different ids, as the database wrote them down: "3,17,42"."""

    number: int
    text: str


def among(column: str, ids: Iterable[int] | Ids) -> Lookup[str]:
    """For `filter`: rows whose `column` is one of the ids; none of no ids."""
    return _Among(F(column), ids.text if isinstance(ids, Ids) else ",".join(map(str, ids)))


class _AmongTexts(_OfText):
    """On PostgreSQL the driver makes one value of a list itself."""

    lookup_name = "among_texts"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.rhs))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::text[])", (*params, self.rhs)


def among_texts(column: str, texts: Iterable[str]) -> Lookup[str]:
    """`among` for a column of texts."""
    return _AmongTexts(F(column), list(texts))


def counts_of(questions: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows each has, with a statement for many of them."""
    counts: list[int] = []
    for begin in range(0, len(questions), _AT_ONCE):
        counts += _counts(questions[begin : begin + _AT_ONCE])
    return counts


def _counts(questions: Sequence[QuerySet[Any]]) -> list[int]:
    pieces: list[str] = []
    params: list[Any] = []
    for rows in questions:
        sql, values = _written([rows])
        pieces.append(f"(SELECT COUNT(*) FROM ({sql}) AS part)")
        params += values
    return list(_one_row(f"SELECT {', '.join(pieces)}", params))


def counts_up_to(most: int, questions: Sequence[Sequence[QuerySet[Any]]]) -> list[int]:
    """How many rows the parts of each question have together, those of two parts counted twice; of more than `most`
    it is only said that they are more. One statement, that looks at no more rows than that."""
    pieces: list[str] = []
    params: list[Any] = []
    for parts in questions:
        sql, values = _written(parts)
        pieces.append(f"(SELECT COUNT(*) FROM ({sql} LIMIT {most + 1}) AS part)")
        params += values
    return list(_one_row(f"SELECT {', '.join(pieces)}", params)) if pieces else []


def ids_of(parts: Sequence[QuerySet[Any]]) -> Ids:
    """The ids that are the one column of these rows, each once."""
    sql, params = _written(parts)
    text = "string_agg(CAST(id AS TEXT), ',')" if connection.vendor == "postgresql" else "group_concat(id)"
    number, written = _one_row(
        f"SELECT COUNT(*), {text} FROM (WITH every(id) AS ({sql}) SELECT DISTINCT id FROM every) AS few", params
    )
    return Ids(number, written or "")


def _written(parts: Sequence[QuerySet[Any]]) -> tuple[str, list[Any]]:
    """The rows of all parts as one question."""
    pieces: list[str] = []
    params: list[Any] = []
    for place, rows in enumerate(parts):
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        pieces.append(f"SELECT * FROM ({sql}) AS part{place}")
        params += values
    return " UNION ALL ".join(pieces) or "SELECT 1 WHERE 1 = 0", params


def _one_row(sql: str, params: Sequence[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return tuple(cursor.fetchone())
