"""Who is told of callers who wait too long: any roles, also those that were made from nothing."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from callcard.calls.missed.models import told_at_first


def name_roles(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for held in apps.get_model("missed", "MissedSettings")._default_manager.exclude(told="both"):
        held.told_roles = [held.told]
        held.save(update_fields=["told_roles"])


class Migration(migrations.Migration):
    dependencies = [("missed", "0001_squashed")]

    operations = [
        migrations.AddField(
            "missedsettings",
            "told_roles",
            models.JSONField(blank=True, default=told_at_first, verbose_name="who is told after that"),
        ),
        migrations.RunPython(name_roles, migrations.RunPython.noop),
        migrations.RemoveField("missedsettings", "told"),
    ]
