"""What a column of a file may be for a customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Contact, OwnField
from callcard.customers.record import OWN

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

NAME, FIRST_NAME, LAST_NAME, COMPANY, PERSON, KIND = "name", "first_name", "last_name", "company", "person", "kind"
PHONE, EMAIL, TAGS, NOTE = "phone", "contact:email", "tags", "note"
CONTACT = "contact:"

MANY = frozenset({PHONE, TAGS, NOTE, PERSON})
"""Fields that several columns may have; contacts may too."""

_PLAIN: dict[str, StrPromise] = {
    NAME: _("Name"),
    FIRST_NAME: _("First name"),
    LAST_NAME: _("Last name"),
    COMPANY: _("Company"),
    PERSON: _("Contact person"),
    KIND: _("Person or company"),
    PHONE: _("Phone"),
    "country": _("Country"),
    "city": _("City"),
    "address": _("Address"),
    "postal_code": _("Postal code"),
    "birthday": _("Birthday"),
    "language": _("Language"),
    "category": _("Category"),
    "stage": _("Stage"),
    "source": _("Source"),
    "responsible": _("Responsible"),
    TAGS: _("Tags"),
    NOTE: _("Note"),
}


def may_repeat(field: str) -> bool:
    return field in MANY or field.startswith(CONTACT)


def field_names(own: Iterable[OwnField]) -> dict[str, str]:
    """Each field that a column may have, and what people call it, in the order in which they are offered."""
    names = {name: str(words) for name, words in _PLAIN.items()}
    names |= {f"{CONTACT}{kind}": str(words) for kind, words in Contact.Kind.choices}
    return names | {f"{OWN}{field.key}": field.name for field in own}
