"""Writes down what was done at each address, once it is known how it ended."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from callcard.staff.audit.acts import WRITTEN_BY_THEMSELVES, Act, act_of
from callcard.staff.audit.lately import Lately
from callcard.staff.audit.models import Entry
from callcard.staff.audit.services import write
from callcard.staff.models import User
from callcard.staff.requests import address_of, only_looks
from callcard.staff.roles.seeing import who_looks


class Audit:
    """Stands outside of what refuses, so that it sees refusals too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.lately = Lately()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if hasattr(request, "who_asked"):  # else it was held up before any view
            self._note(request, response.status_code)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Who asks: after signing out nobody would know."""
        request.who_asked = who_looks(request) or request.user  # type: ignore[attr-defined]

    def _note(self, request: HttpRequest, status: int) -> None:
        assert request.resolver_match is not None
        name, is_deed = request.resolver_match.url_name or "", not only_looks(request)
        act, user = act_of(name, is_deed=is_deed), _who(request)
        about, object_id = (act.about if act else ""), _object_id(request)
        kind = _kind(act, name, status, user, object_id is not None)
        if kind is None:
            return
        if kind == Entry.Kind.LOOKED and not self.lately.is_new(_look(request, act, user, object_id)):
            return
        write(
            kind=kind,
            act=name,
            is_deed=is_deed,
            user_id=user.pk if user else None,
            who=user.shown_name if user else "",
            address=address_of(request),
            about=about if object_id else "",
            object_id=object_id if about else None,
            detail=_detail(request, kind),
        )


def _look(request: HttpRequest, act: Act | None, user: User | None, object_id: int | None) -> Hashable:
    """What is one look: a card, its parts and its timeline are. From another computer, or by a program, is another."""
    assert act is not None
    is_program = hasattr(request, "access_token")
    return user.pk if user else None, is_program, address_of(request), act.about, object_id, str(act.words)


def _kind(act: Act | None, name: str, status: int, user: User | None, has_record: bool) -> Entry.Kind | None:
    """None: nothing to write down. A form that came back with its mistakes is nothing done."""
    if user is None or name in WRITTEN_BY_THEMSELVES:
        return None
    if status == 403 or (status == 404 and has_record):
        return Entry.Kind.REFUSED
    return act.kind if act is not None and status < 400 else None


def _who(request: HttpRequest) -> User | None:
    asked = getattr(request, "who_asked", None)
    found = asked if isinstance(asked, User) else request.user
    return found if isinstance(found, User) else None


def _object_id(request: HttpRequest) -> int | None:
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    found = kwargs.get("pk", kwargs.get("call_id"))
    return found if isinstance(found, int) else None


def _detail(request: HttpRequest, kind: Entry.Kind) -> str:
    """What was asked for, where the address alone does not say it: of exports, and of what was refused."""
    seen = request.user if who_looks(request) and isinstance(request.user, User) else None
    words = [f"→ {seen.shown_name}"] if seen else []
    if kind == Entry.Kind.REFUSED:
        words.append(request.path)
    elif kind == Entry.Kind.EXPORTED:
        words.append(request.GET.urlencode())
    return " ".join(filter(None, words))
