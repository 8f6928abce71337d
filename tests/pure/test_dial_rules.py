"""What may be dialled."""

from __future__ import annotations

from dataclasses import replace

import phonenumbers
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
    judge_any,
    widest_limit,
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


def place(
    number: str, *, region: str = "LA", is_customer: bool = False, known: frozenset[str] = frozenset({"US"})
) -> Destination:
    return destination_of(
        number,
        region,
        extensions=frozenset({"301", "411"}),
        is_as_long_as_own={3}.__contains__,
        is_customer=is_customer,
        is_known=known.__contains__,
    )


@pytest.mark.parametrize(
    ("number", "reach", "country", "risks"),
    [
        ("+8562055512345", Reach.NATIONAL, "LA", set()),
        ("301", Reach.INTERNAL, "", set()),
        ("700", Reach.INTERNAL, "", set()),
        ("190", Reach.EMERGENCY, "", set()),
        ("112", Reach.EMERGENCY, "", set()),
        ("911", Reach.EMERGENCY, "", set()),
        ("+12025550100", Reach.ABROAD, "US", set()),
        ("+18765551234", Reach.ABROAD, "JM", {Risk.NEW_COUNTRY}),
        ("+99365123456", Reach.ABROAD, "TM", {Risk.NEW_COUNTRY}),
        ("+449098790000", Reach.ABROAD, "GB", {Risk.PREMIUM, Risk.NEW_COUNTRY}),
        ("+447012345678", Reach.ABROAD, "GB", {Risk.PERSONAL, Risk.NEW_COUNTRY}),
        ("+881612345678", Reach.ABROAD, "881", {Risk.SATELLITE, Risk.NEW_COUNTRY}),
        ("+4412", Reach.ABROAD, "GB", {Risk.UNPLANNED, Risk.NEW_COUNTRY}),
        ("+999123456789", Reach.ABROAD, "999", {Risk.UNPLANNED}),
        ("+2101234567", Reach.ABROAD, "210", {Risk.UNPLANNED}),
        ("+0999123456", Reach.ABROAD, "099", {Risk.UNPLANNED}),
        ("+99", Reach.ABROAD, "99", {Risk.UNPLANNED}),
        ("+85600999123456", Reach.ABROAD, "856", {Risk.UNPLANNED}),
        ("+8560999123456", Reach.ABROAD, "856", {Risk.UNPLANNED}),
        ("+8562055512345678", Reach.NATIONAL, "LA", {Risk.UNPLANNED}),
        ("99912345678901234567", Reach.NATIONAL, "", {Risk.UNPLANNED}),
    ],
)
def test_where_a_number_leads_and_what_is_strange_about_it(
    number: str, reach: Reach, country: str, risks: set[Risk]
) -> None:
    assert place(number) == Destination(number=number, reach=reach, country=country, risks=frozenset(risks))


@pytest.mark.parametrize(
    ("region", "number", "dialled", "country"),
    [
        ("LA", "00999123456789", "+999123456789", "999"),
        ("LA", "000999123456789", "+999123456789", "999"),
        ("LA", "00999", "+999", "999"),
        ("US", "0119991234567", "+9991234567", "999"),
        ("US", "00999123456789", "+999123456789", "999"),
        ("US", "+10119991234567", "+10119991234567", "101"),
        ("RU", "+710999123456", "+710999123456", "710"),
        ("RU", "+7810999123456", "+7810999123456", "781"),
    ],
)
def test_no_way_out_of_the_country_is_taken_for_a_number_in_it(
    region: str, number: str, dialled: str, country: str
) -> None:
    assert place(number, region=region) == Destination(
        number=dialled, reach=Reach.ABROAD, country=country, risks=frozenset({Risk.UNPLANNED})
    )


@pytest.mark.parametrize(
    ("region", "number", "reach", "country"),
    [
        ("US", "+18765551234", Reach.ABROAD, "JM"),
        ("US", "+12025550100", Reach.NATIONAL, "US"),
        ("US", "+18005550100", Reach.NATIONAL, "US"),
        ("CA", "+18005550100", Reach.NATIONAL, "US"),
        ("US", "+17875550100", Reach.NATIONAL, "PR"),
        ("RU", "+77012345678", Reach.ABROAD, "KZ"),
        ("RU", "+74951234567", Reach.NATIONAL, "RU"),
        ("FI", "+35818123456", Reach.NATIONAL, "AX"),
        ("RU", "8101", Reach.NATIONAL, ""),
    ],
)
def test_of_a_code_that_countries_share_only_the_own_countrys_numbers_are_national(
    region: str, number: str, reach: Reach, country: str
) -> None:
    placed = place(number, region=region)
    assert (placed.reach, placed.country) == (reach, country)


