"""Rows of a price list as text: pasted from a spreadsheet, or a CSV file; and back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from callcard.calls.tariffs.models import Price
from callcard.calls.tariffs.rules import LONGEST_PREFIX, plain_number
from callcard.kit.amounts import read_decimal

COLUMNS = ("prefix", "name", "per_minute", "fee", "first_step", "next_step", "free_seconds", "days", "from", "until")
MOST_ROWS = 20_000
_MOST_TOLD = 50
_PREFIX = re.compile(r"\+?[0-9]{0,19}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")
_MOST_MONEY, _MOST_SECONDS = Decimal(1_000_000), 86_400


class WrongCell(ValueError):
    """Words for people."""


@dataclass(slots=True)
class Sheet:
    """`problems`: (number of the line, what is wrong with it); with any of them nothing is to be written."""

    prices: list[Price] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_sheet(text: str) -> Sheet:
    """The first line names the columns (COLUMNS, in any order; prefix and per_minute must be there). Columns are parted
    by tabs, semicolons or commas; a price may have a decimal comma where commas part nothing."""
    sheet, seen = Sheet(), dict[tuple[Any, ...], int]()
    lines = _lines(text.lstrip("\ufeff"))
    names = [cell.strip().lower() for cell in next(lines, (0, []))[1]]
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown or not {"prefix", "per_minute"} <= set(names):
        sheet.problems.append((1, _heading_problem(unknown)))
        return sheet
    for number, cells in lines:
        try:
            price = _price(dict(zip(names, (cell.strip() for cell in cells), strict=False)))
            key = (price.prefix, price.weekdays, price.from_time, price.until_time)
            if key in seen:
                raise WrongCell(_("This prefix stands in line %(line)s already.") % {"line": seen[key]})
            seen[key] = number
            sheet.prices.append(price)
        except WrongCell as wrong:
            sheet.problems.append((number, str(wrong)))
        if len(sheet.problems) >= _MOST_TOLD:
            break
        if len(sheet.prices) > MOST_ROWS:
            sheet.problems.append((number, _("These are more than %(most)s rows.") % {"most": MOST_ROWS}))
            break
    return sheet


def write_sheet(prices: Iterable[Price]) -> str:
    """What `read_sheet` reads."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    for price in prices:
        hours = ["" if at is None else f"{at:%H:%M}" for at in (price.from_time, price.until_time)]
        steps = (price.first_step, price.next_step, price.free_seconds)
        amounts = (_plain(price.per_minute), _plain(price.fee))
        writer.writerow([price.prefix, price.name, *amounts, *steps, price.weekdays, *hours])
    return out.getvalue()


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Those with something in them, numbered as an editor does."""
    heading = text.split("\n", 1)[0]
    mark = next((mark for mark in "\t;," if mark in heading), ";")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error:
        yield reader.line_num, []


def _heading_problem(unknown: list[str]) -> str:
    if unknown:
        return _("There is no column “%(name)s”. Columns are: %(all)s") % {
            "name": unknown[0][:40],
            "all": ", ".join(COLUMNS),
        }
    return _("The first line must name the columns, at least prefix and per_minute.")


def _price(cells: Mapping[str, str]) -> Price:
    def read(name: str, reader: Callable[[str], Any], otherwise: Any) -> Any:
        return reader(cells[name]) if cells.get(name) else otherwise

    if not cells.get("per_minute"):
        raise WrongCell(_("There is no price."))
    from_time, until_time = read("from", _clock, None), read("until", _clock, None)
    if (from_time is None) != (until_time is None):
        raise WrongCell(_("Hours need both a beginning and an end."))
    return Price(
        prefix=_prefix(cells.get("prefix", "")),
        name=cells.get("name", "").replace("\x00", "")[:100],
        per_minute=_money(cells["per_minute"]),
        fee=read("fee", _money, Decimal(0)),
        first_step=read("first_step", _step, 60),
        next_step=read("next_step", _step, 60),
        free_seconds=read("free_seconds", _seconds, 0),
        weekdays=read("days", _days, ""),
        from_time=from_time,
        until_time=until_time,
    )


def _prefix(text: str) -> str:
    plain = re.sub(r"[\s().-]", "", text)
    if not _PREFIX.fullmatch(plain) or plain == "+":
        raise WrongCell(_("This is not the beginning of a number: %(word)s") % {"word": text[:40]})
    return plain_number(plain)[:LONGEST_PREFIX] if len(plain) > 7 else re.sub(r"^00(?=.)", "+", plain)


def _money(text: str) -> Decimal:
    try:
        amount = read_decimal(text)
    except ValueError:
        raise WrongCell(_("This is not an amount: %(word)s") % {"word": text[:40]}) from None
    if not 0 <= amount <= _MOST_MONEY or amount != round(amount, 6):
        raise WrongCell(_("Not below 0, not above a million, and at most six decimals: %(word)s") % {"word": text[:40]})
    return amount


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > _MOST_SECONDS:
        raise WrongCell(_("These are no seconds: %(word)s") % {"word": text[:40]})
    return int(text)


def _step(text: str) -> int:
    return _seconds(text) or _refuse(_("A step has at least one second."))


def _refuse(words: str) -> int:
    raise WrongCell(words)


def _days(text: str) -> str:
    """ "1-5", "67" or "1,2,3": 1 is Monday."""
    spread = re.sub(r"([1-7])-([1-7])", lambda two: "".join(map(str, range(int(two[1]), int(two[2]) + 1))), text)
    days = re.sub(r"[\s,]", "", spread)
    if not days or not set(days) <= set("1234567"):
        raise WrongCell(_("Days are written as 1-5 or 67, where 1 is Monday: %(word)s") % {"word": text[:40]})
    return "".join(sorted(set(days)))


def _clock(text: str) -> time:
    """24:00 is midnight."""
    found = _CLOCK.fullmatch(text)
    if not found or (found[1] == "24" and found[2] != "00"):
        raise WrongCell(_("This is not a time: %(word)s") % {"word": text[:40]})
    return time(int(found[1]) % 24, int(found[2]))


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
