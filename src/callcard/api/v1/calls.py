"""/calls: the log, what people say about calls, and calls that nobody else told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import Listed, answered, asked_of, done, made, page_told, refuse_if_other
from callcard.api.v1.call_telling import CallsPage, CallTold, call_told, calls_told
from callcard.api.v1.described import IF_MATCH, ONCE, list_parameters
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Given, Id, Moment, Reference, Text
from callcard.calls.closing import Closing, close_call, next_contact_of, say_about
from callcard.calls.hand import (
    ABOUT,
    CannotUndo,
    Written,
    change_written,
    may_change,
    remove_written,
    restore_removed,
    write_down,
)
from callcard.calls.log_columns import columns_for
from callcard.calls.log_query import found_calls, orderable, page_of
from callcard.calls.models import Call, CallResult
from callcard.calls.queries import veil_customers
from callcard.calls.seen import call_seen_by
from callcard.calls.services import NOTE_LENGTH, choose_customer, forget_customer, write_note
from callcard.calls.setting import call_settings
from callcard.customers.models import Customer
from callcard.sales.models import Order
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task

router = Router(tags=["calls"])
FILTERS = {
    "started": "date",
    **dict.fromkeys(("direction", "customer", "person", "outcome", "result", "line", "queue"), "choice"),
    **dict.fromkeys(("answered", "origin"), "choice"),
    "number": "text",
    "order": "text",
    "tags": "choices",
    "cost": "money",
    "recorded": "yesno",
    **dict.fromkeys(("rang", "talked", "held"), "length"),
}
_KEY = "calls"
_LONGEST_SECONDS = 24 * 3600
Note = Annotated[Text, Field(max_length=NOTE_LENGTH)]


class CallGiven(Given):
    """A call that no telephone system told of. `talk_seconds` counts only when it was answered."""

    direction: Literal["inbound", "outbound"]
    outcome: Literal["answered", "missed", "busy"]
    number: Annotated[Text, Field(max_length=60)] = ""
    customer: Reference | None = None
    started_at: Moment
    talk_seconds: Annotated[int, Field(strict=True, ge=0, le=_LONGEST_SECONDS)] = 0
    note: Note = ""


class CallChange(Given):
    """`note`: what the token's user says about it; others' notes stay. `result`: of the company's list, "" for none.
    `next_contact`: when to get in touch again, a task of the user; null for not at all."""

    note: Note = ""
    result: Annotated[Text, Field(max_length=60)] = ""
    next_contact: Moment | None = None
    tags: Annotated[list[Reference], Field(max_length=100)] = []
    order: Reference | None = None
    customer: Reference | None = None


@router.get("", response=CallsPage, url_name="api-calls", openapi_extra=list_parameters(FILTERS))
def list_calls(request: HttpRequest, listed: Listed) -> HttpResponse:
    """The log, the newest first unless `sort` says otherwise."""
    user = signed_in(request)
    columns = columns_for(user)
    asked = asked_of(request, _KEY, columns, sort="-started")
    found = found_calls(user, asked, columns)
    page = page_of(found, orderable(asked, found, columns), columns)
    return page_told(request, _KEY, page, found, lambda rows: calls_told(rows, user))


@router.post("", response={201: CallTold}, url_name="api-calls", openapi_extra=ONCE)
def add_call(request: HttpRequest, said: CallGiven) -> HttpResponse:
    """Write down a call by hand."""
    user = signed_in(request)
    if not call_settings().may_write_by_hand:
        raise PermissionDenied
    written = _written(said, user)

    def do() -> HttpResponse:
        call = write_down(written=written, note=said.note, by=user)
        return made(request, _told(user, call.pk), f"{request.path}/{call.pk}")

    return once(request, do)


@router.get("/{id:pk}", response=CallTold, url_name="api-call")
def read_call(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    return answered(request, _told(user, pk))


@router.patch("/{id:pk}", response=CallTold, url_name="api-call", openapi_extra=IF_MATCH)
def change_call(request: HttpRequest, pk: Id, said: CallChange) -> HttpResponse:
    """What came of it, and what it was about."""
    user = signed_in(request)
    with transaction.atomic():
        call = call_seen_by(user, pk)
        Call.objects.select_for_update().filter(pk=pk).values_list("pk").first()
        refuse_if_other(request, _told(user, pk))
        given = said.model_dump(exclude_unset=True)
        _say_who(call, given, user)
        _say_what(call, given, user)
        return answered(request, _told(user, pk))


@router.patch("/{id:pk}/written", response=CallTold, url_name="api-call-written", openapi_extra=IF_MATCH)
def correct_call(request: HttpRequest, pk: Id, said: CallGiven) -> HttpResponse:
    """One that the token's user wrote down by hand: everything of it anew, but for the note."""
    user = signed_in(request)
    with transaction.atomic():
        call = _own_written(user, pk, is_locked=True)
        refuse_if_other(request, _told(user, pk))
        change_written(call=call, written=_written(said, user), by=user)
        return answered(request, _told(user, pk))


