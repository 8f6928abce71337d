"""What roles say now was kept here before."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_roles_from_what_was")]

    operations = [
        migrations.RemoveField(model_name="user", name="role"),
        migrations.RemoveField(model_name="user", name="records"),
        migrations.RemoveField(model_name="user", name="may_export"),
    ]
