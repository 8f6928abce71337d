"""Users get roles, beside what they had instead."""

from django.db import migrations, models

from callcard.staff.cheap_columns import AddCheapColumn


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_squashed"), ("roles", "0001_ready_roles")]

    operations = [
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.AddField(
            model_name="user",
            name="roles",
            field=models.ManyToManyField(blank=True, related_name="members", to="roles.role", verbose_name="roles"),
        ),
        AddCheapColumn(
            model_name="user",
            name="rights",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
    ]