@router.post("/{id:pk}/remove", response={204: None}, url_name="api-call-remove")
def remove_call(request: HttpRequest, pk: Id) -> HttpResponse:
    """Of one that the token's user wrote down by hand; in its history it can be brought back."""
    user = signed_in(request)
    remove_written(call=_own_written(user, pk), by=user)
    return done()


@router.post("/{id:pk}/restore", response=CallTold, url_name="api-call-restore")
def restore_call(request: HttpRequest, pk: Id) -> HttpResponse:
    """One that the token's user wrote down by hand and removed, under its old id."""
    user = signed_in(request)
    steps = Change.objects.filter(about=ABOUT, object_id=pk, action=Change.Action.REMOVED, by=user)
    change = steps.order_by("-pk").first()
    if change is None:
        raise Http404
    try:
        restore_removed(change=change, by=user)
    except CannotUndo:
        raise Problem(409, "It is there already.") from None
    return answered(request, _told(user, pk))


# -- what is said about a call -----------------------------------------------------------------------------------------


def _told(user: User, pk: int) -> dict[str, Any]:
    return call_told(call_seen_by(user, pk), user)


def _own_written(user: User, pk: int, *, is_locked: bool = False) -> Call:
    """A call that this user wrote down by hand; any other does not exist for them (Http404)."""
    if is_locked:
        Call.objects.select_for_update().filter(pk=pk).values_list("pk").first()
    call = call_seen_by(user, pk)
    if not may_change(call, user):
        raise Http404
    return call


def _written(said: CallGiven, user: User) -> Written:
    """Raises Problem."""
    written = Written(
        direction=said.direction,
        outcome=said.outcome,
        number=said.number,
        customer=_customer(user, said.customer),
        started_at=_past(said.started_at),
        talk_seconds=float(said.talk_seconds),
    )
    if not written.number.strip() and written.customer is None:
        raise Problem(422, errors=[("number", "Say with whom: a number or a customer.")])
    return written


def _customer(user: User, pk: int | None) -> Customer | None:
    found = None if pk is None else Customer.objects.visible_to(user).filter(pk=pk).first()
    if pk is not None and found is None:
        raise Problem(422, errors=[("customer", "There is no such customer.")])
    return found


def _past(at: datetime) -> datetime:
    if at > timezone.now():
        raise Problem(422, errors=[("started_at", "This moment is still to come.")])
    return at


def _say_who(call: Call, given: dict[str, Any], user: User) -> None:
    if "customer" not in given:
        return
    veiled: Sequence[Call] = [call_seen_by(user, call.pk)]
    veil_customers(veiled, user)
    if veiled[0].known_to:
        raise Problem(409, "A colleague looks after this customer.", kind="customer-of-a-colleague")
    customer = _customer(user, given["customer"])
    if customer is not None:
        choose_customer(call=call, customer=customer)
    else:
        forget_customer(call=call)
    call.customer = customer


def _say_what(call: Call, given: dict[str, Any], user: User) -> None:
    _refuse_unknown(call, given, user)
    order = None if "order" not in given else given["order"] or 0
    tags = frozenset(given["tags"]) if "tags" in given else None
    if given.keys() & {"result", "next_contact"}:
        now = next_contact_of(call, user)
        result, when = given.get("result", call.result), given.get("next_contact", _due(now))
        close_call(call=call, note=given.get("note"), result=result, next_contact_at=when, by=user)
    elif "note" in given:
        write_note(call=call, note=given["note"], author=user)
    said = Closing(note=None, result="", next_contact=None, tags=tags, order_id=order)
    say_about(call=call, said=said, by=user)


def _due(task: Task | None) -> Any:
    return None if task is None else task.due_on or task.due_at


def _refuse_unknown(call: Call, given: dict[str, Any], user: User) -> None:
    result, order, when = given.get("result", ""), given.get("order"), given.get("next_contact")
    if result and result != call.result and not CallResult.objects.filter(name=result).exists():
        raise Problem(422, errors=[("result", "This is not among the results.")])
    if order and not Order.objects.visible_to(user).filter(pk=order).exists():
        raise Problem(422, errors=[("order", "There is no such order.")])
    if when is not None and when < timezone.now():
        raise Problem(422, errors=[("next_contact", "This moment has passed already.")])
