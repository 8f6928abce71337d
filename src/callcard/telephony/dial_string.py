"""What somebody wants dialled: one number, and perhaps digits to press once it is answered.

    "+1 202 555 0100 ext. 12"           → "+1 202 555 0100", then "12"
    "tel:+12025550100;ext=12"  RFC 3966 → "+12025550100", then "12"                also without the scheme
    "020 5551 2345,,12"                 → "020 5551 2345", then ",,12"   each comma waits two seconds
    "1-800-FLOWERS"                     → "1-800-FLOWERS", whose letters are those of a keypad

What cannot be read for sure is refused: a wrong guess would ring a stranger.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

LONGEST = 120  # characters
_FEWEST_OF_A_NUMBER = 5  # digits; what has fewer on both sides of a stroke is one number: "030/12345"
_MOST_BEFORE_LETTERS = 7  # digits; after more of them letters are words: "020 5551 2345 home"

_SCHEME = re.compile(r"^(?:web\+)?(?:tel|callto|phone)\s*:\s*(?://)?", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\s*[,;(]?\s*(?:\b(?:ext(?:ension|n)?|durchwahl|доб(?:авочный)?|вн(?:утр?)?)\b\.?|(?<=[\d()\s])[xх]|#)\s*[:.=]?\s*"
    r"(?P<then>\d{1,8})\s*#?\s*\)?\s*$",
    re.IGNORECASE,
)
_PAUSED = re.compile(r"\s*(?<![^\W\d_])(?P<then>[,;pw][\d,;pw*#\s]*)$", re.IGNORECASE)
_PARAMETER = re.compile(r";\s*[a-z][a-z0-9-]*\s*=", re.IGNORECASE)
_NUMBER = re.compile(r"[\dA-Za-z\s().+/\u2010-\u2015\u2212-]+")


class NotOneNumber(ValueError):
    """`reason` is a stable word: "nothing", "too_long", "no_number", "two_numbers", "letters" or "not_digits_after"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DialString:
    """`number` as it was written, in ASCII digits; `then`: digits, `*`, `#`, and `,` for a pause, `;` for a wait."""

    number: str
    then: str = ""


def read_dial_string(raw: str) -> DialString:
    """Raises NotOneNumber."""
    text = _plain(raw)
    if not text:
        raise NotOneNumber("nothing")
    scheme = _SCHEME.match(text)
    if scheme:
        text = unquote(text[scheme.end() :]).strip()
    if ";" in text and (scheme or _PARAMETER.search(text)):
        return _read_parameters(text)
    number, then = _split(text)
    return DialString(_one_number(number), then)


def _plain(raw: str) -> str:
    if len(raw) > LONGEST:
        raise NotOneNumber("too_long")
    text = unicodedata.normalize("NFKC", raw).strip()
    if any(unicodedata.category(mark) == "Cc" for mark in text):
        raise NotOneNumber("no_number")
    without_marks = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    return "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in without_marks)


def _read_parameters(text: str) -> DialString:
    """RFC 3966: number, then ;name=value for each parameter. Those that are not about the number are passed over."""
    number, *parameters = text.split(";")
    then = ""
    for parameter in parameters:
        name, has_value, value = parameter.partition("=")
        name = name.strip()
        if not has_value:
            then += _digits_after(f";{name}")
        elif name.lower() == "ext":
            then += _digits_after(value)
        elif name.lower() == "phone-context" and re.fullmatch(r"\+[\d().-]+", value) and not number.startswith("+"):
            number = value + number
    return DialString(_one_number(number.strip()), then)


def may_press_itself(then: str) -> bool:
    """Whether a program may press these keys once the call is answered: an extension or a code for a menu. A `*`, or a
    `#` before digits, is an order to a telephone system, such as to hand the call on, and a wait is for a person.
    """
    return bool(re.fullmatch(r"[\d,]*\d#?", then))


def _split(text: str) -> tuple[str, str]:
    extension = _EXTENSION.search(text)
    if extension and extension.start():
        return text[: extension.start()].strip(), extension["then"]
    paused = _PAUSED.search(text)
    if paused and len(re.findall(r"\d", text[: paused.start()])) >= 3:
        return text[: paused.start()].strip(), _digits_after(paused["then"])
    return text, ""


def _digits_after(text: str) -> str:
    """With p and w, as old telephones write a pause and a wait, made "," and ";". Raises NotOneNumber."""
    read = re.sub(r"\s", "", text.lower()).replace("p", ",").replace("w", ";")
    if not re.fullmatch(r"[,;]*[\d*#][\d*#,;]*", read) or len(read) > 40:
        raise NotOneNumber("not_digits_after")
    return read


def _one_number(text: str) -> str:
    if not _NUMBER.fullmatch(text) or not re.search(r"\d", text) or text.count("+") > 1:
        raise NotOneNumber("two_numbers" if text.count("+") > 1 else "no_number")
    if "+" in text and re.search(r"\d", text.partition("+")[0]):
        raise NotOneNumber("no_number")
    parts = [len(re.findall(r"\d", part)) for part in text.split("/")]
    if sum(part >= _FEWEST_OF_A_NUMBER for part in parts) > 1:
        raise NotOneNumber("two_numbers")
    letters = re.search(r"[A-Za-z]", text)
    if letters:
        before = len(re.findall(r"\d", text[: letters.start()]))
        if not re.search(r"[A-Za-z]{3}", text) or not 1 <= before <= _MOST_BEFORE_LETTERS:
            raise NotOneNumber("letters" if before else "no_number")
    return text
