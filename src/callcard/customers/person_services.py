"""Writes of a customer's contact persons and further addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from callcard.customers.merge_queries import held_for_writing, held_row
from callcard.customers.models import Address, ContactPerson, Customer
from callcard.customers.record import keep_row_change, refuse_if_changed, row_snapshot, was_written
from callcard.staff.history import put_back
from callcard.staff.models import Change, User

_Row = TypeVar("_Row", ContactPerson, Address)


@transaction.atomic
def add_person(
    *,
    customer: Customer,
    name: str,
    role: str = "",
    birthday: date | None = None,
    note: str = "",
    by: User | None = None,
) -> ContactPerson:
    """A contact person. Phones that were written with this name become theirs."""
    customer = held_for_writing(customer)
    person = ContactPerson.objects.create(customer=customer, name=name.strip(), role=role, birthday=birthday, note=note)
    keep_row_change(person, customer_id=customer.pk, before={}, by=by, action=Change.Action.CREATED)
    customer.phones.filter(contact_person=None, person__iexact=person.name).update(
        contact_person=person, person=person.name
    )
    return person


@transaction.atomic
def change_person(
    *, person: ContactPerson, changes: Mapping[str, Any], by: User | None, old: Mapping[str, str] | None = None
) -> ContactPerson:
    """`changes`: of name, role, birthday, note. Raises record.ChangedMeanwhile; then nothing is written."""
    fresh = held_row(person)
    _write(fresh, changes, old, by)
    fresh.phones.exclude(person=fresh.name).update(person=fresh.name)
    return fresh


@transaction.atomic
def remove_person(*, person: ContactPerson, by: User | None = None) -> None:
    """Their numbers and contacts stay with the customer, the numbers with the name."""
    _remove(held_row(person), by)


@transaction.atomic
def add_address(
    *,
    customer: Customer,
    label: str = "",
    country: str = "",
    city: str = "",
    line: str = "",
    postal_code: str = "",
    by: User | None = None,
) -> Address:
    """A further address; the main one is in the customer's own columns."""
    customer = held_for_writing(customer)
    address = Address.objects.create(
        customer=customer, label=label, country=country, city=city, line=line, postal_code=postal_code
    )
    keep_row_change(address, customer_id=customer.pk, before={}, by=by, action=Change.Action.CREATED)
    return address


@transaction.atomic
def change_address(
    *, address: Address, changes: Mapping[str, Any], by: User | None, old: Mapping[str, str] | None = None
) -> Address:
    """`changes`: of label, country, city, line, postal_code. Raises record.ChangedMeanwhile."""
    fresh = held_row(address)
    _write(fresh, changes, old, by)
    return fresh


@transaction.atomic
def remove_address(*, address: Address, by: User | None = None) -> None:
    _remove(held_row(address), by)


@transaction.atomic
def restore_row(*, row: _Row, values: Mapping[str, Any], by: User | None) -> _Row:
    """A removed person or address again: `row` is a new one of the customer, `values` the `before` of its last step."""
    put_back(row, values)
    row.save()
    keep_row_change(row, customer_id=row.customer_id, before={}, by=by, action=Change.Action.RESTORED)
    return row


def _write(
    row: ContactPerson | Address, changes: Mapping[str, Any], old: Mapping[str, str] | None, by: User | None
) -> None:
    for name, seen in (old or {}).items():
        refuse_if_changed(row, name, seen)
    before = row_snapshot(row)
    for name in before.keys() & changes.keys():
        setattr(row, name, changes[name])
    row.save()
    keep_row_change(row, customer_id=row.customer_id, before=before, by=by)


def _remove(row: ContactPerson | Address, by: User | None) -> None:
    customer_id = row.customer_id
    keep_row_change(row, customer_id=customer_id, before=row_snapshot(row), by=by, action=Change.Action.REMOVED)
    row.delete()
    was_written([customer_id])
