"""Whoever calls, however either side wrote the number, the right person is found and never another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import phonenumbers
import pytest
from phonenumbers import PhoneNumber
from phonenumbers import PhoneNumberFormat as Format

from callcard.customers.rules import NumberMatch, StoredNumber, decide_exact, decide_possible
from callcard.telephony.numbers import read_number, readings

OFFICES = {
    "LA": "00",
    "KH": "001",
    "KZ": "8~10",
    "DE": "00",
    "US": "011",
    "GB": "00",
    "AU": "0011",
    "BR": "0015",
    "IT": "00",
}


def example_numbers() -> dict[str, PhoneNumber]:
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in range(11)
    ]
    found += [
        phonenumbers.example_number_for_non_geo_entity(code) for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    ]
    return {phonenumbers.format_number(n, Format.E164): n for n in found if n}


EXAMPLES = example_numbers()


def writings(number: PhoneNumber, office: str) -> dict[str, str]:
    """Every common writing of the number in an office of that country."""
    e164 = phonenumbers.format_number(number, Format.E164)
    spaced = phonenumbers.format_number(number, Format.INTERNATIONAL)
    written = {
        "e164": e164,
        "digits": e164[1:],
        "international": spaced,
        "brackets": re.sub(r"^(\+\d+) (\d+)", r"\1 (\2)", spaced),
        "dots": spaced.replace(" ", "."),
        "hyphens": spaced.replace(" ", "-"),
        "uri": phonenumbers.format_number(number, Format.RFC3966),
        "exit": OFFICES[office] + e164[1:],
        "exit, spaced": f"{OFFICES[office]} {spaced[1:]}",
    }
    if phonenumbers.country_code_for_region(office) == number.country_code:
        national = phonenumbers.format_number(number, Format.NATIONAL)
        written |= {
            "national": national,
            "national digits": re.sub(r"\D", "", national),
            "national hyphens": national.replace(" ", "-"),
        }
    return written


class Book:
    """Who has which number, looked up as customers.queries does."""

    def __init__(self, office: str) -> None:
        self.office = office
        self.by_e164: dict[str, list[int]] = defaultdict(list)
        self.by_ending: dict[str, list[StoredNumber]] = defaultdict(list)

    def add(self, customer_id: int, raw: str) -> None:
        number = read_number(raw, self.office)
        if customer_id not in self.by_e164[number.e164]:
            self.by_e164[number.e164].append(customer_id)
        self.by_ending[number.ending].append(StoredNumber(customer_id, readings(raw, self.office)))

    def match(self, raw: str) -> NumberMatch:
        number, presented = read_number(raw, self.office), readings(raw, self.office)
        owners: dict[str, Iterable[int]] = {k: v for k, v in self.by_e164.items() if k}
        return decide_exact(presented, owners) or decide_possible(presented, self.by_ending[number.ending])


@pytest.mark.parametrize("office", OFFICES)
def test_every_region_in_every_writing_is_found_and_nobody_else(office: str) -> None:
    book = Book(office)
    ids = {e164: number for number, e164 in enumerate(EXAMPLES)}
    for e164 in EXAMPLES:
        book.add(ids[e164], e164)
    missed, wrong, offered = [], [], 0
    for e164, number in EXAMPLES.items():
        for kind, text in writings(number, office).items():
            match = book.match(text)
            missed += [(kind, text)] if ids[e164] not in match.customer_ids else []
            is_exact = match.kind == "exact"
            wrong += [(kind, text, match)] if is_exact and match.customer_ids != (ids[e164],) else []
            offered += not is_exact
    assert (missed, wrong) == ([], [])
    assert offered < 0.03 * 10 * len(EXAMPLES)  # digits that truly have two meanings


@pytest.mark.parametrize("office", ["LA", "US"])
def test_stored_in_every_writing_is_found_by_every_writing(office: str) -> None:
    missed = []
    for customer_id, number in enumerate(EXAMPLES.values()):
        texts = writings(number, office)
        del texts["dots"], texts["hyphens"], texts["exit, spaced"]  # read to the same digits as others
        for stored in texts.values():
            book = Book(office)
            book.add(customer_id, stored)
            missed += [(stored, text) for text in texts.values() if book.match(text).customer_ids != (customer_id,)]
    assert missed == []


@pytest.mark.parametrize("office", ["LA", "KZ", "US"])
def test_someone_who_is_not_in_the_book_is_nobody_for_certain(office: str) -> None:
    """Each number in turn is missing from the book: no writing of it may be taken for another's."""
    numbers = list(EXAMPLES.items())
    everyone = Book(office)
    for customer_id, (e164, _) in enumerate(numbers):
        everyone.add(customer_id, e164)
    wrong = []
    for e164, number in numbers:
        owners = everyone.by_e164.pop(e164)
        for text in writings(number, office).values():
            match = everyone.match(text)
            wrong += [(text, match)] if match.kind == "exact" else []
        everyone.by_e164[e164] = owners
    assert wrong == []


def test_same_last_eight_digits_are_different_people() -> None:
    tails = ["+8562055512345", "+66855512345", "+4915155512345", "+12055512345", "+77055512345", "+493055512345"]
    tails += ["+494055512345", "+498955512345", "+8562255512345", "+8562955512345", "+3355512345"]
    for office in OFFICES:
        for index, caller in enumerate(tails):
            book = Book(office)
            for other, e164 in enumerate(tails):
                if other != index:
                    book.add(other, e164)
            match = book.match(caller)
            assert match.customer_ids == (), (office, caller, match)
            book.add(index, caller)
            assert book.match(caller) == NumberMatch(kind="exact", customer_ids=(index,), e164=caller)


@pytest.mark.parametrize("short", ["301", "1234", "112", "02", "*97", "15000", "191", "220011"])
@pytest.mark.parametrize("office", ["LA", "KZ", "US", "DE"])
def test_short_codes_and_extensions_are_no_numbers_of_customers(short: str, office: str) -> None:
    book = Book(office)
    for customer_id, tail in enumerate(["+85620555" + short.strip("*"), "+8562" + short.strip("*"), short]):
        book.add(customer_id, tail)
    assert book.match(short).customer_ids == ()


def test_an_incomplete_writing_is_possible_and_says_so() -> None:
    book = Book("US")
    book.add(1, "+1 212 555 0123")
    assert book.match("555-0123") == NumberMatch(kind="possible", customer_ids=(1,), e164="+15550123")
    assert book.match("+44 555 0123").customer_ids == ()
