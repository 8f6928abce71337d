"""Roles, and the ready ones."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_READY = {
    "administrator": (
        "all",
        """
        calls.add calls.block calls.change calls.delete calls.dial calls.export calls.see calls.settings
        company.change company.history company.jobs company.lists costs.change costs.see customers.add
        customers.all_imports customers.change customers.delete customers.export customers.import
        customers.mail customers.merge customers.others_notes customers.see goods.add goods.change
        goods.delete goods.see recordings.all recordings.manage recordings.see recordings.settings sales.add
        sales.change sales.delete sales.export sales.see staff.add staff.change staff.delete staff.roles
        staff.see tasks.add tasks.change tasks.delete tasks.see telephony.change
        """,
    ),
    "owner": (
        "all",
        """
        calls.add calls.change calls.delete calls.dial calls.export calls.see costs.change costs.see
        customers.add customers.change customers.delete customers.export customers.import customers.mail
        customers.merge customers.see goods.add goods.change goods.delete goods.see recordings.all
        recordings.manage recordings.see sales.add sales.change sales.delete sales.export sales.see
        tasks.add tasks.change tasks.delete tasks.see
        """,
    ),
    "head": (
        "team",
        """
        calls.add calls.change calls.delete calls.dial calls.export calls.see customers.add
        customers.all_imports customers.change customers.delete customers.export customers.import
        customers.mail customers.merge customers.others_notes customers.see goods.add goods.change
        goods.delete goods.see recordings.see sales.add sales.change sales.delete sales.export sales.see
        tasks.add tasks.change tasks.delete tasks.see
        """,
    ),
    "manager": (
        "all",
        """
        calls.add calls.change calls.delete calls.dial calls.see customers.add customers.change
        customers.delete customers.import customers.mail customers.merge customers.see goods.add
        goods.change goods.delete goods.see recordings.see sales.add sales.change sales.delete sales.see
        tasks.add tasks.change tasks.delete tasks.see
        """,
    ),
    "operator": (
        "all",
        """
        calls.change calls.dial calls.see customers.add customers.change customers.see goods.see sales.see
        tasks.add tasks.change tasks.see
        """,
    ),
    "accountant": (
        "all",
        """
        costs.change costs.see customers.see goods.add goods.change goods.delete goods.see sales.add
        sales.change sales.delete sales.export sales.see tasks.add tasks.change tasks.see
        """,
    ),
    "listener": (
        "all",
        """
        calls.see customers.see recordings.all recordings.see
        """,
    ),
    "exporter": (
        "own",
        """
        calls.export customers.export sales.export
        """,
    ),
}


def make_ready_roles(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = apps.get_model("roles", "Role")
    role._default_manager.bulk_create(
        role(kind=kind, rights=rights.split(), scope=scope) for kind, (scope, rights) in _READY.items()
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
