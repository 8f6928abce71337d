"""Who asks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from callcard.staff.models import User


def only_looks(request: HttpRequest) -> bool:
    """Whether it changes nothing, by its method."""
    return request.method in ("GET", "HEAD", "OPTIONS")


def signed_in(request: HttpRequest) -> User:
    """The user of a request. Raises PermissionDenied when there is none."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied
