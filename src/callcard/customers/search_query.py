"""What somebody typed, as a question to the index.

A question is a list of slots, one for each word; a slot is a list of alternatives; an alternative is a list of grams
that must all be there. It becomes an expression of FTS5 (SQLite) or of tsquery (PostgreSQL).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from phonenumbers import PhoneMetadata

from callcard.customers import grams
from callcard.telephony.numbers import candidates

LONGEST = 100
_FEWEST_DIGITS = 3
WHOLE_NUMBER = 7
"""Digits: with so many it may be all of a number."""
_EXIT = "00"
_NUMBER_MARKS = frozenset("+-–—()./ \u00a0")

Slot = list[list[str]]


@dataclass(frozen=True, slots=True)
class Typed:
    """`digits`: what may stand in a telephone number when the whole text is one, as typed and then in other writings.
    `begun_numbers`: how such numbers begin in E.164 if those are their first digits, "+8562055"."""

    words: tuple[str, ...]
    digits: tuple[str, ...]
    begun_numbers: tuple[str, ...]
    code: str

    @property
    def is_empty(self) -> bool:
        return not self.words


def read_typed(text: str, region: str) -> Typed:
    """`region`: the office's country, for numbers with its trunk prefix."""
    text = text.encode("utf-8", "ignore").decode().replace("\x00", "")[:LONGEST]
    folded = grams.folded(text.strip())
    is_number = all(c.isdigit() or c in _NUMBER_MARKS for c in folded)
    digits = grams.digits_of(text) if is_number else ""
    words, writings = grams.words(text)[:8], _writings(digits, text, region)
    return Typed(words, writings, _begun(digits, folded, region) if writings else (), grams.code(text))


def _writings(digits: str, text: str, region: str) -> tuple[str, ...]:
    """The digits as a stored number may hold them: without what is dialled before the country or the area."""
    if len(digits) < _FEWEST_DIGITS:
        return ()
    found = [digits, digits.lstrip("0")]
    plan = PhoneMetadata.metadata_for_region(region, None)
    trunk = plan.national_prefix if plan else None
    if trunk and digits.startswith(trunk) and not digits.startswith(_EXIT):
        found.append(digits[len(trunk) :])
    if len(digits) >= WHOLE_NUMBER:
        found += [e164.lstrip("+") for e164 in candidates(text, region)]
    return tuple(dict.fromkeys(one for one in found if len(one) >= _FEWEST_DIGITS))


def _begun(digits: str, text: str, region: str) -> tuple[str, ...]:
    plan = PhoneMetadata.metadata_for_region(region, None)
    if text.startswith("+"):
        begun = [digits]
    elif digits.startswith(_EXIT):
        begun = [digits[len(_EXIT) :]]
    elif plan and plan.national_prefix and digits.startswith(plan.national_prefix):
        begun = [f"{plan.country_code}{digits[len(plan.national_prefix) :]}"]
    else:
        begun = [*([f"{plan.country_code}{digits}"] if plan else []), digits]
    return tuple(f"+{one}" for one in begun if one and not one.startswith("0"))


def whole_words(typed: Typed) -> list[Slot]:
    return [[[grams.whole(word)]] for word in typed.words]


def word_beginnings(typed: Typed) -> list[Slot]:
    """The last word is still being typed, and so may be the others."""
    return [_with_number(typed, word, [[*grams.beginning(word)]]) for word in typed.words]


def insides(typed: Typed) -> list[Slot]:
    """Anywhere inside a word; words too short for that are beginnings."""
    return [_with_number(typed, word, [grams.inner(word) or grams.beginning(word)]) for word in typed.words]


def number_ends(typed: Typed) -> list[Slot]:
    """Numbers that end as typed, or with what is surely most of a number."""
    ends = [d for d in typed.digits if d == typed.digits[0] or len(d) >= WHOLE_NUMBER]
    return [[_number_end(d) for d in ends]]


def numbers_inside(typed: Typed) -> list[Slot]:
    """The typed text anywhere in a telephone number."""
    return [[grams.number_inside(d) for d in typed.digits]]


def _number_end(digits: str) -> list[str]:
    end = grams.number_end(digits)
    return [end, *(grams.number_inside(digits) if len(digits) >= len(end) else ())]


def _with_number(typed: Typed, word: str, slot: Slot) -> Slot:
    """A number among words may be a part of a telephone number too; digits alone are asked for as one number."""
    if not typed.digits and word.isdigit() and len(word) >= _FEWEST_DIGITS:
        return [*slot, *(grams.number_inside(d) for d in dict.fromkeys((word, word.lstrip("0"))) if len(d) >= 3)]
    return slot


def expression(slots: list[Slot], *, archived: bool | None = None) -> str:
    """`archived`: only those, or (False) none of them.

    Grams hold letters, digits and our own marks, nothing that could end the quotation.
    """
    word = '"{}"' if connection.vendor == "sqlite" else "'{}'"
    both, either = (" AND ", " OR ") if connection.vendor == "sqlite" else (" & ", " | ")
    # Rare pieces first: SQLite leaps over what they rule out, and reads lists in the order in which they are asked for.
    parts = [_either(slot, word, both, either) for slot in sorted(slots, key=_has_no_digits)]
    gone = word.format(grams.fact("archived"))
    if archived:
        parts.append(gone)
    joined = both.join(parts)
    if archived is False:
        joined = f"({joined}) NOT {gone}" if connection.vendor == "sqlite" else f"{joined} & !{gone}"
    return joined


def _has_no_digits(slot: Slot) -> bool:
    return not any(c.isdigit() for option in slot for gram in option for c in gram)


def _either(slot: Slot, word: str, both: str, either: str) -> str:
    options = [both.join(word.format(gram) for gram in dict.fromkeys(option)) for option in slot]
    return "(" + either.join(f"({option})" for option in dict.fromkeys(options)) + ")"
