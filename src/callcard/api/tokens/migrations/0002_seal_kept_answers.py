from __future__ import annotations

from django.db import migrations

import callcard.staff.sealed_fields


class Migration(migrations.Migration):
    dependencies = [("tokens", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="keptanswer", name="body", field=callcard.staff.sealed_fields.SealedText(blank=True)
        ),
    ]
