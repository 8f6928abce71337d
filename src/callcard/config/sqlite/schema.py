"""Django's way of changing SQLite's tables, which looks afterwards only at what was written.

SQLite cannot switch its foreign keys off in the middle of a transaction, so Django does before each migration, and has
every row of every table looked at after it: minutes for each of a dozen migrations where there are ten million calls,
while no phone is answered. Here the tables that a migration wrote are looked at; all of them after one that removed
rows, which others may refer to. See https://www.sqlite.org/pragma.html#pragma_foreign_key_check
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import IntegrityError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.sqlite3 import schema

_WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE(?: OR \w+)?|CREATE TABLE|ALTER TABLE)\s+"?(\w+)"?', re.I)
_RENAMES = re.compile(r'\s*ALTER TABLE "?\w+"? RENAME TO "?(\w+)"?', re.I)
# What writes no rows. A table goes only when nothing refers to it any more, or another takes its name.
_HARMLESS = re.compile(r"\s*(?:SELECT|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|ANALYZE|CREATE|DROP)\b", re.I)


class Written:
    """The tables that these statements wrote to; `is_any` when it may be any."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self.is_any = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.note(str(sql))
        return execute(sql, params, many, context)

    def note(self, sql: str) -> None:
        if found := _RENAMES.match(sql) or _WRITES.match(sql):
            self.tables.add(found[1])
        elif not _HARMLESS.match(sql):
            self.is_any = True


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    connection: Any  # base.DatabaseWrapper, which imports this

    def __enter__(self) -> DatabaseSchemaEditor:
        super().__enter__()
        self._watching = self.connection.execute_wrapper(written := Written())
        self._watching.__enter__()
        self.connection.written = written
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watching.__exit__(None, None, None)
        try:
            super().__exit__(kind, error, trace)
        except IntegrityError as broken:  # Django leaves its transaction open then
            BaseDatabaseSchemaEditor.__exit__(self, type(broken), broken, broken.__traceback__)
            self.connection.enable_constraint_checking()
            raise
        finally:
            self.connection.written = None
