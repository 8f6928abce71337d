"""Thousands of ids or texts within a question to the database, as one value.

Written one by one, each of ten thousand costs Django, the driver and the database's parser more than finding its row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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


def among(column: str, ids: Iterable[int]) -> Lookup[str]:
    """For `filter`: rows whose `column` is one of the ids; none of no ids."""
    return _Among(F(column), ",".join(map(str, ids)))


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
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT 1 WHERE 1 = 0", ()
        pieces.append(f"(SELECT COUNT(*) FROM ({sql}) AS part)")
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(pieces)}", params)
        return [int(number) for number in cursor.fetchone()]
