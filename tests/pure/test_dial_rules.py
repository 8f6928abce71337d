"""What may be dialled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.switchboard.dial_rules import (
    Destination,
    Reach,
    Refusal,
    Risk,
    Rules,
    Usage,
    Verdict,
    decided_by_prefix,
    destination_of,
    judge,
)

ABROAD = Destination(number="+99365123456", reach=Reach.ABROAD, country="TM")
HOME = Destination(number="+8562055512345", reach=Reach.NATIONAL, country="LA")
COUNTRIES = ("TM", "US", "GB", "881")

prefixes = st.lists(st.sampled_from(["+9", "+99365", "+856", "+85620", "+1", "1188"]), max_size=3).map(tuple)
limits = st.integers(0, 3)
rules_ = st.builds(
    Rules,
    customers=st.booleans(),
    national=st.booleans(),
    abroad=st.booleans(),
    may_dare=st.booleans(),
    allowed=prefixes,
    denied=prefixes,
    calls_a_day=limits,
    abroad_a_day=limits,
    countries_a_day=limits,
)
usages = st.builds(
    Usage,
    calls=st.integers(0, 4),
    abroad=st.integers(0, 4),
    countries=st.frozensets(st.sampled_from(COUNTRIES), max_size=4),
)
destinations = st.builds(
    Destination,
    number=st.sampled_from([HOME.number, ABROAD.number, "1188", "+881612345678"]),
    reach=st.sampled_from(list(Reach)),
    country=st.sampled_from(COUNTRIES),
    risks=st.frozensets(st.sampled_from(list(Risk)), max_size=2),
    is_customer=st.booleans(),
)


def place(number: str, *, is_customer: bool = False, known: frozenset[str] = frozenset({"US"})) -> Destination:
    return destination_of(
        number, "LA", extensions=frozenset({"301"}), is_customer=is_customer, is_known=known.__contains__
    )


@pytest.mark.parametrize(
    ("number", "reach", "country", "risks"),
    [
        ("+8562055512345", Reach.NATIONAL, "LA", set()),
        ("301", Reach.INTERNAL, "", set()),
        ("700", Reach.INTERNAL, "", set()),
        ("190", Reach.EMERGENCY, "", set()),
        ("+12025550100", Reach.ABROAD, "US", set()),
        ("+18765551234", Reach.ABROAD, "JM", {Risk.NEW_COUNTRY}),
        ("+99365123456", Reach.ABROAD, "TM", {Risk.NEW_COUNTRY}),
        ("+449098790000", Reach.ABROAD, "GB", {Risk.PREMIUM, Risk.NEW_COUNTRY}),
        ("+447012345678", Reach.ABROAD, "GB", {Risk.PERSONAL, Risk.NEW_COUNTRY}),
        ("+881612345678", Reach.ABROAD, "881", {Risk.SATELLITE, Risk.NEW_COUNTRY}),
        ("+4412", Reach.ABROAD, "GB", {Risk.UNPLANNED, Risk.NEW_COUNTRY}),
    ],
)
def test_where_a_number_leads_and_what_is_strange_about_it(
    number: str, reach: Reach, country: str, risks: set[Risk]
) -> None:
    assert place(number) == Destination(number=number, reach=reach, country=country, risks=frozenset(risks))


def test_a_customers_country_is_not_strange_but_a_dear_number_stays_dear() -> None:
    assert place("+99365123456", is_customer=True).risks == frozenset()
    assert place("+449098790000", is_customer=True).risks == {Risk.PREMIUM}


@pytest.mark.parametrize(
    ("destination", "rules", "usage", "refusal"),
    [
        (HOME, Rules(national=False), Usage(), Refusal.NATIONAL),
        (ABROAD, Rules(abroad=False), Usage(), Refusal.ABROAD),
        (replace(ABROAD, is_customer=True), Rules(abroad=False), Usage(), None),
        (replace(ABROAD, is_customer=True), Rules(abroad=False, customers=False), Usage(), Refusal.ABROAD),
        (ABROAD, Rules(denied=("+993",)), Usage(), Refusal.PREFIX),
        (ABROAD, Rules(denied=("+993",), allowed=("+99365",)), Usage(), None),
        (ABROAD, Rules(abroad=False, allowed=("+99365",)), Usage(), None),
        (replace(ABROAD, risks=frozenset({Risk.PREMIUM})), Rules(may_dare=False), Usage(), Refusal.RISKY),
        (HOME, Rules(calls_a_day=2), Usage(calls=2), Refusal.CALLS_A_DAY),
        (HOME, Rules(calls_a_day=2), Usage(calls=1), None),
        (ABROAD, Rules(abroad_a_day=2), Usage(calls=2, abroad=2), Refusal.ABROAD_A_DAY),
        (HOME, Rules(abroad_a_day=2), Usage(calls=2, abroad=2), None),
        (ABROAD, Rules(countries_a_day=1), Usage(countries=frozenset({"US"})), Refusal.COUNTRIES_A_DAY),
        (ABROAD, Rules(countries_a_day=1), Usage(countries=frozenset({"TM"})), None),
    ],
)
def test_rules_and_limits(destination: Destination, rules: Rules, usage: Usage, refusal: Refusal | None) -> None:
    assert judge(destination, rules, usage) == Verdict(refusal=refusal)


def test_what_is_strange_is_asked_about_unless_the_company_said_it_is_fine() -> None:
    dear = replace(ABROAD, risks=frozenset({Risk.PREMIUM, Risk.NEW_COUNTRY}))
    assert judge(dear, Rules(), Usage()) == Verdict(asks=(Risk.NEW_COUNTRY, Risk.PREMIUM))
    assert judge(dear, Rules(allowed=("+993",)), Usage()) == Verdict()


@given(rules_, usages, destinations)
def test_help_and_colleagues_can_always_be_called(rules: Rules, usage: Usage, destination: Destination) -> None:
    assert judge(replace(destination, reach=Reach.EMERGENCY), rules, usage) == Verdict(is_emergency=True)
    assert judge(replace(destination, reach=Reach.INTERNAL), rules, usage) == Verdict()


@given(rules_, usages, destinations)
def test_more_rights_never_forbid_what_was_allowed(rules: Rules, usage: Usage, destination: Destination) -> None:
    wider = replace(rules, customers=True, national=True, abroad=True, may_dare=True, denied=())
    if judge(destination, rules, usage).refusal is None:
        assert judge(destination, wider, usage).refusal is None


@given(rules_, usages, destinations)
def test_having_called_more_never_allows_what_was_forbidden(
    rules: Rules, usage: Usage, destination: Destination
) -> None:
    more = replace(usage, calls=usage.calls + 1, abroad=usage.abroad + 1)
    if judge(destination, rules, usage).refusal is not None:
        assert judge(destination, rules, more).refusal is not None


@given(rules_, st.lists(destinations, max_size=12))
def test_no_day_goes_over_its_limits(rules: Rules, calls: list[Destination]) -> None:
    usage = Usage()
    for each in calls:
        if judge(each, rules, usage).refusal or each.reach in (Reach.EMERGENCY, Reach.INTERNAL):
            continue
        is_abroad = each.reach is Reach.ABROAD
        usage = Usage(
            calls=usage.calls + 1,
            abroad=usage.abroad + is_abroad,
            countries=usage.countries | ({each.country} if is_abroad else set()),
        )
    for made, limit in (
        (usage.calls, rules.calls_a_day),
        (usage.abroad, rules.abroad_a_day),
        (len(usage.countries), rules.countries_a_day),
    ):
        assert not limit or made <= limit


@given(st.sampled_from([HOME.number, ABROAD.number, "1188"]), prefixes, prefixes)
def test_the_longest_prefix_decides_and_of_two_the_one_that_denies(
    number: str, allowed: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    said = decided_by_prefix(number, allowed=allowed, denied=denied)
    fitting = [(len(prefix), verdict) for verdict, them in ((True, allowed), (False, denied)) for prefix in them]
    fitting = [
        (length, verdict)
        for length, verdict in fitting
        if any(number.startswith(prefix) and len(prefix) == length for prefix in (allowed if verdict else denied))
    ]
    longest = max((length for length, _ in fitting), default=0)
    expected = None if not fitting else (longest, False) not in fitting
    assert said is expected
