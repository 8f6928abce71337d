"""The provider that the administrator has set."""

from __future__ import annotations

from django.db import transaction

from callcard.kit.remembered import Remembered
from callcard.staff.history import record_change
from callcard.staff.models import Change, User
from callcard.staff.roles.models import Role
from callcard.staff.sign_in.settings_row import set_only_by_provider, sign_in_settings
from callcard.staff.single_sign_on.discovery import forget_providers
from callcard.staff.single_sign_on.models import Group, Provider


def provider_row() -> Provider:
    """Unsaved, and off, where nobody has set any."""
    return Provider.objects.first() or Provider(pk=1)


def provider_in_use() -> Provider | None:
    """None: single sign-on is off."""
    row = _provider.get()
    return row if row.is_on else None


def set_provider(row: Provider, *, only_by_provider: bool, by: User | None = None) -> None:
    """With it off, passwords always let in."""
    with transaction.atomic():
        kept = Provider.objects.filter(pk=1).first()
        before = _told(kept) if kept else {}
        row.pk = 1
        row.save()
        set_only_by_provider(only_by_provider and row.is_on)
        is_renewed = kept is not None and kept.client_secret != row.client_secret
        after = _told(row) | ({"client_secret": "renewed"} if is_renewed else {})
        _record("single-sign-on", 1, before, after, by)
    forget_provider()


def _told(row: Provider) -> dict[str, object]:
    """For the history: all but the secret."""
    names = [field.name for field in row._meta.fields if field.name not in ("id", "client_secret")]
    return {name: getattr(row, name) for name in names} | {"only_by_provider": sign_in_settings().only_by_provider}


@transaction.atomic
def set_group(name: str, roles: list[Role], *, by: User | None = None) -> None:
    """In place of what was said of it."""
    group, _made = Group.objects.get_or_create(name=name)
    before = _roles_of(group)
    group.roles.set(roles)
    _record("sign-in-group", group.pk, before, _roles_of(group), by)


@transaction.atomic
def remove_group(group: Group, *, by: User) -> None:
    _record("sign-in-group", group.pk, _roles_of(group), {}, by, Change.Action.REMOVED)
    group.delete()


def _roles_of(group: Group) -> dict[str, object]:
    names = ", ".join(role.shown_name for role in group.roles.order_by("pk"))
    return {"group": group.name, "roles": names}


def _record(
    about: str,
    pk: int,
    before: dict[str, object],
    after: dict[str, object],
    by: User | None,
    action: Change.Action = Change.Action.CHANGED,
) -> None:
    record_change(about=about, object_id=pk, customer_id=None, action=action, before=before, after=after, by=by)


def forget_provider() -> None:
    _provider.forget()
    forget_providers()


_provider = Remembered(provider_row, seconds=5)
