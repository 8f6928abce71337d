"""Who asks, and whether they may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from callcard.staff.models import User

P = ParamSpec("P")


def signed_in(request: HttpRequest) -> User:
    """The user of a request. Raises PermissionDenied when there is none."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied


def administrator_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Everybody else is refused, and nothing of the view is done."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if signed_in(request).role != User.Role.ADMINISTRATOR:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked
