"""/customers: the base, as its list, its card and its forms have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from callcard.api.problems import Problem
from callcard.api.v1.answers import Listed, answered, asked_of, done, made, page_told, refuse_if_other
from callcard.api.v1.customer_shapes import (
    AddressGiven,
    AddressTold,
    ConsentGiven,
    ContactChange,
    ContactGiven,
    ContactTold,
    CustomerChange,
    CustomerGiven,
    CustomersPage,
    CustomerTold,
    MatchTold,
    NoteGiven,
    NoteTold,
    PersonChange,
    PersonGiven,
    PersonTold,
    PhoneChange,
    PhoneGiven,
    PhoneTold,
)
from callcard.api.v1.customer_telling import (
    address_told,
    as_seen,
    contact_told,
    customer_seen_by,
    customer_told,
    customers_told,
    person_told,
    phone_told,
)
from callcard.api.v1.customer_writing import (
    KINDS,
    add_row,
    change_row,
    changed_customer,
    refuse_fixed,
    said_of,
    written_customer,
)
from callcard.api.v1.described import IF_MATCH, ONCE, list_parameters
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Id, moment, named
from callcard.customers.consent.services import note_consent
from callcard.customers.form_fixed import ABOUT
from callcard.customers.grams import digits_of
from callcard.customers.list_columns import columns_for
from callcard.customers.list_query import found_customers, orderable, page_of
from callcard.customers.models import Customer
from callcard.customers.note_services import write_note
from callcard.customers.number_guesses import count_whole_number
from callcard.customers.queries import match_number
from callcard.customers.services import archive_customer, restore_customer
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.requests import signed_in

router = Router(tags=["customers"])
FILTERS = {
    **dict.fromkeys(("category", "stage", "responsible", "source", "kind", "country"), "choice"),
    "tags": "choices",
    "city": "text",
    "birthday": "date",
    "created": "date",
    "archived": "yesno",
    "calls_consent": "choice",
}
_KEY = "customers"
_TELL: dict[str, Callable[[Any], Any]] = {
    "phones": phone_told,
    "contacts": contact_told,
    "persons": person_told,
    "addresses": address_told,
}


def seen_customer(user: User, pk: int) -> Customer:
    """Any other than those whom the user may see does not exist for them (Http404)."""
    customer = customer_seen_by(user, pk)
    if customer is None:
        raise Http404
    return customer


def locked_customer(user: User, pk: int) -> Customer:
    """As `seen_customer`, and nobody else's to change before the transaction ends."""
    Customer.objects.select_for_update().filter(pk=pk).values_list("pk").first()
    return seen_customer(user, pk)


@router.get("", response=CustomersPage, url_name="api-customers", openapi_extra=list_parameters(FILTERS))
def list_customers(request: HttpRequest, listed: Listed) -> HttpResponse:
    """Customers, as their list finds them: words in `q`, filters, an order (`name`, `-created`, …). Own fields are
    filters too: `f.own-<key>`."""
    user = signed_in(request)
    columns = columns_for(user)
    asked = asked_of(request, _KEY, columns, sort="name")
    found = found_customers(user, asked, columns)
    page = page_of(found, orderable(asked, found, columns), columns)
    return page_told(request, _KEY, page, found, lambda rows: customers_told(rows, user))


@router.post("", response={201: CustomerTold}, url_name="api-customers", openapi_extra=ONCE)
def add_customer(request: HttpRequest, said: CustomerGiven) -> HttpResponse:
    """A new customer with their numbers, contacts, contact persons and further addresses."""
    user = signed_in(request)

    def do() -> HttpResponse:
        customer = written_customer(said.model_dump(exclude_unset=True), user)
        address = f"{request.path}/{customer.pk}"
        return made(request, customer_told(seen_customer(user, customer.pk), user), address)

    return once(request, do)


@router.get("/match", response=MatchTold, url_name="api-customer-match")
def match(request: HttpRequest, number: Query[str]) -> HttpResponse:
    """Whose number it is, however it is written; as for a ringing phone."""
    user = signed_in(request)
    if user.veil is not None and user.veil.hides("phones"):
        raise PermissionDenied
    count_whole_number(user, digits_of(number))
    found = match_number(number[:64], region=company().region)
    is_told = found.kind != "possible" or user.veil is None or user.veil.has_whole_numbers
    seen = Customer.objects.visible_to(user).current().filter(pk__in=found.customer_ids if is_told else ())
    rows = [named(pk, name) for pk, name in seen.order_by("pk").values_list("pk", "name")]
    return answered(request, {"kind": found.kind, "e164": found.e164, "customers": rows})


