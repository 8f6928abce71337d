"""What may be dialled, and what is asked about first. Pure.

In this order: help is always called; a colleague is, and a short number of the telephone system's own; then the longest
of the company's own prefixes decides, then the role, then the limits of the day; what is left and looks dear or strange
is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from callcard.telephony.numbers import EMERGENCY_EVERYWHERE, after_exit_code, is_emergency

SATELLITE_CODES = frozenset({870, 878, 881, 882, 883})
"""Country codes of no country (ITU-T E.164): satellites, and networks over which calls to anywhere are sold dear."""
_PREMIUM_CODES = frozenset({979})
_SHARED_COST_CODES = frozenset({808})
_EXIT_EVERYWHERE = "00"
_LONGEST_SHORT = 6  # digits; what has no more and is no public number may be one of the telephone system's own


class Reach(StrEnum):
    EMERGENCY = "emergency"
    INTERNAL = "internal"
    NATIONAL = "national"
    ABROAD = "abroad"


class Risk(StrEnum):
    """Why a number is asked about before it is called."""

    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"  # forwarded to anywhere, at the caller's expense
    SATELLITE = "satellite"
    NEW_COUNTRY = "new_country"  # nobody of the company has called it before
    UNPRICED = "unpriced"  # a public short number; some, such as directory enquiries, are as dear as premium ones
    UNPLANNED = "unplanned"  # no numbering plan knows it: a ruse of those who are paid per minute


class Refusal(StrEnum):
    PREFIX = "prefix"
    NATIONAL = "national"
    ABROAD = "abroad"
    RISKY = "risky"
    CALLS_A_DAY = "calls_a_day"
    ABROAD_A_DAY = "abroad_a_day"
    COUNTRIES_A_DAY = "countries_a_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """`country`: two letters, the country's code where it is of no country ("881"), empty for a short number."""

    number: str  # as it is dialled: E.164, or a short number's digits
    reach: Reach
    country: str = ""
    risks: frozenset[Risk] = frozenset()
    is_customer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one role may dial. A limit of 0 is none. Prefixes are E.164 ("+88") or the digits of short numbers."""

    customers: bool = True
    national: bool = True
    abroad: bool = True
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    may_dare: bool = True  # dear and strange numbers, after a question; False: never
    calls_a_day: int = 0
    abroad_a_day: int = 0
    countries_a_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What somebody has called today, without calls to colleagues and for help."""

    calls: int = 0
    abroad: int = 0
    countries: frozenset[str] = frozenset()  # abroad


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Allowed when both are empty."""

    refusal: Refusal | None = None
    asks: tuple[Risk, ...] = ()
    is_emergency: bool = False  # asked about as well

    @property
    def must_ask(self) -> bool:
        return self.refusal is None and (bool(self.asks) or self.is_emergency)


def destination_of(
    number: str,
    region: str,
    *,
    extensions: Container[str],
    is_as_long_as_own: Callable[[int], bool],
    is_customer: bool,
    is_known: Callable[[str], bool],
) -> Destination:
    """`number` as it is dialled: "+" and digits, or digits alone. `extensions`: own ones among which it may be.
    `is_as_long_as_own`: whether some extension has so many digits, so that a queue or a group may have as many.
    `is_known`: whether somebody of the company has called this country before; asked only of a country abroad."""
    if is_emergency(number, region):
        return Destination(number=number, reach=Reach.EMERGENCY)
    if number in extensions:
        return Destination(number=number, reach=Reach.INTERNAL)
    if number in EMERGENCY_EVERYWHERE:
        return Destination(number=number, reach=Reach.EMERGENCY)
    if not number.startswith("+"):
        abroad = _without_exit_code(number, region)
        if not abroad:
            return _short(number, region, is_as_long_as_own)
        number = f"+{abroad}"  # one writing, so that what the company said of its beginnings holds
    parsed = _parsed(number)
    if parsed is None or _leads_out_again(number, parsed, region):
        return Destination(number=number, reach=Reach.ABROAD, country=number[1:4], risks=frozenset({Risk.UNPLANNED}))
    if is_of_country(parsed, region):
        risks = {*_dear(parsed), *([Risk.UNPLANNED] if _is_too_long(parsed) else [])}
        reach, country = Reach.NATIONAL, country_of(parsed)
    else:
        risks, reach, country = set(_dear(parsed)), Reach.ABROAD, country_of(parsed)
        if not is_customer:
            risks.update(_strange(parsed, country, is_known))
    return Destination(number=number, reach=reach, country=country, risks=frozenset(risks), is_customer=is_customer)


def country_of(number: phonenumbers.PhoneNumber) -> str:
    """Countries that share a code, as in North America, are told apart where the number says which it is."""
    region = phonenumbers.region_code_for_number(number)
    if region is None:
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return str(number.country_code) if region in ("001", "ZZ") else str(region)


def is_of_country(number: phonenumbers.PhoneNumber, region: str) -> bool:
    """Whether a call to it from `region` stays in the country. Of a code that several countries share, a number that
    is surely another country's does not: Jamaica and the United States are both +1."""
    region = region.upper()
    if number.country_code != phonenumbers.country_code_for_region(region):
        return False
    other = phonenumbers.region_code_for_number(number)
    if other is None or phonenumbers.is_valid_number_for_region(number, region):
        return True
    return bool(_PARTS.get(other, other) == _PARTS.get(region, region))


