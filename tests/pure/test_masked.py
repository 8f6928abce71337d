"""Numbers with most of their digits veiled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.telephony.masked import masked, masked_within


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+77012345612", "+7 701 *** ** 12"),
        ("+8562055512345", "+856 20 ** *** * 45"),
        ("+4930123456", "+49 ** **** 56"),
        ("+85621212345", "+856 ** *** * 45"),
        ("020 5551 2345", "*** **** ** 45"),
        ("+7701", "+7 ***"),
        ("301", "***"),
        ("sip:anna@x", "**********"),
        ("", ""),
    ],
)
def test_the_country_and_the_last_digits_are_read(number: str, shown: str) -> None:
    assert masked(number) == shown


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_at_least_five_digits_or_all_but_the_country_are_veiled(number: str) -> None:
    shown = masked(number)
    read = [sign for sign in shown if sign.isdigit()]
    assert shown.count("*") >= 5 or read == [] or shown.startswith("+")
    assert shown.count("*") + len(read) == len(number) - 1
    assert shown.count("*") >= min(5, len(number) - 4)


@given(st.text(max_size=60))
def test_whatever_is_no_number_tells_two_digits_at_most(text: str) -> None:
    if not text.startswith("+"):
        assert sum(sign.isdigit() for sign in masked(text)) <= 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call +8562055512345 back", "Call +856 20 ** *** * 45 back"),
        ("020 5551-2345, then 301", "*** ****-** 45, then 301"),
        ("Order 2026-0017 of 12.05.2026", "Order 2026-0017 of 12.05.2026"),
    ],
)
def test_numbers_within_words_are_veiled(text: str, shown: str) -> None:
    assert masked_within(text) == shown
