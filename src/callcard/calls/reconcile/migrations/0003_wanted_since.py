from typing import Any

from django.db import migrations, models


def confirm_what_was_read(apps: Any, _schema: Any) -> None:
    """Records that are being read already are asked about no more."""
    places = apps.get_model("reconcile", "RecordPlace").objects.exclude(cursor="")
    places.update(confirmed=models.F("source"))


class Migration(migrations.Migration):
    dependencies = [
        ("reconcile", "0002_confirmed_source"),
    ]

    operations = [
        migrations.AddField(
            model_name="recordplace",
            name="since",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(confirm_what_was_read, migrations.RunPython.noop),
    ]
