"""The values of a customer's card that are changed where they stand: what each shows, holds and is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callcard.customers.languages import language_name
from callcard.customers.models import Address, Contact, ContactPerson, Customer, OwnField, Phone, Tag
from callcard.customers.own_fields import shown, typed_again
from callcard.customers.record import OWN, TAGS, as_text
from callcard.customers.veil import may_change
from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.ui.writing import anniversary

Label = str | Promise

LABELS: dict[str, Label] = {
    "name": _("Name"),
    "kind": _("Kind"),
    "category": _("Category"),
    "stage": _("Stage"),
    "source": _("Source"),
    "responsible": _("Responsible"),
    TAGS: _("Tags"),
    "language": _("Language"),
    "birthday": _("Birthday"),
    "address": _("Address"),
    "city": _("City"),
    "postal_code": _("Postal code"),
    "country": _("Country"),
    "note": _("Note"),
    "portrait": _("Photo"),
    "own_fields": _("Own fields"),
    "archived_at": _("Archived"),
}
"""What the fields of a customer are called, here and in the history."""
ROW_LABELS: dict[str, dict[str, Label]] = {
    "phone": {"raw": _("Number"), "label": _("Label"), "person": _("Whose number")},
    "contact": {"value": _("Contact"), "label": _("Label"), "person": _("Whose")},
    "person": {"name": _("Name"), "role": _("Position"), "birthday": _("Birthday"), "note": _("Note")},
    "address": {
        "line": _("Address"),
        "city": _("City"),
        "postal_code": _("Postal code"),
        "country": _("Country"),
        "label": _("What is there"),
    },
}
_CHOICES = {"kind", "category", "stage", "source", "responsible", "language", "country"}
_OWN_KINDS = {OwnField.Kind.CHOICE: "choice", OwnField.Kind.YES_NO: "choice", OwnField.Kind.CHOICES: "choices"}


@dataclass(frozen=True, slots=True)
class Value:
    """`key`: how the page names the field; `held`: what `record.held` says of it; `typed`: what one goes on from.

    `kind`: text, long, date, choice or choices. `href`: where an own link leads.
    """

    key: str
    label: Label
    kind: str
    shown: str
    held: str
    typed: str
    tone: str = ""
    icon: str = ""
    href: str = ""
    is_fixed: bool = False  # the user's roles do not let them change it


def customer_values(customer: Customer, tags: Iterable[Tag], user: User) -> dict[str, Value]:
    """The customer's own columns and tags, by name."""
    tags = list(tags)
    values = {name: _column(customer, name, user) for name in LABELS if name not in {TAGS, "portrait", "own_fields"}}
    held = ",".join(map(str, sorted(tag.pk for tag in tags)))
    values[TAGS] = Value(TAGS, LABELS[TAGS], "choices", ", ".join(tag.name for tag in tags), held, held)
    return values


def _column(customer: Customer, name: str, user: User) -> Value:
    value = getattr(customer, name)
    related = getattr(customer, f"{name}_id", value)
    kind = "choice" if name in _CHOICES else {"birthday": "date", "note": "long"}.get(name, "text")
    held = as_text(related)
    tone, icon = str(getattr(value, "colour", "")), str(getattr(value, "icon", ""))
    made = Value(name, LABELS[name], kind, _column_shown(customer, name), held, held, tone, icon)
    return made if may_change(user, "customer", name) else replace(made, is_fixed=True)


def _column_shown(customer: Customer, name: str) -> str:
    value = getattr(customer, name)
    if name == "birthday":
        return anniversary(value)
    if name == "language":
        return language_name(value) if value else ""
    if name == "country":
        return _country(value)
    return customer.get_kind_display() if name == "kind" else "" if value is None else str(value)


def _country(code: str) -> str:
    return dict(countries()).get(code, code)


def own_values(fields: Iterable[OwnField], values: Mapping[str, Any]) -> list[Value]:
    return [_own_value(field, values.get(field.key)) for field in fields]


def _own_value(field: OwnField, value: Any) -> Value:
    kind = _OWN_KINDS.get(OwnField.Kind(field.kind), "date" if field.kind == OwnField.Kind.DATE else "text")
    held = as_text(value)
    typed = held if kind in {"choice", "choices"} else typed_again(field, value)
    is_link = field.kind == OwnField.Kind.LINK and held.startswith(("http://", "https://"))
    return Value(f"{OWN}{field.key}", field.name, kind, shown(field, value), held, typed, href=held if is_link else "")


def row_values(about: str, row: Phone | Contact | ContactPerson | Address, user: User) -> dict[str, Value]:
    """The fields of a phone, contact, person or address, by name."""
    values = {name: _row_value(about, row, name, label) for name, label in ROW_LABELS[about].items()}
    fixed = {name: replace(one, is_fixed=True) for name, one in values.items() if not may_change(user, about, name)}
    return values | fixed


def _row_value(about: str, row: Any, name: str, label: Label) -> Value:
    if name == "person" and isinstance(row, Contact):
        text = row.contact_person.name if row.contact_person else ""
        return Value(row_key(about, row, name), label, "text", text, text, text)
    value = getattr(row, name)
    held = as_text(value)
    kind = {"birthday": "date", "country": "choice"}.get(name, "text")
    words = anniversary(value) if name == "birthday" else _country(value) if name == "country" else held
    return Value(row_key(about, row, name), label, kind, words, held, held)


def row_key(about: str, row: Any, name: str) -> str:
    return f"{about}-{row.pk}.{name}"
