"""Customers as rows of a file: some hundred are read at once, so memory does not grow with the list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from callcard.customers.models import Contact, Customer, CustomerQuerySet, OwnField
from callcard.customers.own_fields import fields_seen_by, typed_again
from callcard.customers.record import OWN
from callcard.customers.transfer import vcards
from callcard.customers.transfer.cells import harmless
from callcard.customers.veil import columns_hidden_from, veiled
from callcard.staff.models import User
from callcard.ui.writing import current_locale

_READ_AT_ONCE = 400
_BETWEEN = ", "


@dataclass(frozen=True, slots=True)
class Column:
    """`read` writes a customer's cell, with all its rows at hand."""

    key: str
    title: str
    read: Callable[[Customer], str]


def columns_for(user: User) -> list[Column]:
    """Everything of a customer that this user sees. The titles are understood by an import in the same language."""
    plain = [
        Column("name", _("Name"), lambda one: one.name),
        Column("kind", _("Person or company"), lambda one: one.kind),
        Column("phones", _("Phone"), lambda one: _BETWEEN.join(phone.e164 or phone.raw for phone in one.phones.all())),
        Column("emails", _("E-mail"), lambda one: _BETWEEN.join(_ways(one, Contact.Kind.EMAIL))),
        Column("persons", _("Contact person"), lambda one: "; ".join(person.name for person in one.persons.all())),
        Column("address", _("Address"), lambda one: one.address),
        Column("city", _("City"), lambda one: one.city),
        Column("postal_code", _("Postal code"), lambda one: one.postal_code),
        Column("country", _("Country"), lambda one: one.country),
        Column("birthday", _("Birthday"), lambda one: one.birthday.isoformat() if one.birthday else ""),
        Column("language", _("Language"), lambda one: one.language),
        Column("category", _("Category"), lambda one: str(one.category or "")),
        Column("stage", _("Stage"), lambda one: str(one.stage or "")),
        Column("source", _("Source"), lambda one: str(one.source or "")),
        Column("responsible", _("Responsible"), lambda one: one.responsible.shown_name if one.responsible else ""),
        Column("tags", _("Tags"), lambda one: _BETWEEN.join(tag.name for tag in one.tags.all())),
        Column("note", _("Note"), lambda one: one.note),
        Column("created", _("Entered"), lambda one: localdate(one.created_at).isoformat()),
    ]
    messengers = [_way(kind, str(words)) for kind, words in Contact.Kind.choices if kind != Contact.Kind.EMAIL]
    hidden = columns_hidden_from(user)
    seen = [column for column in (*plain, *messengers) if column.key not in hidden]
    return [*seen, *(_own(field) for field in fields_seen_by(user))]


def _own(field: OwnField) -> Column:
    return Column(f"{OWN}{field.key}", field.name, lambda one: typed_again(field, one.own_fields.get(field.key)))


def _way(kind: str, title: str) -> Column:
    return Column(f"contact:{kind}", title, lambda one: _BETWEEN.join(_ways(one, kind)))


def _ways(customer: Customer, kind: str) -> list[str]:
    return [way.value for way in customer.contacts.all() if way.kind == kind]


def customers_in_chunks(rows: CustomerQuerySet, user: User) -> Iterator[Customer]:
    """As this user sees them, with all that belongs to them, in the order in which they were entered."""
    related = rows.select_related("category", "stage", "source", "responsible")
    related = related.prefetch_related("phones", "contacts", "persons", "tags").order_by("pk")
    last = 0
    while chunk := list(related.filter(pk__gt=last)[:_READ_AT_ONCE]):
        last = chunk[-1].pk
        yield from veiled(chunk, user)


def rows_of(customers: Iterator[Customer], columns: Sequence[Column]) -> Iterator[list[str]]:
    for customer in customers:
        yield [column.read(customer) for column in columns]


def delimiter() -> str:
    """What spreadsheets of the active language part columns by: not the sign within their numbers."""
    return ";" if current_locale().number_symbols.get("latn", {}).get("decimal") == "," else ","


def as_csv(head: list[str], rows: Iterator[list[str]], sign: str) -> Iterator[bytes]:
    """UTF-8 with the mark by which spreadsheets know it. Cells that would be formulas are made harmless."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sign)
    text.write("\ufeff")
    writer.writerow([harmless(cell) for cell in head])
    for number, row in enumerate(rows, start=1):
        writer.writerow([harmless(cell.replace("\x00", "")) for cell in row])
        if number % _READ_AT_ONCE == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    octets = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return octets


def as_vcards(customers: Iterator[Customer]) -> Iterator[bytes]:
    cards: list[str] = []
    for number, customer in enumerate(customers, start=1):
        cards.append(vcards.write_card(_properties(customer)))
        if number % _READ_AT_ONCE == 0:
            yield "".join(cards).encode("utf-8", "replace")
            cards = []
    yield "".join(cards).encode("utf-8", "replace")


_TEL_TYPES: Mapping[str, str] = {"mobile": "CELL", "work": "WORK", "home": "HOME", "fax": "FAX"}


def _properties(customer: Customer) -> Iterator[tuple[str, str]]:
    """A customer's vCard, names and values as they stand in the file."""
    name = vcards.escape(customer.name)
    yield "FN", name
    yield "N", f"{name};;;;"
    if customer.kind == Customer.Kind.COMPANY:
        yield "ORG", name
    for phone in customer.phones.all():
        kind = _TEL_TYPES.get(phone.label.casefold(), "VOICE")
        yield f"TEL;TYPE={kind}", vcards.escape(phone.e164 or phone.raw)
    for way in customer.contacts.all():
        if way.kind == Contact.Kind.EMAIL:
            yield "EMAIL", vcards.escape(way.value)
        elif way.kind == Contact.Kind.WEBSITE:
            yield "URL", vcards.escape(way.value)
        else:
            yield f"X-{way.kind.upper()}", vcards.escape(way.value)
    if customer.address or customer.city or customer.country:
        parts = ("", "", customer.address, customer.city, "", customer.postal_code, customer.country)
        yield "ADR", ";".join(vcards.escape(part) for part in parts)
    if customer.birthday:
        yield "BDAY", customer.birthday.isoformat()
    tags = [vcards.escape(tag.name) for tag in customer.tags.all()]
    if tags:
        yield "CATEGORIES", ",".join(tags)
    if customer.note:
        yield "NOTE", vcards.escape(customer.note)
