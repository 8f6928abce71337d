"""/customers/…/history: who changed what of a customer, and taking a step back."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered
from callcard.api.v1.customer_shapes import CustomerTold
from callcard.api.v1.customer_telling import customer_told
from callcard.api.v1.customers import seen_customer
from callcard.api.v1.types import Flag, Given, Id, Named, Told, moment, named
from callcard.customers.merge_queries import merged_ids
from callcard.customers.restoring import restore_record
from callcard.customers.undo import CannotUndo
from callcard.desk.history_rows import ROWS_SHOWN, page_of, steps
from callcard.desk.history_views import restore_step
from callcard.staff.models import Change
from callcard.staff.requests import signed_in

router = Router(tags=["customers"])


class StepLineTold(Told):
    """In words of the user's language."""

    field: str
    was: str
    now: str


class StepTold(Told):
    """`about`: customer, phone, order … `merge`: for taking a merge back."""

    id: int
    at: str
    by: Named | None
    about: str
    action: str
    title: str
    lines: list[StepLineTold]
    merge: int | None


class HistoryTold(Told):
    """`next`: the `after` of the page that follows, null after the last one."""

    items: list[StepTold]
    next: int | None


class HistoryQuery(Given):
    after: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")] | None = None


class RestoreGiven(Given):
    """`whole_record`: the customer as they were right after this step, instead of the values of before it."""

    whole_record: Flag = False


@router.get("/{id:pk}/history", response=HistoryTold, url_name="api-customer-history")
def history(request: HttpRequest, pk: Id, asked: Query[HistoryQuery]) -> HttpResponse:
    """Who changed what of the customer and of those who became part of it, the newest first."""
    user = signed_in(request)
    seen_customer(user, pk)
    rows = page_of(Change.objects.filter(customer_id__in=merged_ids(pk)), after=asked.after or "")
    following = rows[ROWS_SHOWN - 1].pk if len(rows) > ROWS_SHOWN else None
    items = [_step(step) for step in steps(rows[:ROWS_SHOWN], user)]
    return answered(request, {"items": items, "next": following})


def _step(step: Any) -> dict[str, Any]:
    change = step.change
    return {
        "id": change.pk,
        "at": moment(change.at),
        "by": change.by and named(change.by.pk, change.by.shown_name),
        "about": change.about,
        "action": change.action,
        "title": str(step.title),
        "lines": [{"field": str(line.label), "was": str(line.was), "now": str(line.now)} for line in step.lines],
        "merge": step.merge_id,
    }


@router.post("/{id:pk}/history/{id:step_id}/restore", response=CustomerTold, url_name="api-history-restore")
def restore(request: HttpRequest, pk: Id, step_id: Id, said: RestoreGiven | None = None) -> HttpResponse:
    """The values of before this step again; what was removed comes back. It is a step of the history too."""
    user = signed_in(request)
    customer = seen_customer(user, pk)
    change = Change.objects.filter(pk=step_id, customer_id=pk).first()
    if change is None or not steps([change], user):
        raise Http404
    try:
        if said is not None and said.whole_record:
            restore_record(customer=customer, until=change, by=user)
        else:
            restore_step(change, user)
    except (CannotUndo, ValidationError, ValueError, ObjectDoesNotExist):
        raise Problem(409, "What it belongs to was removed or has changed its nature.") from None
    return answered(request, customer_told(seen_customer(user, pk), user))
