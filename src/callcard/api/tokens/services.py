"""Writes of access tokens. Each is a step of the history, without the token itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from callcard.api.tokens.models import AccessToken, KeptAnswer
from callcard.live.services import check_sessions
from callcard.staff.history import record_change
from callcard.staff.models import Change, User

PREFIX = "callcard_"
"""By which programs that look for secrets in source code recognise a token."""
_ABOUT = "token"
_NOTED_EVERY = timedelta(minutes=1)
ANSWERS_KEPT = timedelta(days=1)


class NotTheirs(Exception):
    """A token would allow what its user may not do."""


def hashed(secret: str) -> str:
    """There are 256 bits of chance in it, so a quick hash is as good as a slow one."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: User, name: str, scopes: Iterable[str], expires_at: datetime) -> tuple[AccessToken, str]:
    """The row, and the token itself, which nobody can show again. Raises NotTheirs."""
    wanted = sorted(set(scopes))
    if not user.permissions.rights.issuperset(wanted):
        raise NotTheirs
    secret = secrets.token_urlsafe(32)
    row = AccessToken.objects.create(
        user=user, name=name, hash=hashed(secret), ending=secret[-4:], scopes=wanted, expires_at=expires_at
    )
    _keep(row, Change.Action.CREATED, by=user)
    return row, f"{PREFIX}{row.pk}_{secret}"


@transaction.atomic
def revoke_token(*, token: AccessToken, by: User) -> None:
    """The program with it does nothing any more, at once. A second time nothing happens."""
    if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        _keep(token, Change.Action.REMOVED, by=by)
        check_sessions(user_id=token.user_id)


def note_use(*, token: AccessToken, address: str) -> None:
    now = timezone.now()
    old = Q(used_at=None) | Q(used_at__lt=now - _NOTED_EVERY)
    AccessToken.objects.filter(old, pk=token.pk).update(used_at=now, used_from=address[:45])


def is_noted(token: AccessToken) -> bool:
    """Whether its last use was noted a moment ago."""
    return token.used_at is not None and token.used_at > timezone.now() - _NOTED_EVERY


def forget_answers(*, before: datetime) -> int:
    return KeptAnswer.objects.filter(asked_at__lt=before).delete()[0]


def _keep(token: AccessToken, action: Change.Action, *, by: User) -> None:
    said = {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    is_new = action == Change.Action.CREATED
    record_change(
        about=_ABOUT,
        object_id=token.pk,
        customer_id=None,
        action=action,
        before={} if is_new else said,
        after=said if is_new else {},
        by=by,
    )
