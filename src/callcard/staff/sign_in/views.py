"""Signing in and out."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from callcard.live.services import check_sessions
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.queries import is_set_up
from callcard.staff.sign_in.entering import (
    HasToWait,
    PasswordRefused,
    Refused,
    guess,
    how_of,
    let_in,
    safe_next,
    user_with_password,
)
from callcard.staff.sign_in.forms import CodeForm, SignInForm
from callcard.staff.sign_in.guessing import seconds
from callcard.staff.sign_in.halfway import Halfway, begin_halfway, end_halfway, halfway
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.models import OpenSession, SecondStep
from callcard.staff.sign_in.second_steps import is_code, is_recovery_code
from callcard.staff.sign_in.sessions import own_row
from callcard.staff.sign_in.standing import LEAVES_AT, has_step
from callcard.staff.sign_in.words import at_most, refused_words, waiting


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if not is_set_up():
        return redirect("first-start")
    wanted = (request.POST if request.method == "POST" else request.GET).get("next", "")
    if request.user.is_authenticated:
        return redirect(safe_next(request, wanted))
    if request.method != "POST":
        end_halfway(request)
        return _sign_in_page(request, wanted, refused_words(request.GET.get("why", "")))
    form = SignInForm(request.POST)
    user = None
    try:
        if form.is_valid():
            user = user_with_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is None:
            return _sign_in_page(request, wanted, _("The name or the password is wrong."), status=422)
        if has_step(user):
            begin_halfway(request, user, how=how_of(user), next=wanted)
            return redirect("sign-in-second")
        return let_in(request, user, how=how_of(user), next=wanted)
    except PasswordRefused as error:
        return _sign_in_page(request, wanted, error.words, status=error.status)
    except HasToWait as error:
        return _to_wait(request, error)
    except Refused as error:
        return _sign_in_page(request, wanted, refused_words(error.why.value), status=403)


def _sign_in_page(request: HttpRequest, wanted: str, problem: str, *, status: int = 200) -> HttpResponse:
    typed = request.POST.get("username", "")[:150]
    has_passkeys = SecondStep.objects.filter(kind=SecondStep.Kind.PASSKEY).exists()
    context = {
        "company": company(),
        "next": wanted,
        "problem": problem,
        "typed": typed,
        "has_passkeys": has_passkeys,
    }
    return render(request, "staff/sign_in.html", context, status=status)


def _to_wait(request: HttpRequest, error: HasToWait) -> HttpResponse:
    said = {"wait": waiting(error.left), "longest": at_most(error.longest)}
    response = render(request, "ui/lockout.html", said, status=429)
    response.headers["Retry-After"] = str(seconds(error.left))
    return response


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    half = halfway(request)
    if half is None:
        return redirect("sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            how = _right_code(request, half, form.cleaned_data["code"])
            if how:
                return let_in(request, half.user, how=f"{half.how}+{how}", next=half.next)
        except HasToWait as error:
            return _to_wait(request, error)
        except Refused as error:
            return _sign_in_page(request, half.next, refused_words(error.why.value), status=403)
        form.add_error("code", _("This code is not right, or was used already. Type the one that is shown now."))
    return _second_step_page(request, half, form)


def _right_code(request: HttpRequest, half: Halfway, typed: str) -> str:
    """How it was right: "codes" or "recovery"; empty: it was not. Raises HasToWait."""
    kinds = []

    def is_right() -> bool:
        if is_code(half.user, typed):
            kinds.append("codes")
        elif is_recovery_code(half.user, typed):
            kinds.append("recovery")
        return bool(kinds)

    name = half.user.username
    guess(request, is_right, username=name, user=half.user, wrong=What.WRONG_STEP, how="codes", about="step")
    return kinds[0] if kinds else ""


def _second_step_page(request: HttpRequest, half: Halfway, form: CodeForm) -> HttpResponse:
    kinds = set(SecondStep.objects.filter(user=half.user).values_list("kind", flat=True))
    context = {"form": form, "has_codes": "codes" in kinds, "has_passkeys": "passkey" in kinds}
    return render(request, "staff/second_step.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_POST
def passkey_asked(request: HttpRequest) -> HttpResponse:
    """What the browser has to sign: as somebody whose password was right, or as whoever it knows."""
    from callcard.staff.sign_in import passkeys  # fido2 takes a fifth of a second to load

    half = halfway(request)
    return JsonResponse(passkeys.ask_to_sign(request, half.user if half else None))


@login_not_required
@never_cache
@require_POST
def passkey_signed(request: HttpRequest) -> HttpResponse:
    """{"to": address} when they are in, else {"problem": words}."""
    half = halfway(request)
    wanted = half.next if half else str(request.GET.get("next", ""))
    try:
        user = _who_signed(request, half)
        if user is None:
            return _problem(_("This passkey is not known here. Sign in with your password."), 422)
        answer = let_in(request, user, how=f"{half.how}+passkey" if half else "passkey", next=wanted)
    except HasToWait as error:
        return _problem(waiting(error.left), 429)
    except Refused as error:
        return _problem(refused_words(error.why.value), 403)
    told = JsonResponse({"to": answer["Location"]})
    told.cookies = answer.cookies
    return told


def _who_signed(request: HttpRequest, half: Halfway | None) -> User | None:
    from callcard.staff.sign_in import passkeys

    found: list[User] = []

    def is_right() -> bool:
        try:
            user = passkeys.who_signed(request, answer_of(request))
        except passkeys.NoPasskey:
            return False
        found.extend([user] if half is None or user == half.user else [])
        return bool(found)

    name, user = (half.user.username, half.user) if half else ("", None)
    guess(request, is_right, username=name, user=user, wrong=What.WRONG_STEP, how="passkey", about="passkey")
    return found[0] if found else None


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; empty when it is none."""
    try:
        said = json.loads(request.body)
    except ValueError:  # UnicodeDecodeError is one
        return {}
    return said if isinstance(said, dict) else {}


def _problem(words: str, status: int) -> HttpResponse:
    return JsonResponse({"problem": words}, status=status)


@login_not_required
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    user = (getattr(request, "looks", None) or request.user) if isinstance(request.user, User) else None
    if user is not None:
        OpenSession.objects.filter(pk=own_row(request)).delete()
        write_down(What.LEFT, request, user=user)
    leave = request.session.get(LEAVES_AT, "")
    logout(request)
    if user is not None:
        check_sessions(user_id=user.pk)  # its other tabs hear of it at once
    if leave:  # a link: a form may not lead to another site
        return render(request, "staff/signed_out.html", {"leave": leave})
    return redirect("sign-in")
