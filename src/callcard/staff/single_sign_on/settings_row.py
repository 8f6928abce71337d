"""The provider that the administrator has set."""

from __future__ import annotations

from django.db import transaction

from callcard.kit.remembered import Remembered
from callcard.staff.roles.models import Role
from callcard.staff.sign_in.settings_row import set_only_by_provider
from callcard.staff.single_sign_on.discovery import forget_providers
from callcard.staff.single_sign_on.models import Group, Provider


def provider_row() -> Provider:
    """Unsaved, and off, where nobody has set any."""
    return Provider.objects.first() or Provider(pk=1)


def provider_in_use() -> Provider | None:
    """None: single sign-on is off."""
    row = _provider.get()
    return row if row.is_on else None


def set_provider(row: Provider, *, only_by_provider: bool) -> None:
    """With it off, passwords always let in."""
    with transaction.atomic():
        row.pk = 1
        row.save()
        set_only_by_provider(only_by_provider and row.is_on)
    forget_provider()


@transaction.atomic
def set_group(name: str, roles: list[Role]) -> None:
    """In place of what was said of it."""
    group, _made = Group.objects.get_or_create(name=name)
    group.roles.set(roles)


def forget_provider() -> None:
    _provider.forget()
    forget_providers()


_provider = Remembered(provider_row, seconds=5)
