"""Phone numbers: what any writing of one means for an office in a given country.

A number is kept as it was written and as E.164. Digits alone are ambiguous ("8562055…" is a Lao number to most, the
first digits of a New Jersey one to an office in the United States), so reading gives every sensible meaning in order.
Rules of the numbering plans: libphonenumber. It never decides whether a number is taken, only which reading leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber

from callcard.telephony.writing import read_writing

ENDING_DIGITS = 7
"""Last digits that `ReadNumber.ending` holds, and that two writings must at least share for a "possible" match."""
_SHORTEST_UNPLANNED = 7  # fewer digits are an extension or a short code unless the numbering plan knows the number
_LONGEST_E164 = 15
_EXIT_EVERYWHERE = "00"  # what many trunks send whatever their country dials
EMERGENCY_EVERYWHERE = frozenset({"112", "911"})  # mobile networks know them in every country, and many fixed ones


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a writing. `national` is the part after the country's code."""

    e164: str
    country_code: int
    national: str
    is_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNumber:
    """`e164` is empty when the writing is no public number; `ending` is its last seven digits, or empty."""

    raw: str
    e164: str
    ending: str
    is_valid: bool
    is_withheld: bool


def read_number(raw: str, region: str, *, exit_codes: tuple[str, ...] = ()) -> ReadNumber:
    """The likeliest meaning of `raw` in an office of `region` (two letters). Never raises, never refuses.

    `exit_codes` are what this office's PBX puts before a country's code beside the country's own exit code.
    """
    written = read_writing(raw)
    first = next(iter(readings(raw, region, exit_codes=exit_codes)), None)
    digits = first.e164[1:] if first else written.digits
    return ReadNumber(
        raw=raw,
        e164=first.e164 if first else "",
        ending=digits[-ENDING_DIGITS:] if len(digits) >= ENDING_DIGITS else "",
        is_valid=first is not None and first.is_valid,
        is_withheld=written.is_withheld,
    )


def is_emergency(raw: str, region: str) -> bool:
    """Whether these digits call for help in the region: police, fire, ambulance."""
    return bool(phonenumbers.is_emergency_number(read_writing(raw).digits, region.upper()))


def candidates(raw: str, region: str, *, exit_codes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every E.164 that `raw` may mean in an office of `region`, likeliest first."""
    return tuple(reading.e164 for reading in readings(raw, region, exit_codes=exit_codes))


def readings(raw: str, region: str, *, exit_codes: tuple[str, ...] = ()) -> tuple[Reading, ...]:
    """As `candidates`, with what is known of each. No E.164 comes twice."""
    return _readings(raw, region, exit_codes)


@lru_cache(maxsize=8192)
def _readings(raw: str, region: str, exit_codes: tuple[str, ...]) -> tuple[Reading, ...]:
    """Kept by what is asked, which lru_cache tells apart by how it is written: (a, b) is not (a, b, exit_codes=())."""
    written = read_writing(raw)
    if len(written.digits) < 3:
        return ()
    if written.has_plus:
        ordered = list(_international(written.digits.lstrip("0")))
    else:
        ordered = _unmarked(written.digits, region.upper(), exit_codes)
    return tuple({reading.e164: reading for reading in reversed(ordered)}.values())[::-1]


def after_exit_code(digits: str, region: str, exit_codes: tuple[str, ...] = ()) -> Iterator[str]:
    """What may stand after the code by which a call leaves the country, for each code that `digits` begin with."""
    for code in _exit_codes(region, exit_codes):
        found = code.match(digits)
        if found and found.end() < len(digits):
            yield digits[found.end() :]


@lru_cache(maxsize=256)
def _exit_codes(region: str, own: tuple[str, ...]) -> list[re.Pattern[str]]:
    plan = PhoneMetadata.metadata_for_region(region, None)
    codes = (*(re.escape(code) for code in own), (plan and plan.international_prefix) or "", _EXIT_EVERYWHERE)
    return [re.compile(code) for code in codes if code]


def are_one_number(one: Reading, other: Reading) -> bool:
    """Whether one may be an incomplete writing of the other: the same country, and one is the tail of the other.

    Two complete numbers are never one, however many last digits they share.
    """
    if one.e164 == other.e164:
        return True
    if one.country_code != other.country_code or (one.is_valid and other.is_valid):
        return False
    shorter, longer = sorted((one.national, other.national), key=len)
    return len(shorter) >= ENDING_DIGITS and len(longer) > len(shorter) and longer.endswith(shorter)


def _unmarked(digits: str, region: str, exit_codes: tuple[str, ...]) -> list[Reading]:
    """Readings of digits that do not say themselves whether they begin with a country's code."""
    without_exit = dict.fromkeys(after_exit_code(digits, region, exit_codes))
    abroad = [r for rest in without_exit for r in _international(rest)]
    national = [] if digits.startswith(_EXIT_EVERYWHERE) else list(_national(digits, region))
    worldwide = list(_international(digits))
    by_form = [*abroad, *national, *worldwide]
    if _is_surely_national(digits, region):
        by_validity = by_form
    else:
        by_validity = [*abroad, *worldwide, *(national if len(digits) >= _SHORTEST_UNPLANNED else ())]
    return [r for r in by_validity if r.is_valid] + [r for r in by_form if not r.is_valid]


def _is_surely_national(digits: str, region: str) -> bool:
    """It begins with the country's trunk prefix, or the country has none to begin with."""
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None or plan.national_prefix in (None, str(plan.country_code)):
        return True
    return digits.startswith(plan.national_prefix)


def _international(digits: str) -> Iterator[Reading]:
    if not digits.startswith("0"):
        yield from _parsed("+" + digits, None)


def _national(digits: str, region: str) -> Iterator[Reading]:
    code = phonenumbers.country_code_for_region(region)
    yield from (reading for reading in _parsed(digits, region) if reading.country_code == code)


def _parsed(text: str, region: str | None) -> Iterator[Reading]:
    try:
        number: PhoneNumber = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return
    national = phonenumbers.national_significant_number(number)
    e164 = f"+{number.country_code}{national}"
    is_valid = phonenumbers.is_valid_number(number)
    if is_valid or (len(national) >= _SHORTEST_UNPLANNED and len(e164) <= _LONGEST_E164 + 1):
        yield Reading(e164, number.country_code or 0, national, is_valid)


@lru_cache(maxsize=8192)
def legible(e164: str) -> str:
    """The number in groups, as people of its country read it: "+856 20 55 512 345". As it is when it is none, or
    when signs stand in it for what is hidden."""
    if not (e164.startswith("+") and e164[1:].isdecimal()):
        return e164
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return e164
