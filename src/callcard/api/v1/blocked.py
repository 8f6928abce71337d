"""/blocked-numbers: who shall not get through."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from callcard.api.v1.answers import answered
from callcard.api.v1.described import ONCE
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Flag, Given, Id, Moment, Text, Told, moment
from callcard.calls.screening.forms import BlockForm
from callcard.calls.screening.models import BlockedNumber
from callcard.calls.screening.queries import blocked_now, no_longer_blocked
from callcard.calls.screening.services import block, block_again, unblock
from callcard.staff.company import company
from callcard.staff.requests import signed_in

router = Router(tags=["calls"])


class BlockedTold(Told):
    """`until`: null as long as nobody takes it off the list."""

    id: int
    number: str
    is_prefix: bool
    reason: str
    until: str | None
    blocked_at: str
    removed_at: str | None


class BlockedPage(Told):
    items: list[BlockedTold]


class BlockedQuery(Given):
    """`earlier`: those that are blocked no longer."""

    earlier: bool = False


class BlockedGiven(Given):
    """`is_prefix`: all numbers that begin so, with the country's code."""

    number: Annotated[Text, Field(min_length=1, max_length=64)]
    is_prefix: Flag = False
    reason: Annotated[Text, Field(max_length=200)] = ""
    until: Moment | None = None


@router.get("", response=BlockedPage, url_name="api-blocked")
def list_blocked(request: HttpRequest, asked: Query[BlockedQuery]) -> HttpResponse:
    now = timezone.now()
    rows = no_longer_blocked(now) if asked.earlier else blocked_now(now)
    return answered(request, {"items": [_told(row) for row in rows]})


@router.post("", response={201: BlockedTold}, url_name="api-blocked", openapi_extra=ONCE)
def add_blocked(request: HttpRequest, said: BlockedGiven) -> HttpResponse:
    """From now on. A line that says the same is changed instead of doubled."""
    user = signed_in(request)
    form = BlockForm(typed(said.model_dump()), region=company().region)
    refuse_unless_valid(form)

    def do() -> HttpResponse:
        return answered(request, _told(block(by=user, **form.cleaned_data)), status=201)

    return once(request, do)


@router.post("/{id:pk}/remove", response=BlockedTold, url_name="api-blocked-remove")
def remove(request: HttpRequest, pk: Id) -> HttpResponse:
    """It gets through again."""
    unblock(line=_line(pk), by=signed_in(request))
    return answered(request, _told(_line(pk)))


@router.post("/{id:pk}/again", response=BlockedTold, url_name="api-blocked-again")
def again(request: HttpRequest, pk: Id) -> HttpResponse:
    """A line that was taken off, as a new one."""
    return answered(request, _told(block_again(line=_line(pk), by=signed_in(request))))


def _line(pk: int) -> BlockedNumber:
    line = BlockedNumber.objects.filter(pk=pk).first()
    if line is None:
        raise Http404
    return line


def _told(line: BlockedNumber) -> dict[str, Any]:
    return {
        "id": line.pk,
        **{name: getattr(line, name) for name in ("number", "is_prefix", "reason")},
        **{name: moment(getattr(line, name)) for name in ("until", "blocked_at", "removed_at")},
    }
