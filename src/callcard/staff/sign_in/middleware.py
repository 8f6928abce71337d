"""Holds everybody to what is asked of a session, before any view is called."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from callcard.staff.models import User
from callcard.staff.requests import address_of
from callcard.staff.sign_in.journal import What, write_down, write_program_down
from callcard.staff.sign_in.sessions import note_seen
from callcard.staff.sign_in.standing import Standing, standing
from callcard.staff.sign_in.words import refused_words
from callcard.ui.context import wants_section

_ALWAYS = {"sign-out", "set_language"}
_WHILE_LOCKED = _ALWAYS | {"locked", "unlock", "unlock-passkey", "lock", "prove-passkey-ask"}
_WHILE_LOCKED |= {"single-sign-on-again", "single-sign-on-back"}
_WITHOUT_STEP = _ALWAYS | {"second-step-first", "codes", "own-passkey-ask", "own-passkey"}
_WITHOUT_STEP |= {"prove", "prove-passkey-ask", "prove-passkey", "single-sign-on-again", "single-sign-on-back"}
_WHAT = {Standing.NOT_NOW: What.NOT_NOW, Standing.NOT_HERE: What.NOT_HERE}


class HoldToTerms:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User):
            return None
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        found = standing(user, request.session, address_of(request))
        if hasattr(request, "access_token"):
            _hold_program(request, user, found)
            return None
        if found is Standing.FINE:
            note_seen(request)
            return None
        if found is Standing.LOCKED:
            return None if name in _WHILE_LOCKED else _to_lock(request)
        if found is Standing.SECOND_STEP:
            return None if name in _WITHOUT_STEP else _led(request, reverse("second-step-first"))
        return _put_out(request, user, found)


def _hold_program(request: HttpRequest, user: User, found: Standing) -> None:
    """A token is no way round hours and networks; a second step was for whoever made it. Raises PermissionDenied."""
    if found in (Standing.NOT_NOW, Standing.NOT_HERE):
        write_program_down(_WHAT[found], user=user, address=address_of(request), how=request.access_token.name)  # type: ignore[attr-defined]
        raise PermissionDenied(refused_words(found.value))


def _to_lock(request: HttpRequest) -> HttpResponse:
    """What a window asks for stays as it is under the lock; a page that is loaded is the lock."""
    if wants_section(request):
        return HttpResponse(status=423, headers={"HX-Trigger": "callcard:locked"})
    return redirect(f"{reverse('locked')}?{urlencode({'next': request.get_full_path()})}")


def _put_out(request: HttpRequest, user: User, found: Standing) -> HttpResponse:
    write_down(_WHAT[found], request, user=user)
    logout(request)
    return _led(request, f"{reverse('sign-in')}?{urlencode({'why': found.value})}")


def _led(request: HttpRequest, address: str) -> HttpResponse:
    """The whole page goes there, not only the window that asked."""
    if wants_section(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