_PARTS = {"AX": "FI", "SJ": "NO", "CX": "AU", "CC": "AU", "VA": "IT", "YT": "RE", "BL": "GP", "MF": "GP"}
_PARTS |= dict.fromkeys(("AS", "GU", "MP", "PR", "VI"), "US")
"""Regions of a numbering plan that are one country, or one price, with another."""


def judge(destination: Destination, rules: Rules, usage: Usage) -> Verdict:
    if destination.reach is Reach.EMERGENCY:
        return Verdict(is_emergency=True)
    if destination.reach is Reach.INTERNAL:
        return Verdict()
    said = decided_by_prefix(destination.number, allowed=rules.allowed, denied=rules.denied)
    refusal = Refusal.PREFIX if said is False else None
    if said is None:
        refusal = _by_role(destination, rules)
    refusal = refusal or _by_limit(destination, rules, usage)
    if refusal:
        return Verdict(refusal=refusal)
    return Verdict(asks=() if said else tuple(sorted(destination.risks)))


def judge_any(destination: Destination, rules: Iterable[Rules], usage: Usage) -> Verdict:
    """Of somebody with several roles: what one of them allows. Each is judged as a whole, for parts of two together may
    allow what neither does. Where all refuse, the one that went furthest says why. At least one must be given."""
    return min((judge(destination, one, usage) for one in rules), key=_severity)


def _severity(verdict: Verdict) -> tuple[bool, int]:
    if verdict.refusal is None:
        return False, len(verdict.asks)
    return True, -list(Refusal).index(verdict.refusal)


def widest_limit(limits: Iterable[int]) -> int:
    """0 is no limit. At least one must be given."""
    found = list(limits)
    return 0 if 0 in found else max(found)


def decided_by_prefix(number: str, *, allowed: Iterable[str], denied: Iterable[str]) -> bool | None:
    """What the longest prefix says; of two that are as long, the one that denies. None: none of them begins it."""
    longest = {
        verdict: max((len(prefix) for prefix in prefixes if prefix and number.startswith(prefix)), default=0)
        for verdict, prefixes in ((True, allowed), (False, denied))
    }
    if not longest[True] and not longest[False]:
        return None
    return longest[True] > longest[False]


def _by_role(destination: Destination, rules: Rules) -> Refusal | None:
    if not rules.may_dare and destination.risks:
        return Refusal.RISKY
    if destination.is_customer and rules.customers:
        return None
    if destination.reach is Reach.ABROAD:
        return None if rules.abroad else Refusal.ABROAD
    return None if rules.national else Refusal.NATIONAL


