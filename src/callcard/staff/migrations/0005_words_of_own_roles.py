"""Who has a role that was made from nothing carries its word, as since then whoever gets one does."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from callcard.staff.roles.rules import Given, Scope, joined, written


def write_words(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    user = apps.get_model("staff", "User")
    for one in user._default_manager.filter(roles__kind="").distinct().prefetch_related("roles"):
        roles = [role for role in one.roles.all() if role.removed_at is None]
        one.rights = written(
            joined(Given(role.kind or f"role-{role.pk}", frozenset(role.rights), Scope(role.scope)) for role in roles)
        )
        one.save(update_fields=["rights"])


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_roles_only")]

    operations = [migrations.RunPython(write_words, migrations.RunPython.noop)]
