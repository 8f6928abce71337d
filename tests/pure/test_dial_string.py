"""What is dialled when somebody presses a number: read right, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.telephony.dial_string import DialString, NotOneNumber, may_press_itself, read_dial_string


@pytest.mark.parametrize(
    ("raw", "number", "then"),
    [
        ("+856 20 5551 2345", "+856 20 5551 2345", ""),
        ("+1 202 555 0100 ext. 12", "+1 202 555 0100", "12"),
        ("+1 (202) 555-0100 extension 7#", "+1 (202) 555-0100", "7"),
        ("+1 202 555 0100x12", "+1 202 555 0100", "12"),
        ("+7 495 123-45-67 доб. 5", "+7 495 123-45-67", "5"),
        ("+7 (495) 123-45-67 (доб. 5)", "+7 (495) 123-45-67", "5"),
        ("+1 202 555 0100 (x12)", "+1 202 555 0100", "12"),
        ("020 5551 2345,,12", "020 5551 2345", ",,12"),
        ("020 5551 2345 p12w34#", "020 5551 2345", ",12;34#"),
        ("tel:+12025550100;ext=12", "+12025550100", "12"),
        ("+12025550100;ext=12", "+12025550100", "12"),
        ("+1 202 555 0100; ext = 12", "+1 202 555 0100", "12"),
        ("+12025550100;isub=1;ext=12", "+12025550100", "12"),
        ("+1 202 555 0100 ext=12", "+1 202 555 0100", "12"),
        ("7042;phone-context=+1-914-555", "+1-914-5557042", ""),
        ("web+tel:%2B12025550100", "+12025550100", ""),
        ("tel:7042;phone-context=+1-914-555", "+1-914-5557042", ""),
        ("tel:+12025550100;isub=1;foo=bar", "+12025550100", ""),
        ("1-800-FLOWERS", "1-800-FLOWERS", ""),
        ("+1 (800) CALL-NOW", "+1 (800) CALL-NOW", ""),
        ("1-800-555-HELP", "1-800-555-HELP", ""),
        ("020\u22125551\u22122345", "020\u22125551\u22122345", ""),
        ("030/12345", "030/12345", ""),
        ("٠٢٠ ٥٥٥١ ٢٣٤٥", "020 5551 2345", ""),
        ("\u202a+856 20 5551 2345\u202c", "+856 20 5551 2345", ""),
        ("1 90", "1 90", ""),
    ],
)
def test_numbers_are_read_with_what_to_press_afterwards(raw: str, number: str, then: str) -> None:
    assert read_dial_string(raw) == DialString(number, then)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "nothing"),
        (" \t ", "nothing"),
        ("9" * 121, "too_long"),
        ("abc", "no_number"),
        ("FLOWERS", "no_number"),
        ("+", "no_number"),
        ("12\r\nAction: Originate", "no_number"),
        ("020 5551 2345\x00", "no_number"),
        ("020 5551 2345 & 302", "no_number"),
        ("12+34", "no_number"),
        ("*72+8562055512345", "no_number"),
        ("020555123 / 020777888", "two_numbers"),
        ("+8562055512345 +8562055512346", "two_numbers"),
        ("020 5551 2345 home", "letters"),
        ("1-800-AB", "letters"),
        ("555;drop", "no_number"),
        ("tel:+8562055512345;ext=a", "not_digits_after"),
        ("+8562055512345;ext=a", "not_digits_after"),
        ("+8562055512345;ext=", "not_digits_after"),
        ("tel:+8562055512345;drop", "not_digits_after"),
    ],
)
def test_what_is_not_one_number_is_refused_with_a_reason(raw: str, reason: str) -> None:
    with pytest.raises(NotOneNumber) as refusal:
        read_dial_string(raw)
    assert refusal.value.reason == reason


@given(st.text(max_size=150))
def test_nothing_but_a_number_and_keys_comes_out_of_any_text(raw: str) -> None:
    try:
        read = read_dial_string(raw)
    except NotOneNumber:
        return
    assert any(mark.isdigit() for mark in read.number)
    assert not set(read.number) & set("\r\n,;#*&@<>\"'$%{}")
    assert set(read.then) <= set("0123456789*#,;")


@given(
    st.integers(10**6, 10**11),
    st.integers(1, 9999),
    st.sampled_from([" ext. {}", ";ext={}", ",,{}", ";{}", " x{}", "#{}"]),
)
def test_an_extension_never_becomes_part_of_the_number(number: int, extension: int, writing: str) -> None:
    read = read_dial_string(f"+{number}{writing.format(extension)}")
    assert (read.number, read.then.lstrip(",;")) == (f"+{number}", str(extension))


@pytest.mark.parametrize(
    ("then", "may"),
    [
        ("12", True),
        (",,34#", True),
        ("12,34", True),
        (",,*72", False),
        ("##0099365123456", False),
        ("12#34", False),
        ("1*2", False),
        (";12", False),
        ("12;34", False),
        (",", False),
        ("", False),
    ],
)
def test_no_program_presses_keys_that_order_a_telephone_system_about(then: str, may: bool) -> None:
    assert may_press_itself(then) is may
