"""The database's own refusal to change what was written down, so that no part of the program can do it by mistake.

Rows of thirty days and older may be removed, which the retention does; none may be changed. Whoever administers the
database itself can take the refusal away: see docs/admin/audit.md.
"""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_ON_SQLITE = (
    """CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit cannot be changed'); END""",
    """CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry WHEN OLD.at > datetime('now', '-30 days')
    BEGIN SELECT RAISE(ABORT, 'the audit cannot be removed'); END""",
)
_ON_POSTGRESQL = (
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit cannot be changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END
    $$""",
    """CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    FOR EACH ROW WHEN (OLD.at > now() - interval '30 days') EXECUTE FUNCTION audit_refuse()""",
)


def statements(vendor: str) -> tuple[str, ...]:
    """The last one is against removing."""
    return _ON_SQLITE if vendor == "sqlite" else _ON_POSTGRESQL


def protect(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in statements(editor.connection.vendor):
        editor.execute(statement)
