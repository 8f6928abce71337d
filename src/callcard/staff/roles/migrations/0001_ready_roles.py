"""Roles, and the ready ones."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from callcard.staff.roles.ready import READY

_ORDER = ("administrator", "owner", "head", "manager", "operator", "accountant", "listener", "exporter")


def make_ready_roles(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = apps.get_model("roles", "Role")
    ready = ((kind, READY[kind]) for kind in _ORDER)
    role._default_manager.bulk_create(
        role(kind=kind, rights=sorted(given.rights), scope=given.scope.value) for kind, given in ready
    )


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name", blank=True)),
                ("description", models.TextField(blank=True, max_length=500, verbose_name="description")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("administrator", "Administrator"),
                            ("owner", "Owner"),
                            ("head", "Head of department"),
                            ("manager", "Manager"),
                            ("operator", "Operator"),
                            ("accountant", "Accountant"),
                            ("listener", "Listener"),
                            ("exporter", "May export"),
                        ],
                        max_length=20,
                    ),
                ),
                ("rights", models.JSONField(blank=True, default=list)),
                (
                    "scope",
                    models.CharField(
                        choices=[("own", "Own records"), ("team", "Own team's records"), ("all", "All records")],
                        default="own",
                        max_length=10,
                        verbose_name="sees",
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"verbose_name": "role"},
        ),
        migrations.RunPython(make_ready_roles, migrations.RunPython.noop),
    ]
