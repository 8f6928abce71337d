import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0004_what_is_said_about_calls"),
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddedNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="added_number", to="calls.call"
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.phone"
                    ),
                ),
            ],
            options={"verbose_name": "number added during a call"},
        ),
    ]