def _by_limit(destination: Destination, rules: Rules, usage: Usage) -> Refusal | None:
    if _is_full(usage.calls, rules.calls_a_day):
        return Refusal.CALLS_A_DAY
    if destination.reach is not Reach.ABROAD:
        return None
    if _is_full(usage.abroad, rules.abroad_a_day):
        return Refusal.ABROAD_A_DAY
    is_new = destination.country not in usage.countries
    return Refusal.COUNTRIES_A_DAY if is_new and _is_full(len(usage.countries), rules.countries_a_day) else None


def _is_full(count: int, limit: int) -> bool:
    return bool(limit) and count >= limit


def _short(number: str, region: str, is_as_long_as_own: Callable[[int], bool]) -> Destination:
    """Of the telephone system itself only what no country knows and looks like its extensions. Anything else is called
    at the company's expense: a taxi, or a directory that is as dear as a premium-rate number."""
    short = _as_short(number, region)
    if phonenumbers.is_valid_short_number_for_region(short, region.upper()):
        cost = phonenumbers.expected_cost_for_region(short, region.upper())
        return Destination(number=number, reach=Reach.NATIONAL, risks=_RISKS_OF_COST.get(cost, frozenset()))
    if len(number) > _LONGEST_SHORT:  # perhaps a code for an outside line, and then any number of the world
        return Destination(number=number, reach=Reach.NATIONAL, risks=frozenset({Risk.UNPLANNED}))
    return Destination(number=number, reach=Reach.INTERNAL if is_as_long_as_own(len(number)) else Reach.NATIONAL)


_RISKS_OF_COST = {
    phonenumbers.ShortNumberCost.PREMIUM_RATE: frozenset({Risk.PREMIUM}),
    phonenumbers.ShortNumberCost.UNKNOWN_COST: frozenset({Risk.UNPRICED}),
}


def _as_short(digits: str, region: str) -> phonenumbers.PhoneNumber:
    zeros = len(digits) - len(digits.lstrip("0"))
    return phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(region.upper()),
        national_number=int(digits),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )


def _without_exit_code(digits: str, region: str) -> str:
    """What stands after the code by which a call leaves the country; empty when there is none. No call that is as short
    as an extension leaves it by the country's own code, which extensions may begin with; "00" is never one's."""
    if len(digits) <= _LONGEST_SHORT and not digits.startswith(_EXIT_EVERYWHERE):
        return ""
    return next((rest.lstrip("0") or rest for rest in after_exit_code(digits, region)), "")


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    """None when it begins with no country's code."""
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None


def _leads_out_again(number: str, parsed: phonenumbers.PhoneNumber, region: str) -> bool:
    """Whether it leaves the country again once a telephone system has put the country's code away, as most do: in
    Russia +7 10 999… is dialled 8 10 999…, and 8 10 is the way abroad."""
    code = phonenumbers.country_code_for_region(region.upper())
    if parsed.country_code != code or phonenumbers.is_valid_number(parsed):
        return False
    national = number.removeprefix(f"+{code}")
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region.upper(), None)
    trunk = (plan.national_prefix or "") if plan else ""
    return any(any(after_exit_code(digits, region)) for digits in (national, trunk + national))


def _is_too_long(number: phonenumbers.PhoneNumber) -> bool:
    return bool(phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.TOO_LONG)


def _strange(number: phonenumbers.PhoneNumber, country: str, is_known: Callable[[str], bool]) -> Iterable[Risk]:
    if not is_known(country):
        yield Risk.NEW_COUNTRY
    if not phonenumbers.is_valid_number(number):
        yield Risk.UNPLANNED


_RISK_OF_TYPE = {
    PhoneNumberType.PREMIUM_RATE: Risk.PREMIUM,
    PhoneNumberType.SHARED_COST: Risk.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: Risk.PERSONAL,
}


def _dear(number: phonenumbers.PhoneNumber) -> Iterable[Risk]:
    if number.country_code in SATELLITE_CODES:
        yield Risk.SATELLITE
    if number.country_code in _PREMIUM_CODES:
        yield Risk.PREMIUM
    if number.country_code in _SHARED_COST_CODES:
        yield Risk.SHARED_COST
    risk = _RISK_OF_TYPE.get(phonenumbers.number_type(number))
    if risk:
        yield risk
