"""The press by which somebody is asked first, before a call is handed on, is told from the one that hands it on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("switchboard", "0002_sealed_options")]

    operations = [
        migrations.AlterField(
            model_name="dialrequest",
            name="how",
            field=models.CharField(
                choices=[
                    ("desk", "Desk phone"),
                    ("soft", "Softphone"),
                    ("transfer", "Transfer"),
                    ("consult", "Asking first"),
                ],
                default="desk",
                max_length=10,
            ),
        ),
    ]
