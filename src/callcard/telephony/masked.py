"""Numbers with most of their digits veiled, for people who call them without writing them down."""

from __future__ import annotations

import re
from functools import lru_cache

from callcard.telephony.numbers import legible

_NUMBER = re.compile(
    r"\+[0-9](?:[ ()/\u00a0-]{0,2}[0-9]){6,}|(?<![0-9])0[0-9](?:[ ()\u00a0-]{0,2}[0-9]){5,}|[0-9]{7,}", re.ASCII
)
"""Parted by other signs than a date is; without a plus or a leading nought, not parted at all."""
_SHOWN_AT_END = 2
_FEWEST_VEILED = 5
"""Fewer could be tried out one after the other."""


@lru_cache(maxsize=8192)
def masked(number: str) -> str:
    """ "+7 701 *** ** 12": the country, where so much is left to veil the area too, and the last digits; the others as
    stars. Anything that is no number in E.164, and so tells no country, keeps its last digits alone."""
    text = _parted(number)
    kept = _shown_at_beginning(text) if text.startswith("+") else 0
    digits = _digits(text)
    last = digits - (_SHOWN_AT_END if digits - kept - _SHOWN_AT_END >= _FEWEST_VEILED else 0)
    return _starred(text, kept, last)


def _parted(number: str) -> str:
    """In groups; of what is no real number, reading may drop digits."""
    text = legible(number)
    return text if _digits(text) == _digits(number) else number


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def masked_within(text: str) -> str:
    """What somebody wrote, or the program did, with every number in it veiled."""
    return _NUMBER.sub(lambda found: masked(found[0]), text)


def _shown_at_beginning(text: str) -> int:
    """How many digits the groups have that may be read."""
    groups = [_digits(group) for group in text.split(" ")]
    both = sum(groups[:2])
    return both if sum(groups) - both >= _FEWEST_VEILED + _SHOWN_AT_END else groups[0] if len(groups) > 1 else 0


def _starred(text: str, first: int, last: int) -> str:
    """Signs that are no digits stay where they part groups; letters could be a number in words."""
    starred: list[str] = []
    place = 0
    for sign in text:
        if sign.isdigit():
            place += 1
        is_read = sign.isdigit() and (place <= first or place > last)
        if is_read and place == last + 1 and starred[-1:] == ["*"]:
            starred.append(" ")
        starred.append(sign if is_read or sign in "+ -" else "*")
    return "".join(starred)
