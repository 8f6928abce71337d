"""In which browsers somebody is signed in, and ending that."""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from callcard.live.services import check_sessions
from callcard.staff.models import User
from callcard.staff.requests import address_of
from callcard.staff.sign_in.journal import What, kept_address, write_down
from callcard.staff.sign_in.models import OpenSession
from callcard.staff.sign_in.visitors import agent_of

_PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"
_ROW = "open_session"
_PROVED = "proved_at"
# That somebody is there is noted no more often than this, by each process.
_NOTED_EVERY_SECONDS = 300.0
PROOF_HOLDS_SECONDS = 900
_noted: dict[int, float] = {}


def begin_session(request: HttpRequest, user: User, *, how: str) -> None:
    """They are in: from here on the request is theirs."""
    login(request, user, _PASSWORD_BACKEND)
    note_proof(request)
    if request.session.session_key is None:  # another user was signed in here
        request.session.save()
    row = OpenSession.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        address=kept_address(address_of(request)),
        agent=agent_of(request),
        how=how,
        seen_at=timezone.now(),
    )
    request.session[_ROW] = row.pk
    write_down(What.CAME_IN, request, user=user, how=how)


def note_seen(request: HttpRequest) -> None:
    """Now and then: the browser is still there, and from which address."""
    pk = request.session.get(_ROW)
    now = time.monotonic()
    if pk is None or now - _noted.get(pk, -_NOTED_EVERY_SECONDS) < _NOTED_EVERY_SECONDS:
        return
    if len(_noted) > 10_000:
        _noted.clear()
    _noted[pk] = now
    soon = timezone.now() - timedelta(seconds=_NOTED_EVERY_SECONDS / 2)
    address = kept_address(address_of(request))
    OpenSession.objects.filter(pk=pk, seen_at__lt=soon).update(seen_at=timezone.now(), address=address)


def own_row(request: HttpRequest) -> int:
    """Which of the open sessions this is; 0 for one that began before they were listed."""
    return int(request.session.get(_ROW) or 0)


def note_proof(request: HttpRequest) -> None:
    """Whoever is there has just shown that it is they."""
    request.session[_PROVED] = int(time.time())


def has_proved_lately(request: HttpRequest) -> bool:
    return time.time() - int(request.session.get(_PROVED) or 0) < PROOF_HOLDS_SECONDS


def sessions_of(user: User) -> list[OpenSession]:
    """The latest seen first, without those that ran out."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = list(OpenSession.objects.filter(user=user).order_by("-seen_at"))
    return [row for row in rows if store().exists(row.session_key)]


@transaction.atomic
def end_session(row: OpenSession, request: HttpRequest, *, by: User | None = None) -> None:
    """That browser is signed out, and its stream of events ends at once."""
    import_module(settings.SESSION_ENGINE).SessionStore().delete(row.session_key)
    row.delete()
    write_down(What.ENDED, request, user=row.user, by=by)
    check_sessions(user_id=row.user_id)


@transaction.atomic
def end_other_sessions(request: HttpRequest, user: User) -> None:
    """This browser stays; every other one is signed out, whenever it signed in."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.session_round += 1
    user.save(update_fields=["session_round"])
    keep_this_session(request, user)
    write_down(What.ENDED, request, user=user)
    check_sessions(user_id=user.pk)


def keep_this_session(request: HttpRequest, user: User) -> None:
    """The password or the round has changed: the session goes on with another key, and the others are over."""
    update_session_auth_hash(request, user)
    note_proof(request)
    pk = own_row(request)
    OpenSession.objects.filter(user=user).exclude(pk=pk).delete()
    OpenSession.objects.filter(pk=pk).update(session_key=request.session.session_key or "")


@transaction.atomic
def end_all_sessions(user: User, request: HttpRequest, *, by: User) -> None:
    """An administrator signs them out everywhere."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.session_round += 1
    user.save(update_fields=["session_round"])
    OpenSession.objects.filter(user=user).delete()
    write_down(What.ENDED, request, user=user, by=by)
    check_sessions(user_id=user.pk)


def forget_old_sessions() -> None:
    """Those whose cookie has run out."""
    old = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE + _NOTED_EVERY_SECONDS)
    OpenSession.objects.filter(seen_at__lt=old).delete()
