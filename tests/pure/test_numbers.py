from __future__ import annotations

from unittest.mock import patch

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.telephony.numbers import ReadNumber, candidates, is_emergency, read_number, readings


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("+856 20 5551 2345", "LA", "+8562055512345"),
        ("020 5551 2345", "LA", "+8562055512345"),
        ("2055512345", "LA", "+8562055512345"),
        ("8562055512345", "LA", "+8562055512345"),
        ("໐໒໐ ໕໕໕໑ ໒໓໔໕", "LA", "+8562055512345"),
        ("\u200f٠٢٠٥٥٥١٢٣٤٥\u200e", "LA", "+8562055512345"),
        ("០២៣ ៨៨០ ៨៨០", "KH", "+85523880880"),
        ("00 856 20 55512345", "DE", "+8562055512345"),
        ("011 856 20 55512345", "US", "+8562055512345"),
        ("8~10 856 20 55512345", "KZ", "+8562055512345"),
        ("810 856 20 55512345", "KZ", "+8562055512345"),
        ("007 856 20 55512345", "KH", "+8562055512345"),
        ("8 (701) 234-56-78", "KZ", "+77012345678"),
        ("+49 (0)30 123456", "LA", "+4930123456"),
        ("+49 (0)30 / 123 456", "DE", "+4930123456"),
        ("tel:+49-30-123456;ext=12", "LA", "+4930123456"),
        ("sip:%2B4930123456@10.0.0.1;user=phone", "LA", "+4930123456"),
        ('"Mali" <sip:+8562055512345@pbx.example>', "DE", "+8562055512345"),
        ("+1 212-555-0123 ext. 45", "LA", "+12125550123"),
        ("+1 212-555-0123 x45", "LA", "+12125550123"),
        ("+7 701 234 56 78 доб. 5", "LA", "+77012345678"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+0049 30 123456", "LA", "+4930123456"),
        ("+49 30 123456", "LA", "+4930123456"),
        ("+39 06 1234 5678", "LA", "+390612345678"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("+856 20 1234 5678", "LA", "+8562012345678"),
        ("020 1234 5678", "LA", "+8562012345678"),
        ("9,0049301234567", "DE", ""),
        ("Mali Souk", "LA", ""),
        ("", "LA", ""),
        ("301", "LA", ""),
        ("+", "LA", ""),
        ("1" * 200, "LA", ""),
    ],
)
def test_the_likeliest_meaning(raw: str, region: str, e164: str) -> None:
    assert read_number(raw, region).e164 == e164


@pytest.mark.parametrize(
    "raw",
    [
        "anonymous",
        "Anonymous",
        "<unknown>",
        "unknown",
        "Restricted",
        "PRIVATE",
        "withheld",
        "unavailable",
        "sip:anonymous@anonymous.invalid",
        '"Anonymous" <sip:anonymous@10.0.0.1>',
    ],
)
def test_withheld(raw: str) -> None:
    assert read_number(raw, "LA") == ReadNumber(raw=raw, e164="", ending="", is_valid=False, is_withheld=True)


def test_an_invalid_number_is_kept() -> None:
    number = read_number("020 1234 5678", "LA")
    assert (number.e164, number.ending, number.is_valid) == ("+8562012345678", "2345678", False)


def test_the_office_may_have_an_exit_code_of_its_own() -> None:
    assert read_number("9011 49 30 123456", "US", exit_codes=("9011",)).e164 == "+4930123456"


def test_digits_with_two_meanings_give_both() -> None:
    assert candidates("376712345", "IT") == ("+39376712345", "+376712345")


@given(st.text(max_size=300), st.sampled_from(["LA", "KH", "KZ", "DE", "US", "ZZ", ""]))
def test_nothing_is_ever_refused(raw: str, region: str) -> None:
    number = read_number(raw, region)
    assert number.raw == raw
    assert number.e164 == "" or (number.e164[0] == "+" and number.e164[1:].isascii() and number.e164[1:].isdigit())
    assert len(number.e164) <= 20


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        *[("112", region, True) for region in ("DE", "GB", "US")],
        ("9-1-1", "US", True),
        ("01", "TM", True),
        ("301", "TM", False),
        ("911", "DE", False),
        ("190", "LA", True),
        ("+49 112", "DE", False),
        ("", "DE", False),
        ("112", "", False),
    ],
)
def test_numbers_that_call_for_help(raw: str, region: str, expected: bool) -> None:
    assert is_emergency(raw, region) is expected


def test_a_number_is_parsed_once_however_it_is_asked_for() -> None:
    with patch.object(phonenumbers, "parse", wraps=phonenumbers.parse) as parse:
        read_number("+8562055598765", "LA")
        assert parse.call_count == 1
        readings("+8562055598765", "LA")
        candidates("+8562055598765", "LA", exit_codes=())
        assert parse.call_count == 1
