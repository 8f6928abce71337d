"""What was kept in the open is sealed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from callcard.staff.sealed_fields import SealedText


def seal(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Reading passes over what is not sealed yet; writing seals."""
    for name in ("SipAccount", "SoftphoneServer"):
        for row in apps.get_model("softphone", name).objects.all():
            row.save()


class Migration(migrations.Migration):
    dependencies = [("softphone", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="sipaccount",
            name="secret",
            field=SealedText(verbose_name="SIP secret"),
        ),
        migrations.AlterField(
            model_name="softphoneserver",
            name="turn_secret",
            field=SealedText(blank=True, verbose_name="TURN secret"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=True),
    ]
