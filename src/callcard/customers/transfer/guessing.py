"""Which column of a file is what: by its header in several languages, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from callcard.customers.models import folded
from callcard.customers.transfer import fields
from callcard.customers.transfer.dates import read_date


def _read_words() -> dict[str, str]:
    """Folded word -> field, from header_words.txt."""
    found, field = {}, ""
    for line in (Path(__file__).parent / "header_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            field = line.strip("[]")
        elif not line.startswith("#"):
            found[folded(line)] = field
    return found


_BY_WORD = _read_words()
_SIGNS = re.compile(r"[\s_\-.:/()\[\]*№#]+")
_TRAILING_NUMBER = re.compile(r"\s*\d{1,2}(\s*(value|номер))?$")
_EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}$")
_PHONE = re.compile(r"^[+(]?[\d\s().\-/]{6,22}$")
_LINK = re.compile(r"^(https?://|www\.)\S+$", re.IGNORECASE)


def field_of_header(header: str, own: Mapping[str, str]) -> str:
    """The field that a header names; "" for none. `own`: own fields' names and keys in folded writing -> field."""
    word = _SIGNS.sub(" ", folded(header)).strip()
    if not word:
        return ""
    if folded(header) in own or word in own:
        return own.get(folded(header)) or own[word]
    plain = _TRAILING_NUMBER.sub("", word)
    if found := _BY_WORD.get(word) or _BY_WORD.get(plain):
        return found
    if re.match(r"(phone|e mail|email)( \d+)? (type|label)", word):
        return ""
    if re.search(r"\b(phone|mobile|телефон|тел)\b", plain):
        return fields.PHONE
    return fields.EMAIL if re.search(r"\be ?mail\b", plain) else ""


def guess_mapping(headers: Sequence[str], rows: Sequence[Sequence[str]], own: Mapping[str, str]) -> list[str]:
    """The field of each column. `rows`: some rows below the headers; without headers, they alone decide."""
    mapping = [field_of_header(header, own) for header in headers]
    for place, field in enumerate(mapping):
        if not field and not headers[place].strip():
            mapping[place] = field_of_content(_column(rows, place))
    _only_once(mapping)
    if not {fields.NAME, fields.FIRST_NAME, fields.LAST_NAME, fields.COMPANY} & set(mapping):
        _name_somewhere(mapping, headers, rows)
    return mapping


def _only_once(mapping: list[str]) -> None:
    taken: set[str] = set()
    for place, field in enumerate(mapping):
        if field in taken and not fields.may_repeat(field):
            mapping[place] = ""
        taken.add(field)
    if fields.FIRST_NAME in taken and not {fields.LAST_NAME, fields.NAME} & taken:
        mapping[mapping.index(fields.FIRST_NAME)] = fields.NAME  # some languages have one word for both
    if {fields.NAME, fields.LAST_NAME} <= taken and fields.FIRST_NAME not in taken:
        mapping[mapping.index(fields.NAME)] = fields.FIRST_NAME


def _name_somewhere(mapping: list[str], headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for place, field in enumerate(mapping):
        if not field and looks_like_names(_column(rows, place)):
            mapping[place] = fields.NAME
            return


def _column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows if place < len(row) and row[place].strip()]


def field_of_content(values: Sequence[str]) -> str:
    """What a column without a name is, by what most of its cells look like."""
    if not values:
        return ""
    if _most(values, lambda value: bool(_EMAIL.match(value))):
        return fields.EMAIL
    if _most(values, lambda value: bool(_LINK.match(value))):
        return "contact:website"
    if _most(values, lambda value: read_date(value) is not None):
        return "birthday"
    return fields.PHONE if _most(values, _looks_like_phone) else ""


def _looks_like_phone(value: str) -> bool:
    return bool(_PHONE.match(value)) and 7 <= sum(sign.isdigit() for sign in value) <= 15


def looks_like_names(values: Sequence[str]) -> bool:
    return _most(values, lambda value: len(value) < 100 and sum(c.isalpha() for c in value) > len(value) * 0.6)


def _most(values: Sequence[str], holds: Callable[[str], bool]) -> bool:
    return bool(values) and sum(holds(value) for value in values) >= len(values) * 0.7


def has_header(rows: Sequence[Sequence[str]], own: Mapping[str, str]) -> bool:
    """Whether the first row names the columns."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    known = sum(bool(field_of_header(cell, own)) for cell in first)
    data = sum(bool(_EMAIL.match(cell) or _looks_like_phone(cell) or read_date(cell)) for cell in first)
    if known and known >= data:
        return True
    return not data and len(rows) > 1 and any(field_of_content(_column(rows[1:], n)) for n in range(len(first)))
