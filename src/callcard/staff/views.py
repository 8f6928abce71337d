"""Signing in and out, and what each user chooses for themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from callcard.staff.company import company
from callcard.staff.forms import OwnPasswordForm
from callcard.staff.preferences import choose_preferences
from callcard.staff.queries import is_set_up
from callcard.staff.requests import signed_in


class SignIn(LoginView):
    template_name = "staff/sign_in.html"
    redirect_authenticated_user = True

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs) if is_set_up() else redirect("first-start")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"company": company()}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """This browser stays signed in; all others of this user are signed out."""
    form = OwnPasswordForm(signed_in(request), request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return render(request, "staff/own_password.html", {"form": form}, status=422 if form.is_bound else 200)
    update_session_auth_hash(request, form.save())
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
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language or settings.LANGUAGE_CODE, samesite="Lax")
    return response
