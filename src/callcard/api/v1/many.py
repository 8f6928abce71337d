"""Many customers at once, and several that become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered
from callcard.api.v1.customer_shapes import CustomerTold
from callcard.api.v1.customer_telling import customer_told
from callcard.api.v1.customers import seen_customer
from callcard.api.v1.described import ONCE
from callcard.api.v1.repeating import once, once_in_steps
from callcard.api.v1.types import Given, Id, Reference, Text, Told
from callcard.customers.bulk import Action, change_many, changed_by, undo_many
from callcard.customers.merge_models import Merge
from callcard.customers.merge_services import MOST_AT_ONCE, merge_customers, undo_merge
from callcard.customers.merge_values import BOTH, fields_of
from callcard.customers.merging import CannotMerge, table_name
from callcard.customers.models import Address, Contact, ContactPerson, Customer, Phone
from callcard.customers.own_fields import fields_seen_by
from callcard.customers.record import OWN
from callcard.staff.models import User
from callcard.staff.requests import signed_in

router = Router(tags=["customers"])
_MOST = 500
_OWN_VALUE = "own_fields."
_TABLES = {"phones": Phone, "contacts": Contact, "persons": ContactPerson, "addresses": Address}
_Rows = Annotated[list[Reference], Field(max_length=_MOST)]


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


class Unwanted(Given):
    """Ids of rows of any of them that the kept one shall not have; they stay with those who are archived."""

    phones: _Rows = []
    contacts: _Rows = []
    persons: _Rows = []
    addresses: _Rows = []


class MergeGiven(Given):
    """`kept`: who all of them become. `values`: field -> id of the customer whose value is taken, 0 for the values of
    all (of a note, of own fields with several choices). The fields: name, kind, category, stage, source, responsible,
    language, birthday, portrait, note, place (country, city, address and postal code), own_fields.<key>."""

    kept: Reference
    gone: Annotated[list[Reference], Field(min_length=1, max_length=MOST_AT_ONCE - 1)]
    values: dict[Annotated[str, Field(max_length=60)], Annotated[int, Field(strict=True, ge=0, lt=10**18)]] = {}
    without: Unwanted = Unwanted()


class MergeTold(Told):
    id: int
    customer: CustomerTold


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

    return once_in_steps(request, do)


@router.post("/change/undo", response=UndoneTold, url_name="api-customers-change-undo")
def take_back(request: HttpRequest, said: BatchGiven) -> HttpResponse:
    """What the token's user did to many customers at once. A second time nothing happens."""
    return answered(request, {"undone": undo_many(batch=said.batch, by=signed_in(request))})


@router.post("/merge", response=MergeTold, url_name="api-customers-merge", openapi_extra=ONCE)
def merge(request: HttpRequest, said: MergeGiven) -> HttpResponse:
    """Everything of the others becomes the kept one's; they are archived and lead there. Fields for which nothing is
    said stay the kept one's, empty ones are filled from the others."""
    user = signed_in(request)
    seen = Customer.objects.visible_to(user).in_bulk([said.kept, *said.gone])
    unknown = [("gone", "There is no such customer.") for pk in said.gone if pk not in seen]
    if said.kept not in seen:
        unknown.insert(0, ("kept", "There is no such customer."))
    if unknown:
        raise Problem(422, errors=unknown[:1])

    people = [seen[said.kept], *(seen[pk] for pk in said.gone)]
    choices = _choices(said, people, user)
    unwanted = {table_name(model, "customer"): set(getattr(said.without, name)) for name, model in _TABLES.items()}

    def do() -> HttpResponse:
        try:
            made = merge_customers(kept=people[0], gone=people[1:], by=user, choices=choices, unwanted=unwanted)
        except CannotMerge as refused:
            raise Problem(409, str(refused)) from None
        told = {"id": made.pk, "customer": customer_told(seen_customer(user, said.kept), user)}
        return answered(request, told)

    return once(request, do)


def _choices(said: MergeGiven, people: Sequence[Customer], user: User) -> dict[str, int]:
    """As the service takes them. Raises Problem."""
    own = {f"{OWN}{field.key}" for field in fields_seen_by(user)}
    known = {name for name in fields_of(people) if not name.startswith(OWN) or name in own}
    ids = {BOTH, *(one.pk for one in people)}
    choices = {_field(name): whose for name, whose in said.values.items()}
    for name, whose in said.values.items():
        if _field(name) not in known:
            raise Problem(422, errors=[(f"values.{name}", "There is no such field.")])
        if whose not in ids:
            raise Problem(422, errors=[(f"values.{name}", "Say one of those who are merged, or 0.")])
    return choices


def _field(name: str) -> str:
    return f"{OWN}{name.removeprefix(_OWN_VALUE)}" if name.startswith(_OWN_VALUE) else name


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
