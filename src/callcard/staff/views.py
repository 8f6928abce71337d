"""What each user chooses for themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from callcard.live.services import check_sessions
from callcard.staff.forms import OwnPasswordForm
from callcard.staff.preferences import choose_preferences
from callcard.staff.requests import signed_in
from callcard.staff.sign_in.sessions import keep_this_session


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """This browser stays signed in; all others of this user are signed out."""
    form = OwnPasswordForm(signed_in(request), request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return render(request, "staff/own_password.html", {"form": form}, status=422 if form.is_bound else 200)
    user = form.save()
    keep_this_session(request, user)
    check_sessions(user_id=user.pk)
    messages.success(request, _("Your password is changed."))
    return redirect("own-password")


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the language and the design that were sent; a language takes effect when the page is loaded anew."""
    user = choose_preferences(
        user=signed_in(request), language=request.POST.get("language"), theme=request.POST.get("theme")
    )
    response = HttpResponse(status=204)
    if "language" in request.POST:
        response.headers["HX-Refresh"] = "true"
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language or settings.LANGUAGE_CODE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
