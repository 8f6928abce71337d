"""Whose token it is, and which tokens there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hmac import compare_digest

from django.db.models import QuerySet
from django.utils import timezone

from callcard.api.tokens.models import AccessToken
from callcard.api.tokens.services import PREFIX, hashed
from callcard.staff.kept_queries import KeptQuery
from callcard.staff.models import User
from callcard.staff.roles.rules import Given, Permissions, joined, written

_WRITTEN = re.compile(rf"{PREFIX}([0-9]{{1,18}})_([A-Za-z0-9_-]{{43}})", re.ASCII)
_BY_ID = KeptQuery(lambda pk: AccessToken.objects.filter(pk=pk, revoked_at=None).select_related("user"))


def valid_token(text: str) -> AccessToken | None:
    """With its user, who has for this request what the token and their roles both allow; None for no valid token."""
    parts = _WRITTEN.fullmatch(text)
    found = next(iter(_BY_ID.rows(int(parts[1]))), None) if parts else None
    if parts is None or found is None or not compare_digest(found.hash, hashed(parts[2])):
        return None
    if found.is_over(timezone.now()) or not found.user.is_active:
        return None
    narrow(found.user, found.scopes)
    return found


def narrow(user: User, scopes: Sequence[str]) -> None:
    """This row of the user, which is not to be saved, may no more than `scopes` from here on."""
    may = user.permissions
    left = joined([Given("", may.rights.intersection(scopes), may.scope)])
    user.rights = written(Permissions(left.rights, left.scope, may.kinds))


def tokens_of(user: User) -> QuerySet[AccessToken]:
    """Those that were not revoked, the newest first."""
    return AccessToken.objects.filter(user=user, revoked_at=None).order_by("-pk")


def all_tokens() -> QuerySet[AccessToken]:
    """Of everybody, for those in charge."""
    return AccessToken.objects.filter(revoked_at=None).select_related("user").order_by("-pk")
