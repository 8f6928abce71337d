"""Draws over customers, and what belongs to them, what a user's roles do not let them see.

Whatever shows customers sends them through `veiled` first: cards, lists, files, address books, merges, tasks. What is
drawn over is no longer in the row, so that no template, cell or attribute can tell it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerNote, Phone
from callcard.staff.models import User
from callcard.staff.roles.rules import Veil

Row = TypeVar("Row", bound=models.Model)

_WHOLE: dict[type[models.Model], str] = {
    Phone: "phones",
    Contact: "contacts",
    Address: "addresses",
    CustomerNote: "notes",
}
"""Rows that are nothing but the field."""
_COLUMNS: dict[type[models.Model], dict[str, tuple[str, Any]]] = {
    Customer: {
        "address": ("addresses", ""),
        "postal_code": ("addresses", ""),
        "birthday": ("birthdays", None),
        "note": ("notes", ""),
    },
    ContactPerson: {"birthday": ("birthdays", None), "note": ("notes", "")},
}
_BELONGING = ("phones", "contacts", "addresses", "persons", "notes")


def veiled(rows: Iterable[Row], user: User) -> list[Row]:
    """The rows as this user sees them, with whatever was fetched together with them; rows that are hidden altogether
    are left out. They are changed in place and must not be saved."""
    veil = user.veil
    return list(rows) if veil is None else [row for row in rows if _is_seen(row, veil)]


def columns_hidden_from(user: User) -> frozenset[str]:
    """Columns of lists and files that say nothing to this user, by their keys."""
    veil = user.veil
    return frozenset() if veil is None else frozenset(key for key, field in _LISTED.items() if veil.hides(field))


FIELDS_OF: dict[str, dict[str, str]] = {
    "customer": {
        **dict.fromkeys(("address", "postal_code"), "addresses"),
        "birthday": "birthdays",
        "note": "notes",
        "responsible": "responsible",
    },
    "phone": {"*": "phones"},
    "contact": {"*": "contacts"},
    "address": {"*": "addresses"},
    "person": {"birthday": "birthdays", "note": "notes"},
    "note": {"*": "notes"},
    "dial": {"number": "phones"},
}
"""Kind of record, as the history calls it -> what each of its fields belongs to; a star: all of them."""
_NUMBERS = {"raw", "e164", "number", "ending"}


def field_of(about: str, name: str) -> str:
    """The key, in staff.roles.rules.FIELDS, of a field of a record of this kind; empty: of none of them."""
    fields = FIELDS_OF.get(about, {})
    return fields.get("*") or fields.get(name, "")


def records_hidden_from(user: User) -> list[str]:
    """Kinds of records that are nothing but a field which this user does not see."""
    veil = user.veil
    return [] if veil is None else [kind for kind, fields in FIELDS_OF.items() if veil.hides(fields.get("*", ""))]


def values_seen_by(user: User, about: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a step of the history tells this user of a record of this kind."""
    veil = user.veil
    if veil is None:
        return values
    seen = {name: value for name, value in values.items() if not veil.hides(field_of(about, name))}
    numbers = {name for name in seen if name in _NUMBERS and field_of(about, name) == "phones"}
    if about == "task":  # the program itself writes numbers into its words
        return {name: veil.words(value) if isinstance(value, str) else value for name, value in seen.items()}
    return {name: veil.number(str(value or "")) if name in numbers else value for name, value in seen.items()}


def may_change(user: User, about: str, name: str) -> bool:
    """Whether their roles let them change this field of records which they may change."""
    field = field_of(about, name)
    return not field or user.may(f"{field}.change")


def refuse_unless_changeable(user: User, about: str, name: str) -> None:
    """Raises ValidationError."""
    if not may_change(user, about, name):
        raise ValidationError(_("Your role does not let you change this."))


_LISTED = {
    "phones": "phones",
    "contacts": "contacts",
    "emails": "contacts",
    "birthday": "birthdays",
    "note": "notes",
    "address": "addresses",
    "postal_code": "addresses",
    **{f"contact:{kind}": "contacts" for kind in Contact.Kind.values},
}


def _is_seen(row: models.Model, veil: Veil) -> bool:
    kind = type(row)
    if kind in _WHOLE and veil.hides(_WHOLE[kind]):
        return False
    if isinstance(row, Phone):
        _mask(row, veil)
    for name, (field, nothing) in _COLUMNS.get(kind, {}).items():
        if veil.hides(field) and name in row.__dict__:
            setattr(row, name, nothing)
            row.is_veiled = True  # type: ignore[attr-defined]
    _draw_over_belonging(row, veil)
    return True


def _mask(phone: Phone, veil: Veil) -> None:
    if not (veil.has_whole_numbers or phone.is_veiled):
        phone.raw = veil.number(phone.e164 or phone.raw)
        phone.e164 = phone.ending = ""
        phone.is_veiled = True


def _draw_over_belonging(row: models.Model, veil: Veil) -> None:
    fetched = getattr(row, "_prefetched_objects_cache", {})
    for name in _BELONGING:
        if name in fetched:
            fetched[name]._result_cache = [one for one in fetched[name] if _is_seen(one, veil)]
