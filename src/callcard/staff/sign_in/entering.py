"""The way in: what was typed is counted, looked at and written down, and whoever proved themselves is let in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from callcard.staff.models import User
from callcard.staff.requests import address_of
from callcard.staff.roles.rules import CHANGES_ROLES
from callcard.staff.sign_in.guessing import Counter, begin_guess, counters, longest_wait, waits_now, was_right
from callcard.staff.sign_in.halfway import end_halfway
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.rules import Refusal
from callcard.staff.sign_in.sessions import begin_session
from callcard.staff.sign_in.settings_row import sign_in_settings
from callcard.staff.sign_in.standing import refusal_of
from callcard.staff.sign_in.visitors import known_device, remember_device

_REFUSED = {
    Refusal.NOT_NOW: What.NOT_NOW,
    Refusal.NOT_HERE: What.NOT_HERE,
    Refusal.ONLY_BY_PROVIDER: What.PROVIDER,
}
# How somebody came in by the company's own sign-in.
_BY_COMPANY = ("provider", "directory")
_DIRECTORY_BACKEND = "callcard.staff.directory.backend.DirectoryBackend"
_LONGEST_ADDRESS = 2000


class HasToWait(Exception):
    """Nothing was looked at. `longest`: what a wait can be at most."""

    def __init__(self, left: timedelta, longest: timedelta) -> None:
        super().__init__(str(left))
        self.left, self.longest = left, longest


class PasswordRefused(Exception):
    """The company's directory did not take the password, or could not be asked; it may well be right."""

    def __init__(self, words: str, *, is_away: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.status = 503 if is_away else 422


class Refused(Exception):
    """They are who they say, and not let in now or from there."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


def user_with_password(request: HttpRequest, username: str, password: str) -> User | None:
    """None: there is nobody of this name and password. As slow for a name that nobody has. Raises HasToWait,
    PasswordRefused."""
    found: list[User] = []

    def is_right() -> bool:
        user = authenticate(request, username=username, password=password)
        found.extend([user] if isinstance(user, User) else [])
        return bool(found)

    user = User.objects.filter(username=username).first()  # before the answer, so that it takes as long either way
    guess(request, is_right, username=username, user=user, wrong=What.WRONG_PASSWORD, how="password")
    return found[0] if found else None


def how_of(user: User) -> str:
    """Whose password it was that `user_with_password` took."""
    return "directory" if getattr(user, "backend", "") == _DIRECTORY_BACKEND else "password"


def guess(
    request: HttpRequest,
    is_right: Callable[[], bool],
    *,
    username: str,
    user: User | None,
    wrong: What,
    how: str,
    about: str = "",
) -> bool:
    """Whether it was right; wrong ones are counted and written down. `about`: what has counters of its own, such as
    the second step. Raises HasToWait and what `is_right` does, and then it stays counted."""
    name = f"{about}\0{username}" if about else username  # nobody can type such a name
    counted = counters(username=name, address=address_of(request), device=known_device(request, username))
    left = begin_guess(counted)
    if left:
        raise HasToWait(left, longest_wait(counted))
    if is_right():
        was_right(counted)
        return True
    _note_wrong(request, counted, wrong, user=user, username=username, how=how)
    return False


def _note_wrong(
    request: HttpRequest, counted: Sequence[Counter], wrong: What, *, user: User | None, username: str, how: str
) -> None:
    write_down(wrong, request, user=user, username=username, how=how)
    if waits_now(counted):
        write_down(What.CLOSED, request, user=user, username=username, how=how)


def let_in(request: HttpRequest, user: User, *, how: str, next: str) -> HttpResponse:
    """They have proved who they are. Raises Refused."""
    why = refusal_of(user, address_of(request)) or _wrong_way(user, how)
    if why is not None:
        end_halfway(request)
        write_down(_REFUSED[why], request, user=user, how=how)
        raise Refused(why)
    end_halfway(request)
    begin_session(request, user, how=how)
    response = redirect(safe_next(request, next))
    remember_device(request, response, user.username)
    return response


def _wrong_way(user: User, how: str) -> Refusal | None:
    is_wrong = sign_in_settings().only_by_provider and not how.startswith(_BY_COMPANY) and not user.may(CHANGES_ROLES)
    return Refusal.ONLY_BY_PROVIDER if is_wrong else None


def safe_next(request: HttpRequest, address: str) -> str:
    """Where they wanted to go, if it is a path of ours; a bare word would be looked up as the name of a page."""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    is_path = address.startswith("/") and len(address) < _LONGEST_ADDRESS
    return address if is_ours and is_path else reverse("shell")
