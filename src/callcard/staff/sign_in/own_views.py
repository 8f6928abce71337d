"""The window in which each user looks after their own ways in."""

from __future__ import annotations

import time

from django.contrib import messages
from django.contrib.auth import authenticate
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.audit.acts import WAYS_IN, act_of
from callcard.staff.audit.models import Entry
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.staff.sealing import opened, sealed
from callcard.staff.sign_in import one_time_codes, second_steps, sessions
from callcard.staff.sign_in.entering import HasToWait, PasswordRefused, guess, safe_next
from callcard.staff.sign_in.forms import CodeForm, PasswordForm
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.models import OpenSession, SecondStep
from callcard.staff.sign_in.passwords import judge
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.sign_in.standing import has_passkeys, has_step, needs_step
from callcard.staff.sign_in.views import answer_of
from callcard.staff.sign_in.visitors import browser_of
from callcard.staff.sign_in.words import waiting

_SECRET = "codes_secret"
_WINDOW, _PLAIN = "ui/window.html", "staff/sign_in_plain.html"
_LINES = 10


@never_cache
@require_GET
def own_sign_in(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    here = sessions.own_row(request)
    rows = [(row, browser_of(row.agent), row.pk == here) for row in sessions.sessions_of(user)]
    context = {
        "steps": second_steps.steps_of(user),
        "recovery_left": second_steps.recovery_codes_left(user),
        "is_asked_for": needs_step(user),
        "sessions": rows,
        "lines": [(line, act_of(line.act, is_deed=True)) for line in _lately(user)],
        "is_proved": sessions.has_proved_lately(request),
        "has_password": user.has_usable_password(),
    }
    return render(request, "staff/own_sign_in.html", context)


def _lately(user: User) -> list[Entry]:
    """What the audit knows of their ways in."""
    about = Q(user_id=user.pk) | Q(about="user", object_id=user.pk)
    return list(Entry.objects.filter(about, act__in=WAYS_IN).order_by("-pk")[:_LINES])


def _base(user: User) -> str:
    """Who has no second step yet and must have one gets a page without the shell: nothing else opens for them."""
    return _PLAIN if needs_step(user) and not has_step(user) else _WINDOW


@never_cache
@require_GET
@proved_lately
def second_step_first(request: HttpRequest) -> HttpResponse:
    """Where everything leads for whoever must have a second step and has none."""
    user = signed_in(request)
    if not needs_step(user) or has_step(user):
        return redirect("shell")
    return render(request, "staff/second_step_first.html", {"base": _PLAIN})


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
@proved_lately
def codes(request: HttpRequest) -> HttpResponse:
    """An authenticator app: its square code, until the first code of it was typed."""
    user = signed_in(request)
    base = _base(user)
    kept = request.session.get(_SECRET)
    secret = opened(kept.encode()) if kept else one_time_codes.new_secret()
    request.session[_SECRET] = sealed(secret).decode()
    form = CodeForm(request.POST if request.method == "POST" else None, auto_id="codes-%s")
    if form.is_bound and form.is_valid():
        step = one_time_codes.step_of(form.cleaned_data["code"], secret, now=time.time(), after=0)
        if step is not None:
            second_steps.add_codes(user=user, secret=secret, step=step)
            del request.session[_SECRET]
            return _step_added(request, user, "codes")
        form.add_error("code", _("This is not the code of the moment. Is the clock of the telephone right?"))
    context = {"base": base, "form": form, "square": _square(user, secret), "spelled": one_time_codes.spelled(secret)}
    return render(request, "staff/codes.html", context, status=422 if form.errors else 200)


def _square(user: User, secret: bytes) -> str:
    """The square code, as an image that the page holds in itself."""
    import segno  # a tenth of a second to load, for what is done once in a user's life

    address = one_time_codes.address_of(secret, company=company().name, username=user.username)
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff"))


def _step_added(request: HttpRequest, user: User, how: str) -> HttpResponse:
    write_down(What.STEP_ADDED, request, user=user, how=how)
    messages.success(request, _("From now on it is asked for when you sign in."))
    return redirect("own-sign-in")


@never_cache
@require_POST
@proved_lately
def passkey_asked(request: HttpRequest) -> HttpResponse:
    from callcard.staff.sign_in import passkeys  # fido2 takes a fifth of a second to load

    return JsonResponse(passkeys.ask_to_make(request, signed_in(request)))


@never_cache
@require_POST
@proved_lately
def passkey_made(request: HttpRequest) -> HttpResponse:
    from callcard.staff.sign_in import passkeys

    user, answer = signed_in(request), answer_of(request)
    name = str(answer.pop("name", "")).strip() or browser_of(request.headers.get("User-Agent", ""))
    try:
        passkeys.keep_passkey(request, user, answer, name=name.replace("\x00", ""))
    except passkeys.NoPasskey:
        return JsonResponse({"problem": _("The browser made no passkey that can be used here.")}, status=422)
    return JsonResponse({"to": _step_added(request, user, "passkey")["Location"]})


@require_POST
@proved_lately
def step_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    own = SecondStep.objects.filter(user=user).exclude(kind=SecondStep.Kind.RECOVERY)
    step = get_object_or_404(own, pk=pk)
    if needs_step(user) and own.count() == 1:
        messages.error(request, _("Your role asks for a second step. Add another one first."))
    else:
        second_steps.remove_step(step)
        write_down(What.STEP_REMOVED, request, user=user, how=step.kind)
        messages.success(request, _("It is removed."))
    return redirect("own-sign-in")


@never_cache
@require_POST
@proved_lately
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New ones, shown this once."""
    user = signed_in(request)
    if not has_step(user):
        messages.error(request, _("Add an authenticator app or a passkey first."))
        return redirect("own-sign-in")
    made = second_steps.new_recovery_codes(user)
    write_down(What.STEP_ADDED, request, user=user, how="recovery")
    return render(request, "staff/recovery_codes.html", {"codes": made})


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    row = get_object_or_404(OpenSession.objects.exclude(pk=sessions.own_row(request)), pk=pk, user=user)
    sessions.end_session(row, request)
    messages.success(request, _("That browser is signed out."))
    return redirect("own-sign-in")


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    sessions.end_other_sessions(request, signed_in(request))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("own-sign-in")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Before something that matters: the password once more, or a passkey."""
    user = signed_in(request)
    wanted = (request.POST if request.method == "POST" else request.GET).get("next", "") or reverse("own-sign-in")
    form = PasswordForm(request.POST if request.method == "POST" else None, auto_id="prove-%s")
    if form.is_bound and form.is_valid():
        try:
            if is_own_password(request, user, form.cleaned_data["password"]):
                sessions.note_proof(request)
                return redirect(safe_next(request, wanted))
            form.add_error("password", _("This is not your password."))
        except HasToWait as error:
            form.add_error("password", waiting(error.left))
        except PasswordRefused as error:
            form.add_error("password", error.words)
    context = {"base": _base(user), "form": form, "next": wanted, "has_passkeys": has_passkeys(user)}
    return render(request, "staff/prove.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_POST
def judge_password(request: HttpRequest) -> HttpResponse:
    """While a new one is typed: whether it will do, and why not. Nothing of it is kept."""
    judged = judge(request.POST.get("password", ""), signed_in(request))
    return JsonResponse({"score": judged.score, "words": judged.words or _("This is hard to guess.")})


def is_own_password(request: HttpRequest, user: User, typed: str) -> bool:
    """Of Callcard, or of the directory that knows them. Raises HasToWait, PasswordRefused."""

    def is_right() -> bool:
        return user.check_password(typed) or authenticate(request, owner=user, password=typed) == user

    name = user.username
    return guess(request, is_right, username=name, user=user, wrong=What.WRONG_PASSWORD, how="password")


@never_cache
@require_POST
def passkey_to_prove(request: HttpRequest) -> HttpResponse:
    from callcard.staff.sign_in import passkeys

    return JsonResponse(passkeys.ask_to_sign(request, signed_in(request)))


@never_cache
@require_POST
def passkey_proves(request: HttpRequest) -> HttpResponse:
    if not is_own_passkey(request, signed_in(request)):
        return JsonResponse({"problem": _("This passkey is not yours. Use your password.")}, status=422)
    sessions.note_proof(request)
    wanted = request.GET.get("next", "")
    return JsonResponse({"to": resolve_url(safe_next(request, wanted) if wanted else "own-sign-in")})


def is_own_passkey(request: HttpRequest, user: User) -> bool:
    """Whether what the browser sent was signed by one of theirs."""
    from callcard.staff.sign_in import passkeys

    try:
        return passkeys.who_signed(request, answer_of(request)) == user
    except passkeys.NoPasskey:
        return False
