"""CDRs that Asterisk writes into a database: cdr_sqlite3_custom, cdr_pgsql, cdr_mysql, or ODBC into any of them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from callcard.connectors.asterisk.cdr_columns import NEEDED, known_as
from callcard.connectors.asterisk.cdr_files import ROWS_AT_ONCE, Rows
from callcard.connectors.asterisk.cdr_mariadb import MariaDb
from callcard.telephony.records import RecordProblem

TABLE = "cdr"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
_COUNTERS = ("acctid", "id", "cdr_id", "recid", "uid")  # columns that count the rows as they are written
_AGAIN = timedelta(hours=26)  # a row is written at the call's end but sorted by its start, in whatever zone
_PIECE = 2000  # rows of a table without a counter
CONNECT_SECONDS = 5


class _Connection(Protocol):
    def columns(self, table: str) -> dict[str, str]:
        """Name to type, both as the database has them."""

    def rows(self, sql: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]: ...

    def close(self) -> None: ...


class CdrDatabase:
    """`url`: sqlite:////var/log/asterisk/master.db, postgresql://user:secret@host:port/name or mysql://… in the same
    form, with ?table=… when it is not called `cdr`. Nothing is ever written.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._table = (parse_qs(urlsplit(url).query).get("table") or [TABLE])[0]
        if not _NAME.fullmatch(self._table):
            raise RecordProblem("no_table", self._table)

    def rows_after(self, cursor: str, since: datetime) -> Iterator[Rows]:
        """Those that began before `since` may be left out when there is no cursor yet: a table may hold ten years.

        Raises RecordProblem.
        """
        with closing(_connect(self._url)) as connection:
            columns = self._columns(connection)
            earliest = "" if cursor else _written(since.astimezone(UTC) - _AGAIN)
            counts = [name for name, kind in columns.items() if name.lower() in _COUNTERS and "int" in kind.lower()]
            counter = counts[0] if counts else ""
            if counter:
                yield from self._counted(connection, list(columns), counter, cursor, earliest)
            else:
                yield from self._by_time(connection, list(columns), cursor, earliest)

    def sample(self) -> dict[str, str] | None:
        """Its newest row, as it is read; None of an empty table. Raises RecordProblem."""
        with closing(_connect(self._url)) as connection:
            columns = list(self._columns(connection))
            order = _quoted(_start_of(columns))
            sql = f"SELECT {_listed(columns)} FROM {_quoted(self._table)} ORDER BY {order} DESC LIMIT 1"
            return next((_row(columns, values) for values in connection.rows(sql, ())), None)

    def _columns(self, connection: _Connection) -> dict[str, str]:
        columns = connection.columns(self._table)
        if not columns:
            raise RecordProblem("no_table", self._table)
        missing = [name for name in NEEDED if name not in map(known_as, columns)]
        if missing:
            raise RecordProblem("no_ids" if "uniqueid" in missing else "columns_missing", ", ".join(missing))
        return columns

    def _counted(
        self, connection: _Connection, columns: list[str], counter: str, cursor: str, earliest: str
    ) -> Iterator[Rows]:
        last = int(_told(cursor).get("counter", 0))
        table, by = _quoted(self._table), _quoted(counter)
        (counted,) = next(connection.rows(f"SELECT max({by}) FROM {table}", ()), (0,))
        newest = int(counted or 0)
        if newest < last:  # the table was emptied and begins anew
            last = 0
        condition = f"AND {_quoted(_start_of(columns))} >= {{}}" if earliest else ""
        first, place = last, columns.index(counter)
        while True:
            later = f"WHERE {by} > {last:d} {condition} ORDER BY {by} LIMIT {ROWS_AT_ONCE}"
            sql = f"SELECT {_listed(columns)} FROM {table} {later}"
            found = list(connection.rows(sql, [earliest] if earliest else []))
            if not found:
                return
            last = int(found[-1][place])
            share = (last - first) / max(1, (newest or last) - first)
            rows = [_row(columns, values) for values in found]
            yield Rows(rows, [], json.dumps({"counter": last}), min(1.0, share))

    def _by_time(self, connection: _Connection, columns: list[str], cursor: str, earliest: str) -> Iterator[Rows]:
        """Tables without a counter. Rows are written when calls end, so those of a day are read again."""
        start = _start_of(columns)
        told = str(_told(cursor).get("start", ""))
        since = _written(datetime.fromisoformat(told) - _AGAIN) if told else earliest
        count = self._count(connection, _quoted(start), since)
        rows, newest, done = [], told, 0
        for values in self._since(connection, columns, since):
            rows.append(_row(columns, values))
            newest = max(newest, _text(values[columns.index(start)]))
            if len(rows) == ROWS_AT_ONCE:
                done += len(rows)
                yield Rows(rows, [], json.dumps({"start": newest[:19]}), min(1.0, done / max(1, count)))
                rows = []
        if rows:
            yield Rows(rows, [], json.dumps({"start": newest[:19]}), 1.0)

    def _count(self, connection: _Connection, by: str, since: str) -> int:
        condition = f" WHERE {by} >= {{}}" if since else ""
        sql = f"SELECT count(*) FROM {_quoted(self._table)}{condition}"
        (count,) = next(connection.rows(sql, [since] if since else []))
        return int(count)

    def _since(self, connection: _Connection, columns: list[str], since: str) -> Iterator[tuple[Any, ...]]:
        """In pieces that are asked for one by one, so that the table is not kept busy while rows are written down. Each
        begins with the moment in which the last one ended, whose rows may not all have been in it.
        """
        by, table, place = _quoted(_start_of(columns)), _quoted(self._table), columns.index(_start_of(columns))
        known: set[tuple[Any, ...]] = set()
        limit = _PIECE
        while True:
            condition = f"WHERE {by} >= {{}}" if since else ""
            sql = f"SELECT {_listed(columns)} FROM {table} {condition} ORDER BY {by} LIMIT {limit}"
            found = list(connection.rows(sql, [since] if since else []))
            yield from (values for values in found if values not in known)
            if len(found) < limit:
                return
            last = _text(found[-1][place])
            limit = limit * 2 if last == since else _PIECE
            known = {values for values in found if _text(values[place]) == last}
            since = last


