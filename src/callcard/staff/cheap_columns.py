"""Columns of tables of millions that are added or changed in a moment.

On SQLite Django copies the whole table for each of them, and SQLite itself need not.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddField, AlterField
from django.db.migrations.state import ProjectState
from django.db.models import Field, Model


class AddCheapColumn(AddField):
    """A column with a default of the program's or the database's, one that may be null, or a field without a column.

    A default of the program's stays in the table on SQLite, where nobody asks for it.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        field: Any = model._meta.get_field(self.name)
        if field.null or field.many_to_many or field.has_db_default():
            BaseDatabaseSchemaEditor.add_field(schema_editor, model, field)
        else:
            _add_with_constant(schema_editor, model, field)


def _add_with_constant(editor: BaseDatabaseSchemaEditor, model: type[Model], field: Field[Any, Any]) -> None:
    kept = field.db_parameters(connection=editor.connection)
    column, default = editor.quote_name(str(field.column)), editor.quote_value(editor.effective_default(field))
    check = f" CHECK ({kept['check']})" if kept["check"] else ""
    table = editor.quote_name(model._meta.db_table)
    editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kept['type']} DEFAULT {default} NOT NULL{check}")


class AlterCheaply(AlterField):
    """Another number of digits, which SQLite does not keep, or no index of the column any more; nothing else."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        before = from_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, before):
            return
        old: Any = before._meta.get_field(self.name)
        new: Any = to_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
        if old.db_index and not new.db_index:
            _drop_index(schema_editor, before, old)


def _drop_index(editor: BaseDatabaseSchemaEditor, model: type[Model], field: Field[Any, Any]) -> None:
    named = {index.name for index in model._meta.indexes}
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
    for name, told in found.items():
        if told["index"] and not told["unique"] and told["columns"] == [field.column] and name not in named:
            editor.execute(f"DROP INDEX {editor.quote_name(name)}")
