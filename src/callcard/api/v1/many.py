"""Many customers at once, several that become one, and what was changed of one."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered
from callcard.api.v1.customer_shapes import CustomerTold
from callcard.api.v1.customer_telling import customer_told
from callcard.api.v1.customers import seen_customer
from callcard.api.v1.described import ONCE
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Given, Id, Named, Reference, Text, Told, moment, named
from callcard.customers.bulk import Action, change_many, changed_by, undo_many
from callcard.customers.merge_models import Merge
from callcard.customers.merge_queries import merged_ids
from callcard.customers.merge_services import MOST_AT_ONCE, merge_customers, undo_merge
from callcard.customers.merging import CannotMerge
from callcard.customers.models import Customer
from callcard.desk.history_rows import ROWS_SHOWN, page_of, steps
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in

router = Router(tags=["customers"])
_MOST = 500


class ManyGiven(Given):
    """`value`: an id for category, stage, responsible and the tags, a name for city, "" for none or where there is
    nothing to say. Customers whom the user may not see are passed over."""

    customers: Annotated[list[Reference], Field(min_length=1, max_length=_MOST)]
    action: Action
    value: Annotated[Text, Field(max_length=100)] = ""


class ManyTold(Told):
    """`batch`: for taking it back. `changed`: how many were not like that already."""

    batch: str
    changed: int


class BatchGiven(Given):
    batch: Annotated[Text, Field(min_length=1, max_length=40, pattern="^bulk:[0-9a-f]{12}$")]


class UndoneTold(Told):
    undone: int


class MergeGiven(Given):
    """`kept`: who all of them become."""

    kept: Reference
    gone: Annotated[list[Reference], Field(min_length=1, max_length=MOST_AT_ONCE - 1)]


class MergeTold(Told):
    id: int
    customer: CustomerTold


class LineTold(Told):
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
    lines: list[LineTold]
    merge: int | None


class HistoryTold(Told):
    """`next`: the `after` of the page that follows, null after the last one."""

    items: list[StepTold]
    next: int | None


class HistoryQuery(Given):
    after: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")] | None = None


@router.post("/change", response=ManyTold, url_name="api-customers-change", openapi_extra=ONCE)
def change(request: HttpRequest, said: ManyGiven) -> HttpResponse:
    """One thing to many customers, with one undo."""
    user = signed_in(request)
    if not user.may("customers.delete" if said.action in ("archive", "restore") else "customers.change"):
        raise PermissionDenied

    def do() -> HttpResponse:
        try:
            batch = change_many(customer_ids=said.customers, action=said.action, value=said.value, by=user)
        except ValidationError:
            raise Problem(422, errors=[("value", "This is not among the choices.")]) from None
        return answered(request, {"batch": batch, "changed": changed_by(batch=batch, by=user)})

    return once(request, do)


@router.post("/change/undo", response=UndoneTold, url_name="api-customers-change-undo")
def take_back(request: HttpRequest, said: BatchGiven) -> HttpResponse:
    """What the token's user did to many customers at once. A second time nothing happens."""
    return answered(request, {"undone": undo_many(batch=said.batch, by=signed_in(request))})


@router.post("/merge", response=MergeTold, url_name="api-customers-merge", openapi_extra=ONCE)
def merge(request: HttpRequest, said: MergeGiven) -> HttpResponse:
    """Everything of the others becomes the kept one's; they are archived and lead there. Fields stay the kept one's,
    empty ones are filled from the others."""
    user = signed_in(request)
    seen = Customer.objects.visible_to(user).in_bulk([said.kept, *said.gone])
    unknown = [("gone", "There is no such customer.") for pk in said.gone if pk not in seen]
    if said.kept not in seen:
        unknown.insert(0, ("kept", "There is no such customer."))
    if unknown:
        raise Problem(422, errors=unknown[:1])

    def do() -> HttpResponse:
        try:
            made = merge_customers(kept=seen[said.kept], gone=[seen[pk] for pk in said.gone], by=user)
        except CannotMerge as refused:
            raise Problem(409, str(refused)) from None
        told = {"id": made.pk, "customer": customer_told(seen_customer(user, said.kept), user)}
        return answered(request, told)

    return once(request, do)


@router.post("/merges/{id:pk}/undo", response=CustomerTold, url_name="api-merge-undo")
def take_apart(request: HttpRequest, pk: Id) -> HttpResponse:
    """What came since stays with the kept customer."""
    user = signed_in(request)
    found = Merge.objects.filter(pk=pk).first()
    if found is None or not _sees_all_of(user, found):
        raise Http404
    try:
        undo_merge(merge=found, by=user)
    except CannotMerge as refused:
        raise Problem(409, str(refused)) from None
    return answered(request, customer_told(seen_customer(user, found.kept_id), user))


def _sees_all_of(user: User, found: Merge) -> bool:
    ids = {found.kept_id, *found.gone.values_list("customer_id", flat=True)}
    return Customer.objects.visible_to(user).filter(pk__in=ids).count() == len(ids)


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
