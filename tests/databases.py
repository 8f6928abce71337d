"""The database of a test run: copied from one that all migrations have made, once for each set of migrations.

SQLite's is kept in `.cache`, PostgreSQL's is a template database of the server. Who finds none makes it, from nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

KEPT = Path(__file__).resolve().parents[1] / ".cache" / "tests"
# Who may do what is written by migrations: a test gives people the roles that are there.
_LASTING = frozenset({"django_content_type", "auth_permission", "roles_role"})


@contextmanager
def database_of_the_run() -> Iterator[None]:
    """What `connection` means until the end: a database of this process alone, with every table and no rows."""
    before = connection.settings_dict["NAME"]
    made = _copy_file() if connection.vendor == "sqlite" else _copy_template()
    try:
        with made as name:
            _switch_to(name)
            _let_rows_be_removed()
            yield
            _switch_to(before)
    finally:
        connection.settings_dict["NAME"] = before


def remove_rows() -> None:
    """Leave the tables as they were at the start. Django's own flush also empties the empty ones, and writes who may
    do what anew, which takes a hundred times as long."""
    tables = _tables_with_rows()
    if tables:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            cursor.execute("DELETE FROM roles_role WHERE name <> ''")


def _let_rows_be_removed() -> None:
    """A test leaves no rows behind, whatever the database would say to that in an installation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER audit_entry_kept" + (" ON audit_entry" if connection.vendor == "postgresql" else "")
        )


def _tables_with_rows() -> list[str]:
    tables = sorted({*connection.introspection.django_table_names(include_views=False)} - _LASTING)
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [str(name) for (name,) in cursor.fetchall()]


def url_of_the_run() -> str:
    """The test's own database, as another process is told of it."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def fingerprint() -> str:
    """Of all that decides how a migrated database looks: another one when a migration or a tool of theirs changes."""
    loader = MigrationLoader(None)
    operations = {
        type(operation) for migration in loader.disk_migrations.values() for operation in migration.operations
    }
    files = {Path(inspect.getfile(kind)) for kind in operations}
    for config in apps.get_app_configs():
        files.update(Path(config.path, "migrations").glob("*.py"))
    digest = hashlib.sha256(f"{django.VERSION} {[config.label for config in apps.get_app_configs()]}".encode())
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _switch_to(name: str) -> None:
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):  # PostgreSQL's has one
        close_pool()
    connection.settings_dict["NAME"] = name


def _migrate(name: str) -> None:
    _switch_to(name)
    call_command("migrate", interactive=False, verbosity=0)
    _switch_to(name)


@contextmanager
def _copy_file() -> Iterator[str]:
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{fingerprint()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two runs that begin at once one makes it
        if not kept.exists():
            for old in set(KEPT.iterdir()) - {KEPT / "lock"}:
                old.unlink()
            unfinished = kept.with_suffix(".unfinished")
            _migrate(str(unfinished))
            unfinished.rename(kept)
        copy = connection.settings_dict["TEST"]["NAME"]
        shutil.copyfile(kept, copy)
    yield copy


@contextmanager
def _copy_template() -> Iterator[str]:
    template, copy = f"callcard_{fingerprint()}", f"test_callcard_{os.getpid()}"
    with connection._nodb_cursor() as server:
        server.execute("SELECT pg_advisory_lock(1)")
        server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not server.fetchone():
            server.execute("DROP DATABASE IF EXISTS callcard_unfinished")
            server.execute("CREATE DATABASE callcard_unfinished")
            _migrate("callcard_unfinished")
            server.execute(f"ALTER DATABASE callcard_unfinished RENAME TO {template}")
        server.execute(f"CREATE DATABASE {copy} TEMPLATE {template}")
        server.execute("SELECT pg_advisory_unlock(1)")
    yield copy
    _switch_to(copy)
    with connection._nodb_cursor() as server:
        server.execute(f"DROP DATABASE {copy} WITH (FORCE)")
