"""Everybody gets the roles that let them do what they could do, and back."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from callcard.staff.roles.rules import Given, Scope, joined, read, written

_SEE_ALL = ("owner", "administrator")


def give_roles(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Users who were alike get the same roles in one go."""
    user = apps.get_model("staff", "User")
    for role, records, may_export in set(user._default_manager.values_list("role", "records", "may_export")):
        alike = user._default_manager.filter(role=role, records=records, may_export=may_export)
        roles = _roles(apps, role, records, may_export)
        rights = written(joined(Given(one.kind, frozenset(one.rights), Scope(one.scope)) for one in roles))
        has = user.roles.through
        has._default_manager.bulk_create(
            has(user_id=pk, role_id=one.pk) for pk in alike.values_list("pk", flat=True) for one in roles
        )
        alike.update(rights=rights)


def _roles(apps: StateApps, role: str, records: str, may_export: bool) -> list[Any]:
    main = _role(apps, role, "all" if role in _SEE_ALL else records)
    return [main, _role(apps, "exporter", "own")] if may_export and role not in _SEE_ALL else [main]


def _role(apps: StateApps, kind: str, scope: str) -> Any:
    roles = apps.get_model("roles", "Role")._default_manager
    there = roles.filter(kind=kind, scope=scope, removed_at=None).order_by("pk").first()
    if there is not None:
        return there
    copied = roles.filter(kind=kind).order_by("pk").first()
    assert copied is not None, f"no ready role {kind}"
    names = {"own": "Manager: own records", "team": "Manager: own team's records"}
    return roles.create(name=names.get(scope, ""), kind=kind, scope=scope, rights=copied.rights)


def take_roles(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The nearest of the three roles there were: nobody gets more than they had, but for single rights of managers."""
    user = apps.get_model("staff", "User")
    for rights in set(user._default_manager.values_list("rights", flat=True)):
        had = read(rights)
        is_owner = "owner" in had.kinds and had.scope is Scope.ALL
        role = "administrator" if had.may("staff.roles") else "owner" if is_owner else "manager"
        user._default_manager.filter(rights=rights).update(
            role=role, records=had.scope.value, may_export=role == "manager" and had.may("customers.export")
        )


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_roles_of_users")]

    operations = [migrations.RunPython(give_roles, take_roles)]
