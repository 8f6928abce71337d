"""/missed-callers: who called in vain and waits to be called back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import Counted, PageOfList, answered, asked_of, page_told
from callcard.api.v1.types import Given, Id, Named, Text, Told, moment, named
from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.queries import closed_for, veil, waiting_for
from callcard.calls.missed.services import REASON_LENGTH, close, leave, reopen, take
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import Column, counted, keyset_page

router = Router(tags=["calls"])
_BESIDE = ("customer__responsible", "assignee", "closed_by")
_ORDERS = {"last": "last_at", "closed": "closed_at"}
_COLUMNS = [Column(key, "", sort=sort, has_filter=False) for key, sort in _ORDERS.items()]
_STATES = {"reached": MissedCaller.State.REACHED, "given_up": MissedCaller.State.GIVEN_UP}


class MissedTold(Told):
    """`known_to`: who looks after the customer, where the user may not see them. `assignee`: who calls back, null for
    whoever can; `taken_at`: since they said so. `last_call`: the id of their newest call in vain."""

    id: int
    number: str
    name: str
    customer: Named | None
    known_to: str
    line: str
    queue: str
    times: int
    first_at: str
    last_at: str
    last_call: int
    assignee: Named | None
    taken_at: str | None
    due_at: str | None
    is_late: bool
    state: Literal["open", "reached", "given_up"]
    reason: str
    closed_at: str | None
    closed_by: Named | None


class MissedPage(PageOfList):
    items: list[MissedTold]


class MissedQuery(Given):
    """`state`: who waits, or for whom nobody has to call any more (of two weeks). `who`: whom the token's user should
    call back, or all whom they see."""

    state: Literal["open", "closed"] = "open"
    who: Literal["mine", "all"] = "mine"
    after: str = ""


class ClosedGiven(Given):
    """`state`: reached in another way, or given up."""

    state: Literal["reached", "given_up"]
    reason: Annotated[Text, Field(max_length=REASON_LENGTH)] = ""


@router.get("", response=MissedPage, url_name="api-missed-callers")
def list_missed(request: HttpRequest, asked_for: Query[MissedQuery]) -> HttpResponse:
    """The newest first."""
    user, is_closed = signed_in(request), asked_for.state == "closed"
    asked = asked_of(request, "missed", _COLUMNS, sort="-closed" if is_closed else "-last", others=("state", "who"))
    rows = (closed_for if is_closed else waiting_for)(user, is_mine=asked_for.who == "mine")
    page = keyset_page(rows.select_related(*_BESIDE), asked, sort="closed_at" if is_closed else "last_at")
    return page_told(request, "missed", page, Counted(*counted(rows)), lambda found: _told(found, user))


@router.get("/{id:pk}", response=MissedTold, url_name="api-missed-caller")
def read_missed(request: HttpRequest, pk: Id) -> HttpResponse:
    return _answer(request, pk)


@router.post("/{id:pk}/take", response=MissedTold, url_name="api-missed-take")
def take_missed(request: HttpRequest, pk: Id) -> HttpResponse:
    """The token's user calls back."""
    _refuse_unless(take(missed=_seen(signed_in(request), pk), by=signed_in(request)))
    return _answer(request, pk)


@router.post("/{id:pk}/leave", response=MissedTold, url_name="api-missed-leave")
def leave_missed(request: HttpRequest, pk: Id) -> HttpResponse:
    """They do not after all."""
    _refuse_unless(leave(missed=_seen(signed_in(request), pk), by=signed_in(request)))
    return _answer(request, pk)


@router.post("/{id:pk}/close", response=MissedTold, url_name="api-missed-close")
def close_missed(request: HttpRequest, pk: Id, said: ClosedGiven) -> HttpResponse:
    """Nobody has to call back any more. A later call in vain opens a new one."""
    user = signed_in(request)
    _refuse_unless(close(missed=_seen(user, pk), state=_STATES[said.state], reason=said.reason, by=user))
    return _answer(request, pk)


@router.post("/{id:pk}/reopen", response=MissedTold, url_name="api-missed-reopen")
def reopen_missed(request: HttpRequest, pk: Id) -> HttpResponse:
    """Undo of `close`. 404 when they have called again: then the newer one waits."""
    user = signed_in(request)
    _refuse_unless(reopen(missed=_seen(user, pk), by=user))
    return _answer(request, pk)


def _refuse_unless(done: bool) -> None:
    if not done:
        raise Problem(409, "It is not so any more. Read it again.")


def _seen(user: User, pk: int) -> MissedCaller:
    """Any other than those whom the user may see does not exist for them (Http404)."""
    row = MissedCaller.objects.visible_to(user).select_related(*_BESIDE).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _answer(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    return answered(request, _told([_seen(user, pk)], user)[0])


def _told(rows: list[MissedCaller], user: User) -> list[dict[str, Any]]:
    """Everything that the API tells of missed callers is made here. `rows` must not be saved then."""
    veil(rows, user)
    return [_one(row) for row in rows]


def _one(row: MissedCaller) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.e164 or row.number,
        "name": row.shown_name,
        "customer": row.customer and named(row.customer.pk, row.customer.name),
        "assignee": row.assignee and named(row.assignee.pk, row.assignee.shown_name),
        "closed_by": row.closed_by and named(row.closed_by.pk, row.closed_by.shown_name),
        "last_call": row.last_call_id,
        "is_late": row.escalated_at is not None,
        **{name: getattr(row, name) for name in ("known_to", "line", "queue", "times", "state", "reason")},
        **{name: moment(getattr(row, name)) for name in ("first_at", "last_at", "taken_at", "due_at", "closed_at")},
    }
