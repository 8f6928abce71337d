"""What a row of a file says about a customer, or why it cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.birthdays import check_birthday
from callcard.customers.models import Contact, Customer, folded
from callcard.customers.own_fields import fields_seen_by, read_value
from callcard.customers.record import OWN
from callcard.customers.transfer import fields
from callcard.customers.transfer.choices import Choices
from callcard.customers.transfer.dates import read_date
from callcard.customers.transfer.names import Names
from callcard.staff.models import User
from callcard.telephony.numbers import ReadNumber, read_number

_SEPARATORS = re.compile(r"\s*(?:[\n;,،、|]|:::|\s/\s)\s*")
_BETWEEN_PERSONS = re.compile(r"[\n;|]")  # "Smith, John" is one
_LABEL = re.compile(r"^(.*?)\s*\(([^()\d]{1,40})\)\s*$", re.DOTALL)
_ROUNDED = re.compile(r"^\d([.,]\d+)?E\+?\d+$", re.IGNORECASE)
_EMAIL = re.compile(r"^[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$")
_COMPANIES = frozenset(
    {"company", "organisation", "organization", "компания", "организация", "firma", "société", "ບໍລິສັດ"}
)
_LIMITS = {"name": 200, "city": 100, "address": 300, "postal_code": 20}
_MOST_OF_A_KIND = 50


@dataclass(slots=True)
class Entry:
    """A row as it would be written. `columns` has only what the row says: an empty cell says nothing."""

    number: int
    columns: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    tags: list[int] = field(default_factory=list)
    phones: list[tuple[ReadNumber, str]] = field(default_factory=list)
    contacts: list[tuple[str, str]] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.columns.get("name", ""))

    def keys(self, choices: Choices) -> list[str]:
        """By what this is the same customer as another one."""
        found = [f"n{number.e164}" for number, _label in self.phones if number.e164] if "phone" in choices.match else []
        if "email" in choices.match:
            found += [f"e{value.lower()}" for kind, value in self.contacts if kind == Contact.Kind.EMAIL]
        if "name" in choices.match and self.name:
            found.append(f"a{folded(self.name)}\t{folded(self.columns.get('city', ''))}")
        return found


class Planner:
    """Reads rows of one import. `may_write`: names that no list has yet are put there."""

    def __init__(
        self, mapping: Sequence[str], choices: Choices, user: User, *, region: str, may_write: bool = False
    ) -> None:
        self.choices, self.region = choices, choices.region or region
        mapped = [(at, name) for at, name in enumerate(mapping) if name]
        self._columns = sorted(mapped, key=lambda column: column[1] != "country")  # first: numbers are read by it
        self.names = Names(user, may_add=choices.add_entries and user.may("company.lists"), writes=may_write)
        self.today = timezone.localdate()
        self.own = {f"{OWN}{one.key}": one for one in fields_seen_by(user)}

    def read(self, number: int, cells: Sequence[str]) -> Entry:
        entry = Entry(number)
        said: dict[str, list[str]] = {}
        for at, name in self._columns:
            if at < len(cells) and (text := cells[at].replace("\x00", "").strip()):
                said.setdefault(name, []).append(text)
        for name, texts in said.items():
            try:
                self._take(entry, name, texts)
            except ValidationError as error:
                entry.problems += error.messages
        self._name(entry, said)
        self._defaults(entry)
        return entry

    def _take(self, entry: Entry, name: str, texts: list[str]) -> None:
        if name == fields.PHONE:
            self._phones(entry, texts)
        elif name.startswith(fields.CONTACT):
            self._contacts(entry, name.removeprefix(fields.CONTACT), texts)
        elif name in self.own:
            entry.own[self.own[name].key] = _own_value(self.own[name], texts[0])
        elif name == fields.TAGS:
            entry.tags = [self.names.tag(word) for text in texts for word in _split(text)][:_MOST_OF_A_KIND]
        elif name == fields.NOTE:
            entry.columns["note"] = "\n".join(texts)[:20_000]
        elif name == fields.KIND:
            entry.columns["kind"] = Customer.Kind.COMPANY if folded(texts[0]) in _COMPANIES else Customer.Kind.PERSON
        elif name == "birthday":
            entry.columns["birthday"] = born = _day(texts[0])
            check_birthday(born, today=self.today)
        elif name in ("category", "stage", "source", "responsible", "country", "language"):
            entry.columns[name] = self.names.find(name, texts[0])
        elif name in _LIMITS and name != fields.NAME:
            entry.columns[name] = _short(texts[0], _LIMITS[name])

    def _phones(self, entry: Entry, texts: list[str]) -> None:
        known: set[str] = set()
        for text in texts:
            for word in _split(text):
                labelled = _LABEL.match(word)
                raw, label = (labelled[1], labelled[2]) if labelled else (word, "")
                if _ROUNDED.match(raw):
                    raise ValidationError(
                        _("“%(typed)s” is a number that a spreadsheet rounded: make its column text and type it anew.")
                        % {"typed": raw[:40]}
                    )
                if not any(sign.isdigit() for sign in raw):
                    raise ValidationError(_("“%(typed)s” is not a phone number.") % {"typed": raw[:40]})
                number = self._number(raw[:64], entry.columns.get("country"))
                if (number.e164 or raw) not in known and len(entry.phones) < _MOST_OF_A_KIND:
                    known.add(number.e164 or raw)
                    entry.phones.append((number, label.strip()))

    def _number(self, raw: str, country: str | None) -> ReadNumber:
        """As one of the country that was chosen; what is none there may be one of the country that the row names."""
        number = read_number(raw, self.region)
        if number.is_valid or not country:
            return number
        own = read_number(raw, country)
        return own if own.is_valid else number

    def _contacts(self, entry: Entry, kind: str, texts: list[str]) -> None:
        for word in (word for text in texts for word in _split(text)):
            if kind == Contact.Kind.EMAIL:
                _check_email(word)
            one = (kind, _short(word, 254))
            if one not in entry.contacts and len(entry.contacts) < _MOST_OF_A_KIND:
                entry.contacts.append(one)

    def _name(self, entry: Entry, said: dict[str, list[str]]) -> None:
        whole = said.get(fields.NAME, [""])[0]
        parts = " ".join(said.get(name, [""])[0] for name in (fields.FIRST_NAME, fields.LAST_NAME)).strip()
        name, company = whole or parts, said.get(fields.COMPANY, [""])[0]
        persons = (part.strip() for text in said.get(fields.PERSON, ()) for part in _BETWEEN_PERSONS.split(text))
        entry.persons = [person[:100] for person in persons if person]
        if company:
            entry.columns["kind"] = Customer.Kind.COMPANY
            entry.persons += [name[:100]] if name and name != company else []
            name = company
        reached = [number.raw for number, _label in entry.phones] + [value for _kind, value in entry.contacts]
        name = " ".join((name or next(iter(reached), "")).split())
        if not name and not entry.problems:
            entry.problems.append(_("There is neither a name nor a number."))
        if len(name) > _LIMITS["name"]:
            entry.problems.append(_("The name is too long."))
        elif name:
            entry.columns["name"] = name

    def _defaults(self, entry: Entry) -> None:
        for name, value in self.names.defaults(self.choices).items():
            if value is not None and name != "tags":
                entry.columns.setdefault(name, value)
        entry.tags += [pk for pk in self.choices.tags if pk not in entry.tags and self.names.is_tag(pk)]


def _split(text: str) -> Iterable[str]:
    return (word.strip() for word in _SEPARATORS.split(text) if word.strip())


def _own_value(own: Any, text: str) -> Any:
    if own.kind == own.Kind.DATE and (found := read_date(text)):
        return found.isoformat()
    return read_value(own, text)


def _day(text: str) -> date:
    found = read_date(text)
    if found is None:
        raise ValidationError(_("“%(typed)s” is not a date. Write it as 2026-12-31.") % {"typed": text[:40]})
    return found


def _check_email(text: str) -> None:
    if _EMAIL.match(text):
        return
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValidationError(_("“%(typed)s” is not an e-mail address.") % {"typed": text[:60]}) from error


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValidationError(_("“%(typed)s…” is too long.") % {"typed": text[:30]})
    return text
