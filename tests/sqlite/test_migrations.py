"""After a migration SQLite is asked for broken references in the tables that it wrote, not in all that there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, models

from callcard.config.sqlite.base import DatabaseWrapper
from callcard.config.sqlite.schema import Written

pytestmark = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL checks each row as it is written")


@pytest.fixture
def office(tmp_path: Path, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """Two tables of which one refers to the other, in a file of their own."""
    with django_db_blocker.unblock():
        settings = {**connection.settings_dict, "NAME": str(tmp_path / "own.sqlite3")}
        connections["own"] = own = DatabaseWrapper(settings, "own")
        with own.cursor() as cursor:
            cursor.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)")
            cursor.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, who INTEGER REFERENCES people (id))")
            cursor.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
            cursor.execute("INSERT INTO people VALUES (1, 'Anna')")
            cursor.execute("INSERT INTO calls VALUES (1, 1)")
        yield own
        own.close()
        del connections["own"]


def _asked(office: DatabaseWrapper, *statements: str) -> list[str]:
    """How a migration of these statements asks for broken references."""
    asked: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        asked.extend([sql] if "foreign_key_check" in sql else [])
        return execute(sql, params, many, context)

    with office.execute_wrapper(note), office.schema_editor() as editor:
        for statement in statements:
            editor.execute(statement)
    return asked


def test_a_table_that_nothing_was_written_to_is_not_read(office: DatabaseWrapper) -> None:
    assert _asked(office, "CREATE INDEX called ON calls (who)") == []
    assert _asked(office, "ALTER TABLE notes ADD COLUMN text TEXT") == ['PRAGMA foreign_key_check("notes")']
    assert _asked(office, "INSERT INTO calls VALUES (2, 1)") == ['PRAGMA foreign_key_check("calls")']


def test_after_removing_rows_all_are(office: DatabaseWrapper) -> None:
    assert _asked(office, "DELETE FROM notes") == ["PRAGMA foreign_key_check"]


@pytest.mark.parametrize(
    "statement", ["INSERT INTO calls VALUES (2, 9)", "DELETE FROM people", "UPDATE calls SET who=9"]
)
def test_a_migration_that_breaks_a_reference_changes_nothing(office: DatabaseWrapper, statement: str) -> None:
    with pytest.raises(IntegrityError, match=r"invalid foreign key: calls\.who"):
        _asked(office, statement)
    with office.cursor() as cursor:
        cursor.execute("SELECT calls.id, who, name FROM calls JOIN people ON people.id = who")
        assert cursor.fetchall() == [(1, 1, "Anna")]


def test_a_table_that_is_made_anew_is_looked_at_under_its_name(office: DatabaseWrapper) -> None:
    remade = (
        'CREATE TABLE "new__calls" (id INTEGER PRIMARY KEY, who INTEGER REFERENCES people (id), note TEXT)',
        'INSERT INTO "new__calls" (id, who) SELECT id, who FROM "calls"',
        'DROP TABLE "calls"',
        'ALTER TABLE "new__calls" RENAME TO "calls"',
    )
    assert _asked(office, *remade) == ['PRAGMA foreign_key_check("calls")']


@pytest.mark.parametrize(
    "statement", ["WITH x AS (SELECT 1) INSERT INTO calls SELECT 5, 5", "REPLACE INTO calls VALUES (1, 2)"]
)
def test_what_is_not_understood_may_have_written_anything(statement: str) -> None:
    written = Written()
    written.note(statement)
    assert written.is_any


def test_django_asks_for_nothing_of_its_own_that_is_not_understood(office: DatabaseWrapper) -> None:
    class Thing(models.Model):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "staff"
            managed = False

    with office.schema_editor() as editor:
        editor.create_model(Thing)
        field = models.CharField(max_length=20, default="", unique=True)
        field.set_attributes_from_name("code")
        editor.add_field(Thing, field)
        assert office.written is not None
        assert (office.written.is_any, office.written.tables >= {"staff_thing"}) == (False, True)
