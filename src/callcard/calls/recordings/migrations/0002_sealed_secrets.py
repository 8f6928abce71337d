"""What was kept in the open is sealed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from callcard.staff.sealed_fields import SealedText


def seal(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Reading passes over what is not sealed yet; writing seals."""
    for name in ("RecordingSource",):
        for row in apps.get_model("recordings", name).objects.all():
            row.save()


class Migration(migrations.Migration):
    dependencies = [("recordings", "0001_squashed")]

    operations = [
        migrations.AlterField(
            model_name="recordingsource",
            name="secret",
            field=SealedText(blank=True, verbose_name="secret"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=True),
    ]
