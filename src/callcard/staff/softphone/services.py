"""Writes about softphones."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from callcard.staff.models import Extension, User
from callcard.staff.softphone.models import SecretGiven, SipAccount, SoftphoneServer
from callcard.staff.softphone.queries import forget_server_origin, server


def choose_way_of_calling(*, user: User, calls_with: str) -> None:
    user.calls_with = calls_with
    user.save(update_fields=["calls_with"])


@transaction.atomic
def set_server(*, turn_secret: str, **values: Any) -> SoftphoneServer:
    """An empty `turn_secret` keeps the one that is stored, unless there is no TURN server any more."""
    row = server() or SoftphoneServer()
    for name, value in values.items():
        setattr(row, name, value)
    row.turn_secret = (turn_secret or row.turn_secret) if row.turn else ""
    row.save()
    transaction.on_commit(forget_server_origin)
    return row


def set_account(*, extension: Extension, user_name: str, secret: str) -> SipAccount:
    """An empty `secret` keeps the one that is stored."""
    row = SipAccount.objects.filter(extension=extension).first() or SipAccount(extension=extension)
    row.user_name = user_name
    row.secret = secret or row.secret
    row.save()
    return row


def remove_account(*, extension: Extension) -> None:
    SipAccount.objects.filter(extension=extension).delete()


def note_given(*, account: SipAccount, user: User, address: str) -> None:
    """Before the secret leaves: what cannot be written down is not given."""
    now = timezone.now()
    row, _is_new = SecretGiven.objects.get_or_create(
        extension=account.extension.number,
        user=user,
        day=timezone.localdate(now),
        address=address[:64],
        defaults={"last_at": now},
    )
    SecretGiven.objects.filter(pk=row.pk).update(times=F("times") + 1, last_at=now)
