"""Tables out of nothing at once, and columns of full tables without a copy of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, models
from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext

from callcard.staff.cheap_columns import AddCheapColumn
from callcard.staff.tables_at_once import TablesAtOnce

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("staff_shelf", "staff_book")


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for table in reversed(TABLES):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def _model(name: str, **fields: models.Field[object, object]) -> CreateModel:
    return CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields.items()])


def _migration(kind: type[Migration], *operations: Operation) -> Migration:
    made: Migration = type("Migration", (kind,), {"operations": [*operations]})("0001_probe", "staff")
    return made


def _applied(migration: Migration, state: ProjectState) -> ProjectState:
    with connection.schema_editor(atomic=True) as editor:
        return migration.apply(state, editor)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _made() -> list[str]:
    return sorted({*connection.introspection.table_names()} & {*TABLES})


def test_tables_may_be_made_before_those_they_point_to() -> None:
    shelf: models.ForeignKey[object, object] = models.ForeignKey("staff.Shelf", models.CASCADE)
    migration = _migration(TablesAtOnce, _model("Book", shelf=shelf), _model("Shelf"))
    before = ProjectState()
    after = _applied(migration, before)
    assert _made() == ["staff_book", "staff_shelf"]
    assert _columns("staff_book") == ["id", "shelf_id"]
    assert sorted(after.models) == [("staff", "book"), ("staff", "shelf")]
    assert before.models == {}


def test_what_is_no_whole_table_is_refused_and_nothing_made() -> None:
    migration = _migration(TablesAtOnce, _model("Shelf"), AddField("shelf", "name", models.TextField(null=True)))
    with pytest.raises(AssertionError, match="more than tables"):
        _applied(migration, ProjectState())
    assert _made() == []


@pytest.mark.parametrize(
    "field", [models.TextField(default="none"), models.TextField(null=True), models.TextField(db_default="none")]
)
def test_a_cheap_column_is_added_without_a_copy_of_the_table(field: models.Field[object, object]) -> None:
    first = _migration(TablesAtOnce, _model("Shelf"))
    state = _applied(first, ProjectState())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO staff_shelf (id) VALUES (7)")
    second = _migration(Migration, AddCheapColumn("shelf", "name", field))
    with CaptureQueriesContext(connection) as asked:
        state = _applied(second, state)
    assert [query["sql"] for query in asked.captured_queries if "CREATE TABLE" in query["sql"]] == []
    shelf = state.apps.get_model("staff", "Shelf")
    assert [list(row) for row in shelf._default_manager.values_list("id", "name")] == [
        [7, None if field.null else "none"]
    ]
