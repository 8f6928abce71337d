from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]

    operations = [
        migrations.AddField("user", "session_round", models.PositiveIntegerField(default=0, editable=False)),
    ]
