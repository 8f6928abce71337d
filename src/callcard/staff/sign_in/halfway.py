"""Somebody whose password was right and whose second step is still to come. They are nobody until then."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from callcard.staff.models import User

_KEY = "halfway"
_HOLDS_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Halfway:
    user: User
    how: str
    next: str


def begin_halfway(request: HttpRequest, user: User, *, how: str, next: str) -> None:
    request.session.cycle_key()
    request.session[_KEY] = {
        "user": user.pk,
        "is": user.get_session_auth_hash(),  # a password that is changed meanwhile ends this, too
        "how": how,
        "next": next,
        "at": int(time.time()),
    }


def halfway(request: HttpRequest) -> Halfway | None:
    said = request.session.get(_KEY)
    if not isinstance(said, dict) or time.time() - said["at"] > _HOLDS_SECONDS:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(said["is"], user.get_session_auth_hash()):
        return None
    return Halfway(user, said["how"], said["next"])


def end_halfway(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
