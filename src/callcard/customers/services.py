"""Writes of customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.customers import portraits
from callcard.customers.models import Contact, Customer, Phone
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.telephony.numbers import read_number

CHANGEABLE = frozenset(
    {"kind", "name", "category", "responsible", "language", "country", "city", "address", "birthday", "note"}
    | {"own_fields"}
)
"""Columns that `create_customer` and `update_customer` take."""


@transaction.atomic
def create_customer(
    *, name: str, created_by: User | None = None, numbers: Iterable[str] = (), **fields: Any
) -> Customer:
    """A new customer with these numbers, the first of them preferred. `fields`: see CHANGEABLE."""
    _refuse_unknown(fields)
    customer = Customer.objects.create(name=name.strip(), created_by=created_by, **fields)
    for raw in numbers:
        add_number_to_customer(customer=customer, raw=raw)
    return customer


@transaction.atomic
def update_customer(*, customer: Customer, changes: Mapping[str, Any]) -> Customer:
    """Write these columns only, so that two people who change different ones do not undo each other."""
    _refuse_unknown(changes)
    for name, value in changes.items():
        setattr(customer, name, value)
    if changes:
        customer.save(update_fields=list(changes))
    return customer


def add_note(*, customer: Customer, text: str, author: User) -> Customer:
    """Put a line with today's date and its author above the note that is there."""
    line = f"{timezone.localdate():%Y-%m-%d}, {author.shown_name}: {text.strip()}"
    with transaction.atomic():
        fresh = Customer.objects.select_for_update().get(pk=customer.pk)
        fresh.note = f"{line}\n{fresh.note}".strip()
        fresh.save(update_fields=["note"])
    return fresh


def archive_customer(*, customer: Customer) -> None:
    """Out of lists and matches; what happened with them stays."""
    customer.archived_at = timezone.now()
    customer.save(update_fields=["archived_at"])


@transaction.atomic
def add_phone(*, customer: Customer, raw: str, label: str = "", person: str = "", is_preferred: bool = False) -> Phone:
    """A further number, however it is written. At most one number of a customer is preferred."""
    number = read_number(raw, company().region)
    if is_preferred:
        customer.phones.filter(is_preferred=True).update(is_preferred=False)
    return Phone.objects.create(
        customer=customer,
        raw=raw.strip()[:64],
        e164=number.e164,
        ending=number.ending,
        label=label,
        person=person,
        is_preferred=is_preferred,
    )


@transaction.atomic
def add_number_to_customer(*, customer: Customer, raw: str) -> Phone:
    """As add_phone, but nothing happens if the customer has this number already, in whatever writing."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    e164 = read_number(raw, company().region).e164
    known = customer.phones.filter(e164=e164) if e164 else customer.phones.filter(raw=raw.strip()[:64])
    existing = known.first()
    if existing is not None:
        return existing
    return add_phone(customer=customer, raw=raw, is_preferred=not customer.phones.exists())


def remove_phone(*, phone: Phone) -> None:
    phone.delete()


def add_contact(*, customer: Customer, kind: str, value: str, label: str = "") -> Contact:
    return Contact.objects.create(customer=customer, kind=kind, value=value.strip(), label=label)


def set_portrait(*, customer: Customer, upload: bytes) -> Customer:
    """Raises portraits.NotAPortrait; the old portrait stays then."""
    path = portraits.store_portrait(upload)
    return _write_portrait(customer, path)


def remove_portrait(*, customer: Customer) -> Customer:
    return _write_portrait(customer, "")


def _write_portrait(customer: Customer, path: str) -> Customer:
    customer.portrait = path
    customer.save(update_fields=["portrait"])
    return customer


def _refuse_unknown(fields: Mapping[str, Any]) -> None:
    unknown = fields.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"no such column of a customer: {', '.join(sorted(unknown))}")
