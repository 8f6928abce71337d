from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("single_sign_on", "0001_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", max_length=150),
        ),
    ]
