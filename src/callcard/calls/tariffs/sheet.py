"""Rows of a price list as text: pasted from a spreadsheet, or a CSV file; and back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from callcard.calls.tariffs.models import Price
from callcard.calls.tariffs.rules import LONGEST_PREFIX, plain_number
from callcard.calls.tariffs.sheet_doubts import contradictions
from callcard.kit.amounts import BOTH, possible_marks, read_decimal

COLUMNS = ("prefix", "name", "per_minute", "fee", "first_step", "next_step", "free_seconds", "days", "from", "until")
MOST_ROWS = 20_000
_MOST_TOLD = 50
_PREFIX = re.compile(r"\+?[0-9]{0,19}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")
_MONEY = ("per_minute", "fee")
_MOST_MONEY, _MOST_SECONDS = Decimal(1_000_000), 86_400


class WrongCell(ValueError):
    """Words for people."""


class _NotClosed(ValueError):
    def __init__(self, line: int) -> None:
        super().__init__(_("A quotation mark begins here that nothing closes."))
        self.line = line


@dataclass(slots=True)
class Sheet:
    """`problems`: (number of the line, what is wrong with it); with any of them nothing is to be written."""

    prices: list[Price] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_sheet(text: str) -> Sheet:
    """The first line names the columns (COLUMNS, in any order; prefix and per_minute must be there). Columns are parted
    by tabs, semicolons or commas; a price may have a decimal comma where commas part nothing. Whether "1.000" is one or
    a thousand the other prices must tell."""
    sheet, seen = Sheet(), dict[tuple[Any, ...], int]()
    try:
        rows = list(_lines(text.lstrip("\ufeff")))
    except _NotClosed as wrong:
        sheet.problems.append((wrong.line, str(wrong)))
        return sheet
    names = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    problem = _heading_problem(names, has_rows=len(rows) > 1)
    if problem:
        sheet.problems.append((1, problem))
        return sheet
    mark = _decimal_mark(names, rows[1:])
    read: list[tuple[int, Price]] = []
    for number, cells in rows[1:]:
        try:
            price = _price(_named(names, cells), mark)
            key = (price.prefix, price.weekdays, price.from_time, price.until_time)
            if key in seen:
                raise WrongCell(_("This prefix stands in line %(line)s already.") % {"line": seen[key]})
            seen[key] = number
            sheet.prices.append(price)
            read.append((number, price))
        except WrongCell as wrong:
            sheet.problems.append((number, str(wrong)))
        if len(sheet.problems) >= _MOST_TOLD:
            break
        if len(sheet.prices) > MOST_ROWS:
            sheet.problems.append((number, _("These are more than %(most)s rows.") % {"most": MOST_ROWS}))
            break
    sheet.problems += contradictions(read)[:_MOST_TOLD]
    sheet.problems.sort()
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
    """Those with something in them, numbered as an editor does. Raises _NotClosed."""
    heading = text.split("\n", 1)[0]
    mark = next((mark for mark in "\t;," if mark in heading), ";")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise _NotClosed(begins) from None


def _heading_problem(names: list[str], *, has_rows: bool) -> str:
    unknown = next((name for name in names if name and name not in COLUMNS), "")
    twice = next((name for name in names if name and names.count(name) > 1), "")
    if unknown:
        return _("There is no column “%(name)s”. Columns are: %(all)s") % {
            "name": unknown[:40],
            "all": ", ".join(COLUMNS),
        }
    if twice:
        return _("The column “%(name)s” stands there twice.") % {"name": twice}
    if not {"prefix", "per_minute"} <= set(names):
        return _("The first line must name the columns, at least prefix and per_minute.")
    if not has_rows:
        return _("There are no rows below it. A list that shall price nothing is removed instead.")
    return ""


def _named(names: list[str], cells: list[str]) -> dict[str, str]:
    """Raises WrongCell where there are more cells than names, as of a price with a comma between commas."""
    if any(cell.strip() for cell in cells[len(names) :]):
        raise WrongCell(_("There are more cells than columns. What has the separator in it stands in quotation marks."))
    return dict(zip(names, (cell.strip() for cell in cells), strict=False))


def _decimal_mark(names: list[str], rows: Iterable[tuple[int, list[str]]]) -> str:
    """The one in which all prices agree that tell; empty: nothing is known of it."""
    at = [place for place, name in enumerate(names) if name in _MONEY]
    told = {possible_marks(cells[place]) for _number, cells in rows for place in at if place < len(cells)}
    told -= {"", BOTH}
    return told.pop() if len(told) == 1 else ""


def _price(cells: Mapping[str, str], mark: str) -> Price:
    def read(name: str, reader: Callable[[str], Any], otherwise: Any) -> Any:
        return reader(cells[name]) if cells.get(name) else otherwise

    if not cells.get("per_minute"):
        raise WrongCell(_("There is no price."))
    money = partial(_money, mark=mark)
    from_time, until_time = read("from", _clock, None), read("until", _clock, None)
    if (from_time is None) != (until_time is None):
        raise WrongCell(_("Hours need both a beginning and an end."))
    return Price(
        prefix=_prefix(cells.get("prefix", "")),
        name=cells.get("name", "").replace("\x00", "")[:100],
        per_minute=money(cells["per_minute"]),
        fee=read("fee", money, Decimal(0)),
        first_step=read("first_step", _step, 60),
        next_step=read("next_step", _step, 60),
        free_seconds=read("free_seconds", _seconds, 0),
        weekdays=read("days", _days, ""),
        from_time=from_time,
        until_time=until_time,
    )


def _prefix(text: str) -> str:
    plain = re.sub(r"[\s().-]", "", text)
    if not _PREFIX.fullmatch(plain) or plain == "+" or plain.startswith("+0"):
        raise WrongCell(_("This is not the beginning of a number: %(word)s") % {"word": text[:40]})
    return plain_number(plain)[:LONGEST_PREFIX] if len(plain) > 7 else re.sub(r"^00(?=.)", "+", plain)


def _money(text: str, mark: str) -> Decimal:
    try:
        amount = read_decimal(text, mark)
        if not mark and possible_marks(text) == BOTH:
            less, more = sorted(read_decimal(text, each) for each in BOTH)
            words = _("%(word)s may mean %(less)s or %(more)s: write one of these.")
            raise WrongCell(words % {"word": text[:40], "less": _plain(less), "more": f"{more:f}"})
    except WrongCell:
        raise
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
    """Three decimals get a fourth, so that nobody takes them for thousands."""
    plain = f"{amount.normalize():f}"
    return f"{plain}0" if possible_marks(plain) == BOTH else plain
