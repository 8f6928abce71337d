"""To the provider and back."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from callcard.staff.models import User
from callcard.staff.requests import address_of, signed_in
from callcard.staff.sign_in.entering import Refused, let_in, safe_next
from callcard.staff.sign_in.guessing import begin_guess, counter_of_doors, seconds, was_right
from callcard.staff.sign_in.halfway import begin_halfway
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.sign_in.sessions import note_proof
from callcard.staff.sign_in.standing import LEAVES_AT, LOCKED, STEPPED, has_step
from callcard.staff.sign_in.words import refused_words, waiting
from callcard.staff.single_sign_on.flow import Asked, Purpose, take_asked, way_out, way_there, what_it_said
from callcard.staff.single_sign_on.models import Provider
from callcard.staff.single_sign_on.people import come_in, connect, user_of
from callcard.staff.single_sign_on.rules import NotLetIn, Why, had_second_step
from callcard.staff.single_sign_on.settings_row import provider_in_use
from callcard.staff.single_sign_on.words import words_for_person

HOW = "provider"
# In the session: its beginning was counted, and is taken back when somebody comes in by it.
_COUNTED = "counted_at_the_door"


@login_not_required
@never_cache
@require_GET
def to_provider(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(safe_next(request, request.GET.get("next", "")))
    if not request.session.keys():  # what is asked will be kept in a new session, and each of them is a row
        left = begin_guess(counter_of_doors(address=address_of(request)))
        if left:
            return _to_wait(request, left)
        request.session[_COUNTED] = True
    return _sent(request, Purpose.ENTER)


@never_cache
@require_GET
def again(request: HttpRequest) -> HttpResponse:
    """Somebody without a password shows once more that it is they: to unlock the screen, or before what matters."""
    return _sent(request, Purpose.UNLOCK if request.session.get(LOCKED) else Purpose.PROVE)


@never_cache
@require_GET
@proved_lately
def to_connect(request: HttpRequest) -> HttpResponse:
    return _sent(request, Purpose.CONNECT)


def _sent(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    try:
        return redirect(way_there(request, _provider(), purpose, request.GET.get("next", "")))
    except NotLetIn as error:
        return _refused(request, error)


@login_not_required
@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    try:
        provider = _provider()
        asked = take_asked(request, request.GET.get("state", ""))
        if asked is None or asked.user != (request.user.pk or 0):
            raise NotLetIn(Why.STATE)
        claims = what_it_said(request, provider, asked)
        if asked.purpose == Purpose.ENTER:
            return _entered(request, provider, claims, asked)
        return _shown_again(request, provider, claims, asked)
    except NotLetIn as error:
        return _refused(request, error)


def _provider() -> Provider:
    provider = provider_in_use()
    if provider is None:
        raise NotLetIn(Why.OFF)
    return provider


def _entered(request: HttpRequest, provider: Provider, claims: dict[str, object], asked: Asked) -> HttpResponse:
    if request.session.pop(_COUNTED, False):
        was_right(counter_of_doors(address=address_of(request)))
    user = come_in(request, provider, claims, how=HOW)
    has_stepped = provider.counts_second_step and had_second_step(claims)
    if not has_stepped and has_step(user):
        begin_halfway(request, user, how=HOW, next=asked.next)
        return redirect("sign-in-second")
    try:
        answer = let_in(request, user, how=f"{HOW}+step" if has_stepped else HOW, next=asked.next)
    except Refused as error:
        return _page(request, refused_words(error.why.value))
    request.session[STEPPED] = has_stepped
    request.session[LEAVES_AT] = way_out(request, provider)
    return answer


def _shown_again(request: HttpRequest, provider: Provider, claims: dict[str, object], asked: Asked) -> HttpResponse:
    user = signed_in(request)
    if asked.purpose == Purpose.CONNECT:
        connect(request, user, provider, claims, how=HOW)
        messages.success(request, _("Connected. From now on that sign-in lets you in."))
        return redirect("own-sign-in")
    if user_of(claims, provider) != user:
        raise NotLetIn(Why.SOMEBODY_ELSE)
    note_proof(request)
    if asked.purpose == Purpose.PROVE:
        return redirect(safe_next(request, asked.next))
    request.session.pop(LOCKED, None)
    write_down(What.UNLOCKED, request, user=user, how=HOW)
    return render(request, "staff/unlocked.html", {"next": safe_next(request, asked.next)})


def _refused(request: HttpRequest, error: NotLetIn) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    write_down(What.PROVIDER, request, user=user, how=str(error)[:200])
    return _page(request, words_for_person(error.why))


def _to_wait(request: HttpRequest, left: timedelta) -> HttpResponse:
    problem = _("Too many browsers of your network have just begun to sign in. %(wait)s") % {"wait": waiting(left)}
    response = render(request, "staff/not_let_in.html", {"problem": problem}, status=429)
    response.headers["Retry-After"] = str(seconds(left))
    return response


def _page(request: HttpRequest, problem: str) -> HttpResponse:
    return render(request, "staff/not_let_in.html", {"problem": problem}, status=422)
