"""The lock of the screen: windows stay as they are, and the server gives out nothing until whoever it is proves it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from callcard.live.services import check_sessions
from callcard.staff.requests import signed_in
from callcard.staff.sign_in import sessions
from callcard.staff.sign_in.entering import HasToWait, PasswordRefused, safe_next
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.own_views import is_own_passkey, is_own_password
from callcard.staff.sign_in.standing import LOCKED, has_passkeys
from callcard.staff.sign_in.words import waiting
from callcard.ui.context import wants_section


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if not request.session.get(LOCKED):
        request.session[LOCKED] = True
        request.session.save()  # before the stream of events looks whether it may go on
        write_down(What.LOCKED, request, user=user)
        check_sessions(user_id=user.pk)
    return HttpResponse(status=204)


@never_cache
@require_GET
def locked(request: HttpRequest) -> HttpResponse:
    """What a locked browser gets in place of any page that it loads."""
    wanted = request.GET.get("next", "")
    if not request.session.get(LOCKED):
        return redirect(safe_next(request, wanted))
    return _page(request, wanted, "", 200)


@never_cache
@sensitive_post_parameters("password")
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Asked by the shell: 204, or {"problem": words}. By a page of its own: the page that was wanted."""
    user = signed_in(request)
    try:
        problem, status = _("This is not your password."), 422
        if is_own_password(request, user, request.POST.get("password", "")[:1000]):
            return _unlocked(request)
    except HasToWait as error:
        problem, status = waiting(error.left), 429
    except PasswordRefused as error:
        problem, status = error.words, error.status
    if wants_section(request):
        return JsonResponse({"problem": problem}, status=status)
    return _page(request, request.POST.get("next", ""), problem, status)


@never_cache
@require_POST
def unlock_by_passkey(request: HttpRequest) -> HttpResponse:
    if not is_own_passkey(request, signed_in(request)):
        return JsonResponse({"problem": _("This passkey is not yours. Use your password.")}, status=422)
    _unlocked(request)
    return JsonResponse({"to": resolve_url(safe_next(request, request.GET.get("next", "")))})


def _unlocked(request: HttpRequest) -> HttpResponse:
    request.session.pop(LOCKED, None)
    sessions.note_proof(request)
    write_down(What.UNLOCKED, request, user=signed_in(request))
    if wants_section(request):
        return HttpResponse(status=204)
    return redirect(safe_next(request, request.POST.get("next", "")))


def _page(request: HttpRequest, wanted: str, problem: str, status: int) -> HttpResponse:
    context = {"next": wanted, "problem": problem, "has_passkeys": has_passkeys(signed_in(request))}
    return render(request, "staff/locked.html", context, status=status)
