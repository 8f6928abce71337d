"""The few statements that every ring needs, with their text made once.

The ORM writes the same statements but compiles each of them anew, which takes ten times as long as the database needs
for them; here only the values are prepared by the models' fields. One text also lets the server keep its plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

Values = Mapping[str, Any]
"""By the name of the field; a foreign key by its column, such as "call_id"."""


@contextmanager
def sent_together() -> Iterator[None]:
    """Statements within do not wait for each other's answers, but all of them are answered at the end. One that is read
    from is waited for, together with those before it; none may be asked for its count of rows, as much of the ORM does.
    Only PostgreSQL knows it (libpq, pipeline mode): SQLite answers at once.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def insert(model: type[Model], values: Values) -> int:
    """Returns the new row's id. Fields that are not given get their default."""
    names = _names(model, frozenset(values))
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, names), _prepared(model, names, _with_defaults(names, model, values)))
        row = cursor.fetchone()
    return int(row[0])


def reserve_id(model: type[Model], unique: Values) -> int | None:
    """An id for `insert_as`. None when there is a row with these unique fields, and on SQLite, where nothing waits."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_reserve(model, tuple(unique)), list(unique.values()))
        row = cursor.fetchone()
    return int(row[0]) if row else None


def insert_as(model: type[Model], pk: int, values: Values) -> None:
    """As `insert`, with an id of `reserve_id`: nothing has to be waited for."""
    names = _names(model, frozenset(values))
    with connection.cursor() as cursor:
        cursor.execute(_insert_as(model, names), [*_prepared(model, names, _with_defaults(names, model, values)), pk])


def insert_new(model: type[Model], values: Values, *, unique: tuple[str, ...]) -> int | None:
    """As `insert`; None when there is a row with the same unique fields, which then stays as it is."""
    names = _names(model, frozenset(values))
    with connection.cursor() as cursor:
        cursor.execute(_insert_new(model, names, unique), _prepared(model, names, _with_defaults(names, model, values)))
        row = cursor.fetchone()
    return int(row[0]) if row else None


def update(model: type[Model], pk: int, values: Values) -> None:
    names = tuple(values)
    with connection.cursor() as cursor:
        cursor.execute(_update(model, names), [*_prepared(model, names, values), pk])


def upsert(model: type[Model], rows: Sequence[Values], *, unique: tuple[str, ...], changing: tuple[str, ...]) -> None:
    """Insert each row, or change these fields of the one that has the same unique ones."""
    with connection.cursor() as cursor:
        for row in rows:
            names = _names(model, frozenset(row))
            values = _prepared(model, names, _with_defaults(names, model, row))
            cursor.execute(_upsert(model, names, unique, changing), values)


def select(model: type[Model], fields: tuple[str, ...], **equal: Any) -> list[tuple[Any, ...]]:
    """Rows where these fields have these values; plain columns only, as the database gives them."""
    names = tuple(equal)
    with connection.cursor() as cursor:
        cursor.execute(_select(model, fields, names), _prepared(model, names, equal))
        return list(cursor.fetchall())


def _prepared(model: type[Model], names: tuple[str, ...], values: Values) -> list[Any]:
    fields = _fields(model, names)
    return [field.get_db_prep_save(values[name], connection) for field, name in zip(fields, names, strict=True)]


def _with_defaults(names: tuple[str, ...], model: type[Model], values: Values) -> Values:
    known = _known(model)
    return {name: values[name] if name in values else known[name].get_default() for name in names}


@cache
def _known(model: type[Model]) -> dict[str, Field[Any, Any]]:
    """Every field but the id."""
    return {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}


@cache
def _names(model: type[Model], given: frozenset[str]) -> tuple[str, ...]:
    """Those that are given, and those that neither the database has a default for nor may be null."""
    return tuple(
        name
        for name, field in _known(model).items()
        if name in given or not (field.has_db_default() or (field.null and not field.has_default()))
    )


@cache
def _fields(model: type[Model], names: tuple[str, ...]) -> tuple[Field[Any, Any], ...]:
    known = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(known[name] for name in names)


@cache
def _insert(model: type[Model], names: tuple[str, ...]) -> str:
    return f"{_into(model, names)} RETURNING id"


@cache
def _reserve(model: type[Model], names: tuple[str, ...]) -> str:
    table = model._meta.db_table
    there = f"SELECT 1 FROM {table} WHERE {_equal(model, names, ' AND ')}"
    return f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) WHERE NOT EXISTS ({there})"


@cache
def _insert_as(model: type[Model], names: tuple[str, ...]) -> str:
    return _into(model, (*names, "id"))


@cache
def _insert_new(model: type[Model], names: tuple[str, ...], unique: tuple[str, ...]) -> str:
    return f"{_into(model, names)} ON CONFLICT ({', '.join(_columns(model, unique))}) DO NOTHING RETURNING id"


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    return f"UPDATE {model._meta.db_table} SET {_equal(model, names, ', ')} WHERE id = %s"


@cache
def _upsert(model: type[Model], names: tuple[str, ...], unique: tuple[str, ...], changing: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in _columns(model, changing))
    return f"{_into(model, names)} ON CONFLICT ({', '.join(_columns(model, unique))}) DO UPDATE SET {changes}"


@cache
def _select(model: type[Model], fields: tuple[str, ...], names: tuple[str, ...]) -> str:
    columns = ", ".join(_columns(model, fields))
    return f"SELECT {columns} FROM {model._meta.db_table} WHERE {_equal(model, names, ' AND ')}"


def _into(model: type[Model], names: tuple[str, ...]) -> str:
    columns = _columns(model, names)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"


def _equal(model: type[Model], names: tuple[str, ...], between: str) -> str:
    return between.join(f"{column} = %s" for column in _columns(model, names))


def _columns(model: type[Model], names: tuple[str, ...]) -> list[str]:
    """Quoted: a column may have the name of a word of SQL, such as "key"."""
    return [connection.ops.quote_name(field.column or "") for field in _fields(model, names)]
