"""Signing in and out, and what each user chooses for themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from callcard.staff.company import company
from callcard.staff.preferences import choose_preferences
from callcard.staff.requests import signed_in


class SignIn(LoginView):
    template_name = "staff/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"company": company()}


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