def _connect(url: str) -> _Connection:
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme in ("sqlite", "sqlite3"):
        return _Sqlite(url)
    if scheme in ("postgresql", "postgres"):
        return _Postgres(url)
    if scheme in ("mysql", "mariadb"):
        return MariaDb(url)
    raise RecordProblem("no_such_database", scheme)


class _Sqlite:
    def __init__(self, url: str) -> None:
        path = unquote(urlsplit(url).path)
        file = path[1:] if path.startswith("//") else path
        try:
            self._connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=CONNECT_SECONDS)
            self._connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.Error as error:
            raise RecordProblem("no_database", f"{file}: {error}") from None

    def columns(self, table: str) -> dict[str, str]:
        found = self.rows(f"PRAGMA table_info({_quoted(table)})", ())
        return {str(name): str(kind) for _, name, kind, *_ in found}

    def rows(self, sql: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(sql.replace("{}", "?"), values)
        except sqlite3.Error as error:
            raise RecordProblem("not_readable", str(error)) from None

    def close(self) -> None:
        self._connection.close()


class _Postgres:
    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise RecordProblem("no_driver", "psycopg") from None
        self._error = psycopg.Error
        self._cursors = 0
        parts = urlsplit(url)
        plain = parts._replace(scheme="postgresql", query="").geturl()
        try:
            self._connection = psycopg.connect(plain, connect_timeout=CONNECT_SECONDS, autocommit=False)
            self._connection.read_only = True
        except psycopg.Error as error:
            raise RecordProblem("no_database", _without_secret(str(error), parts.password)) from None

    def columns(self, table: str) -> dict[str, str]:
        schema, _, name = table.rpartition(".")
        sql = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = {}"
        values = [name]
        if schema:
            sql, values = f"{sql} AND table_schema = {{}}", [name, schema]
        return dict(self.rows(f"{sql} ORDER BY ordinal_position", values))

    def rows(self, sql: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        """By a cursor of the server, so that a long table is not fetched at once."""
        try:
            self._cursors += 1
            with self._connection.cursor(name=f"callcard_{self._cursors}") as cursor:
                cursor.itersize = ROWS_AT_ONCE
                cursor.execute(sql.replace("%", "%%").replace("{}", "%s").encode(), values)
                yield from cursor
        except self._error as error:
            raise RecordProblem("not_readable", str(error)) from None

    def close(self) -> None:
        self._connection.close()


def _start_of(columns: Sequence[str]) -> str:
    return next(name for name in columns if known_as(name) == "start")


def _row(columns: Sequence[str], values: Sequence[object]) -> dict[str, str]:
    return {known_as(name): _text(value) for name, value in zip(columns, values, strict=True)}


def _written(moment: datetime) -> str:
    """As a table's times are, without their zone."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\x00", "")
    return str(value).replace("\x00", "")


def _told(cursor: str) -> Mapping[str, Any]:
    try:
        told = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(_quoted, columns))


def _quoted(name: str) -> str:
    return ".".join('"{}"'.format(part.replace('"', '""')) for part in name.split("."))


def _without_secret(text: str, secret: str | None) -> str:
    return text.replace(secret, "…") if secret else text
