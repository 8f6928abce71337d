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


def address_of(request: HttpRequest) -> str:
    """The network address of who asks; behind a trusted proxy, of whom it asks for."""
    return str(request.META.get("REMOTE_ADDR") or "")


def note_missing_right(request: HttpRequest, right: str) -> None:
    """For whoever words the refusal."""
    request.missing_right = right  # type: ignore[attr-defined]


def missing_right(request: HttpRequest) -> str:
    """The right for want of which the request was refused; empty for another reason."""
    return str(getattr(request, "missing_right", ""))
