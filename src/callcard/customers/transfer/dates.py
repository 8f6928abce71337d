"""Days as people write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_PARTS = re.compile(r"^(\d{1,4})[-./\s年월日](\d{1,2})[-./\s月](\d{1,4})(?:[日T\s].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T.*)?$")
_BUDDHIST = 543  # Thailand counts its years so


def read_date(text: str) -> date | None:
    """2026-12-31, 31.12.2026, 31/12/2026, 12/31/2026, 31.12.85, 20261231; None when it is no possible day.

    Where day and month may be either, the day is first. Years of the Buddhist calendar are understood.
    """
    plain = text.strip()[:40]
    if not plain.isascii():
        plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    found = _COMPACT.match(plain) or _PARTS.match(plain)
    if not found:
        return None
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        return _day(first, second, third)
    year = third if len(found[3]) > 2 else _century(third)
    return _day(year, second, first) or (_day(year, first, second) if second > 12 else None)


def _century(two_digits: int) -> int:
    return two_digits + (1900 if two_digits > date.today().year % 100 else 2000)  # noqa: DTZ011


def _day(year: int, month: int, day: int) -> date | None:
    year -= _BUDDHIST if 2400 < year < 2700 else 0
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1800 <= year <= 2200 else None
