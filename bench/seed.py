"""A company with a million customers for the benches, on either database.

`seed(database_url)` gives the database that content. The first time takes some minutes; the result is kept (for SQLite
in .cache/bench, for PostgreSQL as a database of the same server) and only copied afterwards; who only reads takes the
kept one itself (`kept`). When the tables have changed since, it is migrated, as a customer's own database would be.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bench import seed_rows
from bench.seed_rows import NOW, Dialect, Rows, company_rows, number_of, second_number_of
from callcard.customers import grams

__all__ = ["COMPANY", "Content", "forget", "kept", "number_of", "second_number_of", "seed"]

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"
Execute = Callable[[str], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a database is filled with. `rows`: of a size; `sources`: modules that decide them; `customers`: how many
    there are in one of that size."""

    name: str
    rows: Callable[[int, Dialect], list[Rows]]
    sources: tuple[ModuleType, ...]
    customers: Callable[[int], int]


COMPANY = Content("seed", company_rows, (seed_rows,), lambda size: size)


def seed(database_url: str, size: int = 1_000_000, content: Content = COMPANY) -> None:
    """Replace what is in this database ("sqlite:////path" or "postgres://user@host:port/name") by the content.

    On PostgreSQL the user must be allowed to create databases. Nobody may be connected to the database.
    """
    source = kept(database_url, size, content)
    if database_url.startswith("sqlite"):
        _copy_sqlite(_path_of(source), _path_of(database_url))
    else:
        _copy_postgres(source, database_url)


def kept(database_url: str, size: int = 1_000_000, content: Content = COMPANY) -> str:
    """The address of the content itself, made when there is none, on the server of this database. Not to be changed:
    every later run begins with it."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{_kept_sqlite(size, content)}"
    return _kept_postgres(database_url, size, content)


def _path_of(database_url: str) -> Path:
    return Path(urlsplit(database_url).path.removeprefix("/"))


def forget(database_url: str) -> None:
    """Remove what `seed` filled; a million customers are 4 to 7 GB. What it is copied from stays."""
    parts = urlsplit(database_url)
    if database_url.startswith("sqlite"):
        path = _path_of(database_url)
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        return
    with _administered(database_url) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{parts.path.lstrip("/")}" WITH (FORCE)'.encode())


def _kept_before(size: int, content: Content) -> str:
    return f"callcard_{content.name}_{size}_"


def _kept_name(size: int, content: Content) -> str:
    """Changes whenever the rows do, or the pieces of them that are searched by."""
    sources = [Path(module.__file__ or "") for module in content.sources]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    return f"{_kept_before(size, content)}{digest}_{grams.VERSION}"


def _migrate(url: str) -> None:
    _callcard(url, "migrate", "--verbosity=0", "--skip-checks")


def _callcard(url: str, *arguments: str) -> None:
    environment = {**os.environ, "CALLCARD_DATABASE_URL": url, "CALLCARD_DATA_DIR": str(CACHE / "var")}
    command = [sys.executable, "-m", "callcard.config.command", *arguments]
    environment |= {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


class _Sqlite:
    yes, no = "1", "0"

    def before_now(self, minutes: str) -> str:
        return f"datetime('{NOW}', (-({minutes})) || ' minutes')"

    def day_after_now(self, days: str) -> str:
        return f"date('{NOW}', ({days}) || ' days')"

    def json(self, text: str) -> str:
        return text

    def lower(self, text: str) -> str:
        return f"casefold({text})"


class _Postgres:
    yes, no = "true", "false"

    def before_now(self, minutes: str) -> str:
        return f"timestamptz '{NOW}+00' - ({minutes}) * interval '1 minute'"

    def day_after_now(self, days: str) -> str:
        return f"(date '{NOW[:10]}' + (({days})::int))"

    def json(self, text: str) -> str:
        return f"CAST({text} AS jsonb)"

    def lower(self, text: str) -> str:
        return f"LOWER({text})"


def _kept_sqlite(size: int, content: Content) -> Path:
    kept = CACHE / f"{_kept_name(size, content)}.sqlite3"
    if kept.exists():
        _bring_up_to_date(kept)
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob(f"{_kept_before(size, content)}*"):
        old.unlink()
    partial = kept.with_suffix(".partial")
    _migrate(f"sqlite:///{partial}")
    _fill_sqlite(partial, size, content)
    _callcard(f"sqlite:///{partial}", "rebuild_search")
    _settle(partial)
    partial.rename(kept)
    return kept


def _copy_sqlite(kept: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in ("-wal", "-shm"):
        path.with_name(path.name + leftover).unlink(missing_ok=True)
    shutil.copyfile(kept, path)


def _bring_up_to_date(kept: Path) -> None:
    before = _migrations(kept)
    _migrate(f"sqlite:///{kept}")
    if _migrations(kept) != before:
        _settle(kept)


def _migrations(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM django_migrations").fetchone()[0])


def _settle(path: Path) -> None:
    """Everything is in the one file, and the planner knows what it holds."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")


