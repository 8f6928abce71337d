"""Calling with one button, and what one does in a call, for programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done
from callcard.api.v1.types import Flag, Given, Id, Text, Told, moment
from callcard.calls.seen import call_seen_by
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.staff.veiled import shown_number
from callcard.switchboard.dial_words import state_in_words
from callcard.switchboard.dialling import cancel, dial
from callcard.switchboard.in_call import command, in_call
from callcard.switchboard.models import DialRequest
from callcard.switchboard.placed import placed_calls
from callcard.switchboard.refusals import AskFirst, KeyUsed, NotDialled, OtherCallFirst

router = Router(tags=["dialling"])
in_calls = Router(tags=["dialling"])
_KEY = re.compile(r"[A-Za-z0-9-]{8,40}", re.ASCII)
_KEYED = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,40}$"},
            "description": "What the program calls this press: the same key never calls twice.",
        }
    ]
}
DialStr = Annotated[Text, Field(min_length=1, max_length=300)]


class DialGiven(Given):
    """`is_sure` answers the question that was asked (409, ask-first); `instead`, with the command of a problem
    other-call-first, gives that call up for this one."""

    number: DialStr
    is_sure: Flag = False
    instead: Annotated[Text, Field(max_length=40)] = ""


class PlacedTold(Told):
    """`call`: the id of the call that came of it, once there is one. `words`: how it stands, for people."""

    command: str
    number: str
    call: int | None
    state: str
    problem: str
    words: str
    changed_at: str | None


class PlacedCalls(Told):
    items: list[PlacedTold]


class CanTold(Told):
    can: list[str]
    is_held: bool


class DoGiven(Given):
    """`to`: whom the call is handed on to, for transfer and consult."""

    to: Annotated[Text, Field(max_length=300)] = ""
    is_sure: Flag = False


@router.post("", response={201: PlacedTold}, url_name="api-placed-calls", openapi_extra=_KEYED)
def place_call(request: HttpRequest, said: DialGiven) -> HttpResponse:
    """Ring the user's desk phone, then call the number. 409 with ask-first: send it again with `is_sure`."""
    user, key = signed_in(request), _key_of(request)

    def do() -> DialRequest:
        return dial(user=user, raw=said.number, command_id=key, is_sure=said.is_sure, instead=said.instead)

    row = _asked(do)
    return answered(request, _told(row, user, None, state_in_words(row, user)), status=201)


@router.get("", response=PlacedCalls, url_name="api-placed-calls")
def list_placed_calls(request: HttpRequest) -> HttpResponse:
    """The user's calls by button that go on or have just ended."""
    user = signed_in(request)
    rows = [_told(one.request, user, one.call_id, one.words) for one in placed_calls(user)]
    return answered(request, {"items": rows})


@router.post("/{command_id}/cancel", response={204: None}, url_name="api-placed-call-cancel")
def cancel_placed_call(request: HttpRequest, command_id: str) -> HttpResponse:
    """Before the own phone was picked up."""
    rows = DialRequest.objects.filter(user=signed_in(request), how=DialRequest.How.DESK)
    row = rows.filter(command_id=command_id).first() if _KEY.fullmatch(command_id) else None
    if row is None:
        raise Http404
    _asked(lambda: cancel(request=row))
    return done()


@in_calls.get("/{id:call_id}/can", response=CanTold, url_name="api-call-can")
def call_can(request: HttpRequest, call_id: Id) -> HttpResponse:
    """What the user can do in a call: nothing where they do not talk in it."""
    user = signed_in(request)
    try:
        able = in_call(user, call_id)
    except Http404:
        call_seen_by(user, call_id)  # else it is none for this user
        return answered(request, {"can": [], "is_held": False})
    return answered(request, {"can": list(able.can), "is_held": able.is_held})


@in_calls.post("/{id:call_id}/do/{what}", response={204: None}, url_name="api-call-do", openapi_extra=_KEYED)
def call_do(
    request: HttpRequest,
    call_id: Id,
    what: Literal["hangup", "hold", "unhold", "transfer", "consult"],
    said: DoGiven | None = None,
) -> HttpResponse:
    user, key, asked = signed_in(request), _key_of(request), said or DoGiven()
    _asked(lambda: command(user=user, call_id=call_id, what=what, to=asked.to, command_id=key, is_sure=asked.is_sure))
    return done()


def _asked(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except AskFirst as asked:
        raise Problem(409, asked.words, kind="ask-first") from None
    except OtherCallFirst as asked:
        raise Problem(409, asked.words, kind="other-call-first", command=asked.command_id) from None
    except KeyUsed as refusal:
        raise Problem(422, refusal.words, kind="key-of-another-request") from None
    except NotDialled as refusal:
        raise Problem(409, refusal.words, kind="not-dialled") from None


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Problem(400, errors=[("Idempotency-Key", "8 to 40 letters, digits and hyphens.")])
    return key


def _told(row: DialRequest, user: User, call_id: int | None, words: str) -> dict[str, Any]:
    return {
        "command": row.command_id,
        "number": shown_number(user, row.number),
        "call": call_id,
        "state": row.state,
        "problem": row.problem,
        "words": words,
        "changed_at": moment(row.changed_at),
    }