def test_an_extension_that_is_help_elsewhere_is_a_colleague() -> None:
    found = destination_of(
        "911", "LA", extensions={"911"}, is_as_long_as_own={3}.__contains__, is_customer=False, is_known=lambda _: False
    )
    assert found.reach is Reach.INTERNAL


@pytest.mark.parametrize(
    ("region", "number", "reach", "risks"),
    [
        ("LA", "700", Reach.INTERNAL, set()),  # a queue: as long as the extensions are
        ("LA", "1625", Reach.NATIONAL, set()),  # a taxi: for all who may call in the country
        ("LA", "20", Reach.NATIONAL, set()),
        ("LA", "123456", Reach.NATIONAL, set()),
        ("DE", "11833", Reach.NATIONAL, {Risk.UNPRICED}),  # enquiries, some two euros a minute
        ("DE", "118000", Reach.NATIONAL, {Risk.UNPRICED}),
        ("DE", "116117", Reach.NATIONAL, set()),  # free in Europe
        ("US", "411", Reach.INTERNAL, set()),  # an extension
        ("US", "511", Reach.NATIONAL, {Risk.UNPRICED}),
    ],
)
def test_a_short_number_is_the_telephone_systems_own_only_when_it_looks_so(
    region: str, number: str, reach: Reach, risks: set[Risk]
) -> None:
    assert place(number, region=region) == Destination(number=number, reach=reach, risks=frozenset(risks))


def test_who_may_not_call_out_of_the_house_calls_no_taxi_either() -> None:
    inside = Rules(national=False, allowed=("1188",))
    assert judge(place("1625"), inside, Usage()).refusal is Refusal.NATIONAL
    assert judge(place("700"), inside, Usage()) == Verdict()
    assert judge(place("1188"), inside, Usage()) == Verdict()
    assert judge(place("1625"), Rules(calls_a_day=1), Usage(calls=1)).refusal is Refusal.CALLS_A_DAY


WAYS_OUT = {"LA": ["+", "00"], "US": ["+", "011", "00"], "RU": ["+", "00"], "JP": ["+", "010", "00"]}


@given(st.sampled_from(sorted(WAYS_OUT)), st.data())
def test_whatever_leaves_the_country_by_its_writing_is_never_national(region: str, data: st.DataObject) -> None:
    """But for numbers of the own country written so, and help."""
    way = data.draw(st.sampled_from(WAYS_OUT[region]))
    number = way + data.draw(st.text("0123456789", min_size=7, max_size=15))
    found = place(number, region=region)
    own = str(phonenumbers.country_code_for_region(region))
    assert found.number == number or found.number.startswith("+")
    assert found.reach is Reach.ABROAD or found.number.removeprefix("+").startswith(own)
    assert judge(found, Rules(abroad=False, may_dare=False), Usage()).refusal or found.reach is Reach.NATIONAL
    if found.reach is Reach.ABROAD:
        assert judge(found, Rules(abroad_a_day=1), Usage(abroad=1)).refusal is Refusal.ABROAD_A_DAY
        assert judge(found, Rules(countries_a_day=1), Usage(countries=frozenset({"XX"}))).refusal is not None


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


@pytest.mark.parametrize(
    ("number", "one", "other", "refusal"),
    [
        ("+882133", Rules(denied=("+882",)), Rules(denied=("+8821",)), Refusal.PREFIX),
        ("+882133", Rules(denied=("+882",)), Rules(denied=("+88213",), allowed=("+8821",)), Refusal.PREFIX),
        ("+882133", Rules(denied=("+882",)), Rules(denied=("+883",)), None),
        ("+993651", Rules(abroad=True, may_dare=False), Rules(abroad=False, may_dare=True), Refusal.RISKY),
        ("+993651", Rules(abroad=True, abroad_a_day=1), Rules(abroad=False), Refusal.ABROAD_A_DAY),
        ("+993651", Rules(abroad_a_day=1), Rules(abroad_a_day=0), None),
    ],
)
def test_what_none_of_several_roles_allows_is_not_allowed_by_all_of_them(
    number: str, one: Rules, other: Rules, refusal: Refusal | None
) -> None:
    destination = Destination(number=number, reach=Reach.ABROAD, country="XX", risks=frozenset({Risk.UNPLANNED}))
    usage = Usage(calls=1, abroad=1)
    for rules in ([one, other], [other, one]):
        assert judge_any(destination, rules, usage).refusal is refusal


@given(st.lists(rules_, min_size=1, max_size=3), usages, destinations)
def test_several_roles_allow_what_one_of_them_does_and_nothing_else(
    rules: list[Rules], usage: Usage, destination: Destination
) -> None:
    allowed = [judge(destination, one, usage).refusal is None for one in rules]
    assert (judge_any(destination, rules, usage).refusal is None) is any(allowed)


def test_the_limit_that_is_told_is_the_widest() -> None:
    assert (widest_limit([5, 300]), widest_limit([300, 0])) == (300, 0)