def _fill_sqlite(path: Path, size: int, content: Content) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.create_function("casefold", 1, str.casefold, deterministic=True)  # its own LOWER knows ASCII only
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _sql in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    connection.execute("BEGIN")
    for rows in content.rows(size, _Sqlite()):
        columns = connection.execute(f"PRAGMA table_info({rows.table})").fetchall()
        needed = {name: kind for _, name, kind, not_null, _, is_key in columns if not_null and not is_key}
        if rows.rows < 1:  # of a small company; the series below has always one
            continue
        series = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows.rows})"
        _insert(connection.execute, rows, needed, series, "n")
    connection.execute("COMMIT")
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.close()


def _kept_postgres(url: str, size: int, content: Content) -> str:
    kept = _kept_name(size, content)
    address = urlunsplit(urlsplit(url)._replace(path=f"/{kept}"))
    with _administered(url) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if kept in names:
            _migrate(address)
            return address
        for old in (name for name in names if name.startswith(_kept_before(size, content))):
            connection.execute(f'DROP DATABASE "{old}"'.encode())
        connection.execute(f'CREATE DATABASE "{kept}_partial"'.encode())
        _fill_postgres(f"{address}_partial", size, content)
        connection.execute(f'ALTER DATABASE "{kept}_partial" RENAME TO "{kept}"'.encode())
    return address


def _copy_postgres(kept: str, url: str) -> None:
    target, template = (urlsplit(one).path.lstrip("/") for one in (url, kept))
    with _administered(url) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{target}"'.encode())
        connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())


def _administered(url: str) -> Any:
    import psycopg

    return psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True)


def _fill_postgres(url: str, size: int, content: Content) -> None:
    import psycopg

    _migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:

        def execute(sql: str) -> list[Any]:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

        for setting in (
            "synchronous_commit = off",
            "session_replication_role = replica",
            "maintenance_work_mem = '1GB'",
        ):
            execute(f"SET {setting}")
        every = content.rows(size, _Postgres())
        tables = list(dict.fromkeys(rows.table for rows in every))
        indexes = [one for table in tables for one in _postgres_indexes(execute, table)]
        for name, _definition in indexes:
            execute(f'DROP INDEX "{name}"')
        for rows in every:
            columns = execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE is_nullable = 'NO' "
                f"AND column_name <> 'id' AND table_schema = 'public' AND table_name = '{rows.table}'"
            )
            with connection.transaction():
                _insert(execute, rows, dict(columns), "", f"generate_series(1::bigint, {rows.rows}) AS n(i)")
        for _name, definition in indexes:
            execute(definition)
        for table in tables:
            execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
        grams = "customers_searchtext_grams"
        execute(f"DROP INDEX {grams}")
        _index_in_two(url, content.customers(size))
        execute("SET max_parallel_maintenance_workers = 2")
        execute(f"CREATE INDEX {grams} ON customers_searchtext USING gin (grams)")
        execute("VACUUM ANALYZE")


def _index_in_two(url: str, customers: int) -> None:
    """Half of it is Python, so two processes take hardly more than half the time."""
    half = customers // 2
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(_callcard, url, "rebuild_search", "--until", str(half))
        _callcard(url, "rebuild_search", "--after", str(half))
        first.result()


def _postgres_indexes(execute: Execute, table: str) -> list[tuple[str, str]]:
    """Those that no constraint owns; they are built faster afterwards."""
    found = execute(
        f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}' AND schemaname = 'public' "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    return [(name, definition) for name, definition in found]


def _insert(execute: Execute, rows: Rows, needed: dict[str, str], series: str, source: str) -> None:
    columns = {**{name: _empty(kind) for name, kind in needed.items()}, **rows.columns}
    names = ", ".join(f'"{name}"' for name in columns)
    execute(f'INSERT INTO "{rows.table}" ({names}) {series} SELECT {", ".join(columns.values())} FROM {source}')


def _empty(kind: str) -> str:
    """The empty value of a column that a row does not mention."""
    if kind == "jsonb":
        return "'{}'"
    if kind == "boolean":
        return "false"
    if kind.startswith(("timestamp", "datetime", "date")):
        return f"'{NOW}'"
    return "''" if kind.startswith(("varchar", "character", "text")) else "0"


if __name__ == "__main__":
    began = time.perf_counter()
    seed(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
    print(f"{time.perf_counter() - began:.1f} s")
