"""Writes of customers, their phones and contacts. Each keeps its step in the history, in its own transaction.

`by` is the user who does it; None: nobody, such as a demo. Contact persons and addresses: customers.person_services;
tags and notes: customers.note_services; files: customers.file_services.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from callcard.customers import portraits
from callcard.customers.merge_queries import held_for_writing, held_row
from callcard.customers.models import Contact, ContactPerson, Customer, Phone, Tag, folded
from callcard.customers.own_fields import default_values
from callcard.customers.record import (
    COLUMNS,
    FIELDS_OF,
    OWN,
    TAGS,
    ChangedMeanwhile,
    as_text,
    customer_snapshot,
    held,
    keep_change,
    keep_row_change,
    refuse_if_changed,
    row_snapshot,
    was_written,
    without_empty,
)
from callcard.staff.company import company
from callcard.staff.history import put_back
from callcard.staff.models import Change, User
from callcard.telephony.numbers import read_number

__all__ = ["ChangedMeanwhile"]

_LONGEST_NUMBER = 64


@transaction.atomic
def create_customer(
    *, name: str, by: User | None = None, numbers: Iterable[str] = (), tags: Iterable[Tag] = (), **fields: Any
) -> Customer:
    """A new customer with these numbers, the first of them preferred. `fields`: see record.COLUMNS.

    Own fields that are not given have their defaults.
    """
    _refuse_unknown(fields)
    own_fields = {**default_values(), **fields.pop("own_fields", {})}
    customer = Customer.objects.create(name=name.strip(), created_by=by, own_fields=own_fields, **fields)
    customer.tags.set(tags)
    after = without_empty(customer_snapshot(customer))
    keep_change(customer, before={}, after=after, by=by, action=Change.Action.CREATED)
    for raw in numbers:
        add_number_to_customer(customer=customer, raw=raw, by=by)
    return customer


@transaction.atomic
def update_customer(*, customer: Customer, changes: Mapping[str, Any], by: User | None = None) -> Customer:
    """Write these columns only, so that two people who change different ones do not undo each other.

    `changes` may also have "own:<key>" (None takes the value away) and "tags" (tags or their ids).
    """
    own, tags, columns = _parted(changes)
    _refuse_unknown(columns)
    fresh = Customer.objects.select_for_update().get(pk=customer.pk)
    before = customer_snapshot(fresh, with_tags=tags is not None)
    for name, value in columns.items():
        setattr(fresh, name, value)
    fresh.own_fields = _without_none({**fresh.own_fields, **own})
    written = [*columns, *(["own_fields"] if own else [])]
    if written:
        fresh.save(update_fields=written)
    if tags is not None:
        fresh.tags.set(tags)
    keep_change(fresh, before=before, after=customer_snapshot(fresh, with_tags=tags is not None), by=by)
    for name in (*written, "search_name", "own_fields"):
        setattr(customer, name, getattr(fresh, name))
    return customer


def _parted(changes: Mapping[str, Any]) -> tuple[dict[str, Any], Iterable[Any] | None, dict[str, Any]]:
    own = {name.removeprefix(OWN): value for name, value in changes.items() if name.startswith(OWN)}
    columns = {name: value for name, value in changes.items() if not name.startswith(OWN) and name != TAGS}
    return own, changes.get(TAGS), columns


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


@transaction.atomic
def change_field(*, customer: Customer, field: str, old: str | None, new: Any, by: User | None) -> Customer:
    """Write one field: a column, "own:<key>" or "tags". To undo it, call it again the other way round.

    `old`: what `record.held(customer, field)` said when the field was shown; None does not compare. `new`: a value as
    the column or `own_fields.read_value` has it. Raises record.ChangedMeanwhile, and then nothing is written; the same
    value that somebody else has just written is no quarrel.
    """
    fresh = Customer.objects.select_for_update().get(pk=customer.pk)
    if old is not None and not _holds(fresh, field, new):
        refuse_if_changed(fresh, field, old)
    return update_customer(customer=fresh, changes={field: new}, by=by)


def _holds(customer: Customer, field: str, new: Any) -> bool:
    if field == TAGS:
        return set(customer.tags.values_list("pk", flat=True)) == {getattr(tag, "pk", tag) for tag in new}
    if field.startswith(OWN):
        return as_text(customer.own_fields.get(field.removeprefix(OWN))) == as_text(new)
    return held(customer, field) == as_text(new)


def archive_customer(*, customer: Customer, by: User | None = None) -> None:
    """Out of lists and matches; what happened with them stays. `restore_customer` brings them back."""
    _archive(customer, timezone.now(), by, Change.Action.REMOVED)


def restore_customer(*, customer: Customer, by: User | None = None) -> None:
    """Back into lists and matches, as if never archived."""
    _archive(customer, None, by, Change.Action.RESTORED)


@transaction.atomic
def _archive(customer: Customer, at: Any, by: User | None, action: str) -> None:
    fresh = Customer.objects.select_for_update().get(pk=customer.pk)
    if (fresh.archived_at is None) == (at is None):
        return
    before = {"archived_at": fresh.archived_at.isoformat() if fresh.archived_at else None}
    customer.archived_at = fresh.archived_at = at
    fresh.save(update_fields=["archived_at"])
    keep_change(fresh, before=before, after={"archived_at": at.isoformat() if at else None}, by=by, action=action)


@transaction.atomic
def put_back_fields(*, customer: Customer, values: Mapping[str, Any], by: User | None) -> Customer:
    """Give fields of a customer the values that a step of the history had: `Change.before`, or `Change.after` to redo.

    Related records that are gone are left out. Raises ValidationError when a value no longer fits.
    """
    fresh = Customer.objects.select_for_update().get(pk=customer.pk)
    before = customer_snapshot(fresh)
    columns = {name: value for name, value in values.items() if not name.startswith(OWN) and name != TAGS}
    own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
    put_back(fresh, columns)
    fresh.own_fields = _without_none({**fresh.own_fields, **own})
    fresh.save()
    if TAGS in values:
        fresh.tags.set(Tag.objects.filter(pk__in=[tag["id"] for tag in values[TAGS] or ()]))
    keep_change(fresh, before=before, after=customer_snapshot(fresh), by=by, action=Change.Action.RESTORED)
    return fresh


# -- phones -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_phone(
    *,
    customer: Customer,
    raw: str,
    label: str = "",
    person: str = "",
    is_preferred: bool = False,
    do_not_call: bool = False,
    region: str = "",
    by: User | None = None,
) -> Phone:
    """A further number, however it is written. At most one number of a customer is preferred.

    `person`: whose number it is; a contact person of that name is linked. `region`: the country in which a national
    number was written, the company's when empty.
    """
    customer = held_for_writing(customer)
    if is_preferred:
        _prefer_none(customer.pk, by)
    phone = Phone(customer=customer, label=label, is_preferred=is_preferred, do_not_call=do_not_call)
    _set_number(phone, raw, region)
    _set_person(phone, person)
    phone.save()
    keep_row_change(phone, customer_id=customer.pk, before={}, by=by, action=Change.Action.CREATED)
    return phone


@transaction.atomic
def add_number_to_customer(
    *, customer: Customer, raw: str, by: User | None = None, is_preferred: bool = False, **about: Any
) -> Phone:
    """As add_phone (`about`: what else it takes), but nothing happens if the customer has this number already, in
    whatever writing. The first number is preferred."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    e164 = read_number(raw, company().region).e164
    known = customer.phones.filter(e164=e164) if e164 else customer.phones.filter(raw=raw.strip()[:_LONGEST_NUMBER])
    existing = known.first()
    if existing is not None:
        return existing
    is_preferred = is_preferred or not customer.phones.exists()
    return add_phone(customer=customer, raw=raw, is_preferred=is_preferred, by=by, **about)


