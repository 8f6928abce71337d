"""The pages of those with a softphone may speak to the PBX, and to nothing else outside."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from callcard.staff.models import User
from callcard.staff.softphone.queries import server_origin
from callcard.ui.middleware import POLICY


class SoftphonePolicy:
    """Inside of `ContentSecurityPolicy`, which leaves a policy alone that is there already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _is_page(request, response) and _has_softphone(request) and (origin := server_origin()):
            response.headers["Content-Security-Policy"] = f"{POLICY}; connect-src 'self' {origin}"
        return response


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_piece = "HX-Request" in request.headers or "X-Callcard-Window" in request.headers
    return not is_piece and response.headers.get("Content-Type", "").startswith("text/html")


def _has_softphone(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.calls_with == User.CallsWith.SOFT)
