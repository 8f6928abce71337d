"""Writes of phone books and of passwords of devices."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from callcard.api.models import DevicePassword, PbxKey, PhoneBook
from callcard.customers.models import Category
from callcard.staff.models import User

# Without letters and digits that are taken for each other when somebody types them on a mobile.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_token() -> str:
    return secrets.token_urlsafe(24)


def renew_token(*, book: PhoneBook) -> PhoneBook:
    """Phones with the old address get nothing any more."""
    book.token = new_token()
    book.save(update_fields=["token"])
    return book


def renew_pbx_key(*, key: PbxKey) -> PbxKey:
    """A telephone system with the old key gets nothing any more."""
    key.token = new_token()
    key.save(update_fields=["token"])
    return key


@transaction.atomic
def make_device_password(
    *, user: User, name: str, scope: str, category: Category | None = None
) -> tuple[DevicePassword, str]:
    """The row, and the password itself, which nobody can show again. "abcd-efgh-jkmn-pqrs-tuvw": 80 bits are secret."""
    parts = ["".join(secrets.choice(_SIGNS) for _sign in range(4)) for _part in range(6)]
    slug, secret = "".join(parts[:2]), "-".join(parts[2:])
    device = DevicePassword.objects.create(
        user=user, name=name, slug=slug, hash=make_password(secret), scope=scope, category=category
    )
    return device, "-".join(parts)


def revoke(*, device: DevicePassword) -> None:
    """The device reads nothing any more, at once."""
    DevicePassword.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())
