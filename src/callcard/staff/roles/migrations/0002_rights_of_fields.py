"""Whoever saw customers or calls saw all their fields: roles, and those who have them, keep that."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_FIELDS = [
    *("addresses.change", "addresses.see", "birthdays.change", "birthdays.see", "contacts.change", "contacts.see"),
    *("notes.change", "notes.see", "phones.change", "phones.see", "phones.whole", "responsible.change"),
]
_SEEN_WITH = ("customers.see", "calls.see")
_AT_ONCE = 500


def give_fields(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    roles = apps.get_model("roles", "Role")._default_manager
    for role in roles.all():
        if not set(_SEEN_WITH).isdisjoint(role.rights):
            role.rights = sorted({*role.rights, *_FIELDS})
            role.save(update_fields=["rights"])
    _give_to_users(apps)


def _give_to_users(apps: StateApps) -> None:
    users = apps.get_model("staff", "User")._default_manager
    changed = []
    for user in users.exclude(rights="").only("pk", "rights"):
        words = user.rights.split()
        if not set(_SEEN_WITH).isdisjoint(words):
            said = [word for word in words if ":" in word]
            rights = sorted({*words, *_FIELDS} - set(said))
            user.rights = f" {' '.join([*said, *rights])} "
            changed.append(user)
    users.bulk_update(changed, ["rights"], batch_size=_AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("roles", "0001_ready_roles"), ("staff", "0004_roles_only")]
    operations = [migrations.RunPython(give_fields, migrations.RunPython.noop)]