@transaction.atomic
def change_phone(
    *, phone: Phone, changes: Mapping[str, Any], by: User | None, old: Mapping[str, str] | None = None
) -> Phone:
    """`changes`: of raw, label, person (a name), is_preferred, do_not_call. `old`: field -> what `record.held` said.

    Raises record.ChangedMeanwhile; then nothing is written.
    """
    fresh = held_row(phone)
    _refuse_if_any_changed(fresh, old)
    before = row_snapshot(fresh)
    if changes.get("is_preferred") and not fresh.is_preferred:
        _prefer_none(fresh.customer_id, by)
    for name in {"label", "is_preferred", "do_not_call"} & changes.keys():
        setattr(fresh, name, changes[name])
    if "raw" in changes:
        _set_number(fresh, changes["raw"], "")
    if "person" in changes:
        _set_person(fresh, changes["person"])
    fresh.save()
    keep_row_change(fresh, customer_id=fresh.customer_id, before=before, by=by)
    return fresh


@transaction.atomic
def remove_phone(*, phone: Phone, by: User | None = None) -> None:
    """The history keeps it: `restore_phone` takes what it says."""
    _remove(held_row(phone), by)


def restore_phone(*, customer: Customer, values: Mapping[str, Any], by: User | None) -> Phone:
    """A removed number again, from the `before` of its last step."""
    return _restore(Phone(customer=customer), customer, values, by)


def restore_contact(*, customer: Customer, values: Mapping[str, Any], by: User | None) -> Contact:
    return _restore(Contact(customer=customer), customer, values, by)


