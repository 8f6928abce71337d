"""How a number may be written: from whatever a person typed or a PBX sent to ASCII digits, or to "withheld"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

LONGEST_RAW = 255
"""Characters that are looked at; nothing longer is a number."""

_WITHHELD = frozenset(
    {"anonymous", "restricted", "private", "withheld", "blocked", "unknown", "unavailable", "hidden", "clir"}
)
_DISPLAY_NAME = re.compile(r'^\s*(?:"[^"]*"|[^<>"]*?)\s*<([^<>]+)>\s*$')
_SCHEME = re.compile(r"^(?:tel|sips?|callto|phone|fax)\s*:\s*(?://)?", re.IGNORECASE)
_EXTENSION = re.compile(r"[#,;]|\bext|\bdurchwahl|доб|внут|[xх](?=\W?\d{1,7}\s*$)", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s<>\"'_]")
_NUMBERS_BEGIN = ("+", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
_PLUS = re.compile(r"[^\d+]*\+\D*\d")
_LETTERS_AFTER_DIGIT = re.compile(r"\d.*[a-z]{3}")
_WORD = re.compile(r"[^\W\d_]{3}")
_NO_DIGIT = re.compile(r"[^0-9]+")
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")


@dataclass(frozen=True, slots=True)
class Written:
    """`digits` are ASCII; `has_plus`: they begin with a country's code."""

    digits: str
    has_plus: bool
    is_withheld: bool


@lru_cache(maxsize=8192)
def read_writing(raw: str) -> Written:
    """Take the address out of URIs and display names and the digits out of that. Never raises."""
    text = unicodedata.normalize("NFKC", raw[:LONGEST_RAW]).strip()
    if _is_withheld(text):
        return Written("", False, True)
    text = _address(text)
    if _is_withheld(text):
        return Written("", False, True)
    digits = _digits(text)
    return Written(digits, bool(digits) and _begins_with_plus(text), False)


def _is_withheld(text: str) -> bool:
    if text.startswith(_NUMBERS_BEGIN):
        return False
    return _BETWEEN_WORDS.sub("", text.split("@")[0].removeprefix("sip:")).casefold() in _WITHHELD


def _address(text: str) -> str:
    """'"Mali" <sip:%2B856201@pbx;user=phone>' -> '+856201'."""
    named = _DISPLAY_NAME.match(text)
    if named:
        text = named.group(1)
    text = unquote(_SCHEME.sub("", text.strip())).split("@")[0]
    suffix = _EXTENSION.search(text, 1) if text else None
    return text[: suffix.start()] if suffix else text


def _begins_with_plus(text: str) -> bool:
    return _PLUS.match(text) is not None


def _digits(text: str) -> str:
    """Digits of any script as ASCII. Letters count only after a digit ("1-800-FLOWERS"); else it is a name."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    if _LETTERS_AFTER_DIGIT.search(plain):
        plain = plain.translate(_KEYPAD)
    elif _WORD.search(plain):
        return ""
    return _NO_DIGIT.sub("", plain)
