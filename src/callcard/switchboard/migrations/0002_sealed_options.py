"""What was kept in the open is sealed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from callcard.staff.sealed_fields import SealedOptions


def seal(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Reading passes over what is not sealed yet; writing seals."""
    for name in ("Pbx",):
        for row in apps.get_model("switchboard", name).objects.all():
            row.save()


class Migration(migrations.Migration):
    dependencies = [("switchboard", "0001_squashed")]

    operations = [
        migrations.AlterField(
            model_name="pbx",
            name="options",
            field=SealedOptions(blank=True, default=dict),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=True),
    ]