_Row = TypeVar("_Row", Phone, Contact)


@transaction.atomic
def _restore(row: _Row, customer: Customer, values: Mapping[str, Any], by: User | None) -> _Row:
    put_back(row, {name: value for name, value in values.items() if name in FIELDS_OF[type(row)]})
    if isinstance(row, Phone) and row.is_preferred:
        _prefer_none(customer.pk, by)
    row.save()
    keep_row_change(row, customer_id=customer.pk, before={}, by=by, action=Change.Action.RESTORED)
    return row


def _prefer_none(customer_id: int, by: User | None) -> None:
    for other in Phone.objects.filter(customer_id=customer_id, is_preferred=True):
        before = row_snapshot(other)
        other.is_preferred = False
        other.save(update_fields=["is_preferred"])
        keep_row_change(other, customer_id=customer_id, before=before, by=by)


def _set_number(phone: Phone, raw: str, region: str) -> None:
    phone.raw = raw.replace("\x00", "").strip()[:_LONGEST_NUMBER]
    number = read_number(phone.raw, region or company().region)
    phone.e164, phone.ending, phone.is_valid_looking = number.e164, number.ending, number.is_valid


def _set_person(row: Phone | Contact, name: str) -> None:
    row.contact_person = person_named(customer_id=row.customer_id, name=name)
    if isinstance(row, Phone):
        row.person = row.contact_person.name if row.contact_person else name.strip()[:100]


def person_named(*, customer_id: int, name: str) -> ContactPerson | None:
    """The customer's contact person of this name, whatever its case."""
    wanted = folded(name)
    rows = ContactPerson.objects.filter(customer_id=customer_id).order_by("pk") if wanted else ()
    return next((person for person in rows if folded(person.name) == wanted), None)


# -- contacts ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_contact(
    *, customer: Customer, kind: str, value: str, label: str = "", person: str = "", by: User | None = None
) -> Contact:
    """`person`: the name of a contact person whose it is."""
    customer = held_for_writing(customer)
    contact = Contact(customer=customer, kind=kind, value=value.strip(), label=label)
    _set_person(contact, person)
    contact.save()
    keep_row_change(contact, customer_id=customer.pk, before={}, by=by, action=Change.Action.CREATED)
    return contact


@transaction.atomic
def change_contact(
    *, contact: Contact, changes: Mapping[str, Any], by: User | None, old: Mapping[str, str] | None = None
) -> Contact:
    """`changes`: of kind, value, label, person (a name). Raises record.ChangedMeanwhile; then nothing is written."""
    fresh = held_row(contact)
    _refuse_if_any_changed(fresh, old)
    before = row_snapshot(fresh)
    for name in {"kind", "value", "label"} & changes.keys():
        setattr(fresh, name, changes[name])
    if "person" in changes:
        _set_person(fresh, changes["person"])
    fresh.save()
    keep_row_change(fresh, customer_id=fresh.customer_id, before=before, by=by)
    return fresh


@transaction.atomic
def remove_contact(*, contact: Contact, by: User | None = None) -> None:
    _remove(held_row(contact), by)


def _remove(row: Phone | Contact, by: User | None) -> None:
    customer_id = row.customer_id
    keep_row_change(row, customer_id=customer_id, before=row_snapshot(row), by=by, action=Change.Action.REMOVED)
    row.delete()
    was_written([customer_id])


def _refuse_if_any_changed(row: Phone | Contact, old: Mapping[str, str] | None) -> None:
    for name, seen in (old or {}).items():
        refuse_if_changed(row, name, seen)


# -- portraits --------------------------------------------------------------------------------------------------------


def set_portrait(*, customer: Customer, upload: bytes, by: User | None = None) -> Customer:
    """Raises portraits.NotAPortrait; the old portrait stays then."""
    return write_portrait(customer=customer, path=portraits.store_portrait(upload), by=by)


def remove_portrait(*, customer: Customer, by: User | None = None) -> Customer:
    return write_portrait(customer=customer, path="", by=by)


@transaction.atomic
def write_portrait(*, customer: Customer, path: str, by: User | None = None) -> Customer:
    """A picture that `portraits` has stored; empty: none."""
    fresh = Customer.objects.select_for_update().get(pk=customer.pk)
    before = {"portrait": fresh.portrait}
    customer.portrait = fresh.portrait = path
    fresh.save(update_fields=["portrait"])
    keep_change(fresh, before=before, after={"portrait": path}, by=by)
    return customer


def _refuse_unknown(fields: Mapping[str, Any]) -> None:
    unknown = fields.keys() - COLUMNS
    if unknown:
        raise TypeError(f"no such column of a customer: {', '.join(sorted(unknown))}")
