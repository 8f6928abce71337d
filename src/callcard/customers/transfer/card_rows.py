"""vCards as rows of a table, so that they go the same way as any other file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from callcard.customers.transfer.vcards import Card, Property, read_cards

HEADERS = {
    "name": "Name",
    "company": "Company",
    "phone": "Phone",
    "email": "E-mail",
    "website": "Website",
    "address": "Address",
    "city": "City",
    "postal_code": "Postal code",
    "country": "Country",
    "birthday": "Birthday",
    "tags": "Tags",
    "note": "Note",
}
"""The field of each column, and its name."""
_LABELS = ("cell", "mobile", "work", "home", "fax", "main", "pager")
_NAMED = {"cell": "mobile"}
_YEARLESS = re.compile(r"(?:--|1604-?)(\d{2})-?(\d{2})(?:T.*)?$")  # RFC 6350; an iPhone's year for "no year"
_LEAP_YEAR = 2000


def rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """The names of the columns, then a row for each card. Several values of one kind are lines of one cell."""
    yield list(HEADERS.values())
    for card in read_cards(lines):
        yield [cell[:100_000] for cell in _row(card)]


def _row(card: Card) -> list[str]:
    name, company = _name(card), " ".join(part for part in (_parts(card, "ORG") or [""])[:1] if part)
    is_company = bool(company) and name in ("", company)
    street, city, postal_code, country = _address(card)
    title = card.first("TITLE")
    birthday, yearless = _birthday(card)
    notes = [*yearless, *(one.text for one in card.all("NOTE"))]
    if not is_company:  # a person of a company stays a person, and where they work is not lost
        notes = [part for part in (" · ".join(p for p in (company, title) if p), *notes) if part]
    return [
        "" if is_company else name,
        company if is_company else "",
        "\n".join(_phone(one) for one in card.all("TEL")),
        "\n".join(one.text.strip() for one in card.all("EMAIL")),
        "\n".join(one.text.strip() for one in card.all("URL")),
        *(street, city, postal_code, country),
        birthday,
        "\n".join(part for one in card.all("CATEGORIES") for part in one.parts(",") if part),
        "\n".join(notes),
    ]


def _name(card: Card) -> str:
    shown = card.first("FN")
    if shown:
        return " ".join(shown.split())
    family, given, middle, before, after = [*_parts(card, "N"), "", "", "", "", ""][:5]
    return " ".join(part for part in (before, given, middle, family, after) if part) or card.first("NICKNAME")


def _birthday(card: Card) -> tuple[str, list[str]]:
    """(the day, what is noted): a birthday without its year is no date, and whose it is is taken all the same."""
    said = card.first("BDAY")
    if found := _YEARLESS.match(said):
        with suppress(ValueError):
            day = date(_LEAP_YEAR, int(found[1]), int(found[2]))
            return "", [f"{_('Birthday')}: {date_format(day, 'MONTH_DAY_FORMAT')}"]
    return said, []


def _parts(card: Card, name: str) -> list[str]:
    found = card.all(name)
    return found[0].parts() if found else []


def _phone(one: Property) -> str:
    number = one.text.strip()
    number = number[4:].partition(";")[0] if number.lower().startswith("tel:") else number
    label = next((_NAMED.get(word, word) for word in one.labels if word in _LABELS), "")
    return f"{number} ({label})" if label else number


def _address(card: Card) -> tuple[str, str, str, str]:
    box, extra, street, city, state, code, country = [*_parts(card, "ADR"), *[""] * 7][:7]
    line = ", ".join(part.replace("\n", ", ") for part in (box, extra, street) if part)
    return (line if city or not state else f"{line}, {state}".strip(", ")), city or state, code, country
