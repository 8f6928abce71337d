"""Lets nobody do what none of their roles allows, before any view is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from callcard.config.needs import EVERYBODY, NEEDS
from callcard.staff.models import User
from callcard.staff.requests import note_missing_right, only_looks


class AskRoles:
    """An address that `config.needs` does not know is nobody's. Who is not signed in was asked to before this."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Raises PermissionDenied."""
        need = NEEDS.get((request.resolver_match.url_name if request.resolver_match else None) or "")
        if need is None:
            raise PermissionDenied
        right = need.look if only_looks(request) else need.do
        if right != EVERYBODY and not (isinstance(request.user, User) and request.user.may(right)):
            note_missing_right(request, right)
            raise PermissionDenied