@router.get("/{id:pk}", response=CustomerTold, url_name="api-customer")
def read_customer(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    return answered(request, customer_told(seen_customer(user, pk), user))


@router.patch("/{id:pk}", response=CustomerTold, url_name="api-customer", openapi_extra=IF_MATCH)
def change_customer(request: HttpRequest, pk: Id, said: CustomerChange) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        customer = locked_customer(user, pk)
        refuse_if_other(request, customer_told(customer, user))
        changed_customer(customer, said.model_dump(exclude_unset=True), user)
        return answered(request, customer_told(seen_customer(user, pk), user))


@router.post("/{id:pk}/archive", response=CustomerTold, url_name="api-customer-archive")
def archive(request: HttpRequest, pk: Id) -> HttpResponse:
    """Out of lists and matches; what happened with them stays."""
    user = signed_in(request)
    archive_customer(customer=seen_customer(user, pk), by=user)
    return answered(request, customer_told(seen_customer(user, pk), user))


@router.post("/{id:pk}/restore", response=CustomerTold, url_name="api-customer-restore")
def restore(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    restore_customer(customer=seen_customer(user, pk), by=user)
    return answered(request, customer_told(seen_customer(user, pk), user))


@router.post("/{id:pk}/notes", response={201: NoteTold}, url_name="api-customer-notes", openapi_extra=ONCE)
def add_note(request: HttpRequest, pk: Id, said: NoteGiven) -> HttpResponse:
    """Something to remember of this moment; it stands on the customer's timeline."""
    user = signed_in(request)
    refuse_fixed(user, "note", ())

    def do() -> HttpResponse:
        note = write_note(customer=seen_customer(user, pk), text=said.text, by=user)
        author = named(user.pk, user.shown_name)
        told = {"id": note.pk, "text": note.text, "author": author, "written_at": moment(note.written_at)}
        return answered(request, told, status=201)

    return once(request, do)


@router.post("/{id:pk}/consents", response={201: CustomerTold}, url_name="api-customer-consents", openapi_extra=ONCE)
def note_answer(request: HttpRequest, pk: Id, said: ConsentGiven) -> HttpResponse:
    """What they allowed or refused for a way, which counts from now on; the answers before it stay to be seen."""
    user = signed_in(request)
    if said.said_on is not None and said.said_on > timezone.localdate():
        raise Problem(422, errors=[("said_on", "This day is still to come.")])

    def do() -> HttpResponse:
        note_consent(customer=seen_customer(user, pk), by=user, **said.model_dump())
        return answered(request, customer_told(seen_customer(user, pk), user), status=201)

    return once(request, do)


# -- numbers, contacts, contact persons, further addresses -------------------------------------------------------------


def _added(request: HttpRequest, pk: int, kind: str, said: Any) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        row = add_row(locked_customer(user, pk), kind, said_of(said), user)
        return made(request, _row_told(row, kind, user), f"{request.path}/{row.pk}")

    return once(request, do)


def _row(user: User, pk: int, kind: str, row_id: int) -> Any:
    rows = getattr(locked_customer(user, pk), KINDS[kind].related_name)
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise Http404
    return row


@transaction.atomic
def _changed(request: HttpRequest, pk: int, kind: str, row_id: int, said: Any) -> HttpResponse:
    user = signed_in(request)
    row = _row(user, pk, kind, row_id)
    refuse_if_other(request, _row_told(row, kind, user))
    change_row(row, kind, said_of(said), user)
    return answered(request, _row_told(_row(user, pk, kind, row_id), kind, user))


@transaction.atomic
def _removed(request: HttpRequest, pk: int, kind: str, row_id: int) -> HttpResponse:
    """The history keeps it, and people can bring it back there."""
    user = signed_in(request)
    refuse_fixed(user, ABOUT[kind], ())
    KINDS[kind].remove(_row(user, pk, kind, row_id), user)
    return done()


def _read(request: HttpRequest, pk: int, kind: str, row_id: int) -> HttpResponse:
    user = signed_in(request)
    row = getattr(seen_customer(user, pk), KINDS[kind].related_name).filter(pk=row_id).first()
    if row is None:
        raise Http404
    return answered(request, _row_told(row, kind, user))


def _row_told(row: Any, kind: str, user: User) -> Any:
    """As this user sees it. Raises Http404 where they see nothing of it."""
    for shown in as_seen([row], user):
        return _TELL[kind](shown)
    raise Http404


@router.post("/{id:pk}/phones", response={201: PhoneTold}, url_name="api-phones", openapi_extra=ONCE)
def add_phone(request: HttpRequest, pk: Id, said: PhoneGiven) -> HttpResponse:
    """The number that the customer has already, in whatever writing, is not added again."""
    return _added(request, pk, "phones", said)


@router.get("/{id:pk}/phones/{id:row_id}", response=PhoneTold, url_name="api-phone")
def read_phone(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _read(request, pk, "phones", row_id)


@router.patch("/{id:pk}/phones/{id:row_id}", response=PhoneTold, url_name="api-phone", openapi_extra=IF_MATCH)
def change_phone(request: HttpRequest, pk: Id, row_id: Id, said: PhoneChange) -> HttpResponse:
    return _changed(request, pk, "phones", row_id, said)


@router.delete("/{id:pk}/phones/{id:row_id}", response={204: None}, url_name="api-phone")
def remove_phone(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _removed(request, pk, "phones", row_id)


@router.post("/{id:pk}/contacts", response={201: ContactTold}, url_name="api-contacts", openapi_extra=ONCE)
def add_contact(request: HttpRequest, pk: Id, said: ContactGiven) -> HttpResponse:
    """An e-mail address, or the name in a messenger."""
    return _added(request, pk, "contacts", said)


@router.get("/{id:pk}/contacts/{id:row_id}", response=ContactTold, url_name="api-contact")
def read_contact(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _read(request, pk, "contacts", row_id)


@router.patch("/{id:pk}/contacts/{id:row_id}", response=ContactTold, url_name="api-contact", openapi_extra=IF_MATCH)
def change_contact(request: HttpRequest, pk: Id, row_id: Id, said: ContactChange) -> HttpResponse:
    return _changed(request, pk, "contacts", row_id, said)


@router.delete("/{id:pk}/contacts/{id:row_id}", response={204: None}, url_name="api-contact")
def remove_contact(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _removed(request, pk, "contacts", row_id)


@router.post("/{id:pk}/persons", response={201: PersonTold}, url_name="api-persons", openapi_extra=ONCE)
def add_person(request: HttpRequest, pk: Id, said: PersonGiven) -> HttpResponse:
    """A contact person."""
    return _added(request, pk, "persons", said)


@router.get("/{id:pk}/persons/{id:row_id}", response=PersonTold, url_name="api-person")
def read_person(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _read(request, pk, "persons", row_id)


@router.patch("/{id:pk}/persons/{id:row_id}", response=PersonTold, url_name="api-person", openapi_extra=IF_MATCH)
def change_person(request: HttpRequest, pk: Id, row_id: Id, said: PersonChange) -> HttpResponse:
    return _changed(request, pk, "persons", row_id, said)


@router.delete("/{id:pk}/persons/{id:row_id}", response={204: None}, url_name="api-person")
def remove_person(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    """Their numbers and contacts stay with the customer."""
    return _removed(request, pk, "persons", row_id)


@router.post("/{id:pk}/addresses", response={201: AddressTold}, url_name="api-addresses", openapi_extra=ONCE)
def add_address(request: HttpRequest, pk: Id, said: AddressGiven) -> HttpResponse:
    """A further address; the main one is the customer's own."""
    return _added(request, pk, "addresses", said)


@router.get("/{id:pk}/addresses/{id:row_id}", response=AddressTold, url_name="api-address")
def read_address(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _read(request, pk, "addresses", row_id)


@router.patch("/{id:pk}/addresses/{id:row_id}", response=AddressTold, url_name="api-address", openapi_extra=IF_MATCH)
def change_address(request: HttpRequest, pk: Id, row_id: Id, said: AddressGiven) -> HttpResponse:
    return _changed(request, pk, "addresses", row_id, said)


@router.delete("/{id:pk}/addresses/{id:row_id}", response={204: None}, url_name="api-address")
def remove_address(request: HttpRequest, pk: Id, row_id: Id) -> HttpResponse:
    return _removed(request, pk, "addresses", row_id)
