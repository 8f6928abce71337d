"""An administrator sees the program as somebody else does, to find out why they see so much or so little.

Nothing can be changed meanwhile, what is private to the other stays so, and the history knows of it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from callcard.staff.history import record_change
from callcard.staff.models import Change, User
from callcard.staff.requests import only_looks
from callcard.staff.roles.rules import CHANGES_ROLES

_KEY = "sees_as"
_ALLOWED = {"see-as-end", "sign-out"}
# Secrets of theirs, and what would be done in their name.
_PRIVATE = {"own-password", "devices", "calling", "softphone-account", "task-settings", "task-feed-settings", "tokens"}
_PRIVATE |= {"own-sign-in", "codes", "prove", "second-step-first", "locked"}


class SeeAs:
    """Puts the other into `request.user`; who really looks is in `request.looks`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        pk = request.session.get(_KEY)
        if pk is not None and isinstance(request.user, User):
            seen = User.objects.filter(pk=pk, is_active=True).first() if request.user.may(CHANGES_ROLES) else None
            if seen is None:
                del request.session[_KEY]
            else:
                request.looks, request.user = request.user, seen  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Raises PermissionDenied."""
        if who_looks(request) is None:
            return
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in _PRIVATE or not (only_looks(request) or name in _ALLOWED):
            raise PermissionDenied(_("You only look. End seeing as somebody else to do something."))


def who_looks(request: HttpRequest) -> User | None:
    """Who sees as the user of the request; None: the user themselves."""
    found = getattr(request, "looks", None)
    return found if isinstance(found, User) else None


def begin_to_see_as(request: HttpRequest, *, seen: User, by: User) -> None:
    request.session[_KEY] = seen.pk
    _keep(seen, by, Change.Action.CREATED)


def end_to_see_as(request: HttpRequest) -> None:
    by, pk = who_looks(request), request.session.pop(_KEY, None)
    if by is not None and pk is not None and isinstance(request.user, User):
        _keep(request.user, by, Change.Action.REMOVED)


def _keep(seen: User, by: User, action: Change.Action) -> None:
    said = {"name": seen.shown_name}
    is_begin = action == Change.Action.CREATED
    record_change(
        about="see-as",
        object_id=seen.pk,
        customer_id=None,
        action=action,
        before={} if is_begin else said,
        after=said if is_begin else {},
        by=by,
    )
