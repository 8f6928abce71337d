"""The index of numbers holds only those that have a country; those that have none have one of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_squashed")]

    operations = [
        migrations.RemoveIndex(model_name="call", name="calls_of_number"),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(models.Q(("e164", ""), _negated=True), ("ended_at__isnull", False)),
                fields=["e164", "started_at"],
                name="calls_of_number",
            ),
        ),
    ]
