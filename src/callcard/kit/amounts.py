"""Numbers as people type them, in any digits and with any separators."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

BOTH = ".,"
_MOST_DIGITS = 24
_SPACES = re.compile(r"[\s'’_٬]+")


def read_decimal(text: str, mark: str = "") -> Decimal:
    """ "1 234,50", "1,234.5", "1.234.567", "١٢٫٥" and the like. Raises ValueError when it is no number.

    The last of two kinds of separators is the decimal one, and one that is repeated is none. A single comma before
    exactly three digits parts thousands; a single point never does. With a `mark`, "." or ",", that is the decimal one
    where both can be (`possible_marks`).
    """
    plain = _SPACES.sub("", _plain(text))
    if len(plain) > _MOST_DIGITS or not re.fullmatch(r"[+-]?[0-9.,]*[0-9][0-9.,]*", plain):
        raise ValueError(text)
    try:
        if mark and possible_marks(text) == BOTH:
            return Decimal(plain.replace(mark, ".") if mark in plain else re.sub("[.,]", "", plain))
        return Decimal(_with_point(plain))
    except InvalidOperation as error:
        raise ValueError(text) from error


def possible_marks(text: str) -> str:
    """Which separators may be the decimal one: ".", ",", BOTH for "1.000", which may be one or a thousand, or "" where
    nothing tells.
    """
    plain = _SPACES.sub("", _plain(text)).lstrip("+-")
    marks = [sign for sign in plain if sign in BOTH]
    if not marks:
        return ""
    if len(marks) > 1:
        is_repeated = len(set(marks)) == 1
        return BOTH.replace(marks[-1], "") if is_repeated else marks[-1]
    whole, _mark, part = plain.partition(marks[0])
    may_part_thousands = len(part) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
    return BOTH if may_part_thousands else marks[0]


def _plain(text: str) -> str:
    marks = unicodedata.normalize("NFKC", text.strip()).replace("٫", ".").replace("−", "-")
    return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in marks)


def _with_point(plain: str) -> str:
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return plain
    mark, other = plain[last], "," if plain[last] == "." else "."
    is_repeated = plain.count(mark) > 1
    parts_thousands = mark == "," and other not in plain and len(plain) - last == 4 and last > 0 and plain[0] != "0"
    if is_repeated or parts_thousands:
        if is_repeated and other in plain:
            raise ValueError(plain)
        return plain.replace(mark, "")
    return plain.replace(other, "").replace(mark, ".")
