"""How long a wrong guess makes one wait, on what terms a role lets people in, and codes of an authenticator app."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from callcard.staff.sign_in.one_time_codes import address_of, code_at, spelled, step_of
from callcard.staff.sign_in.rules import (
    NetworkNotValid,
    Refusal,
    Terms,
    needs_second_step,
    network_of,
    read_days,
    read_networks,
    refusal,
    wait_after,
)

MONDAY = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001  the company's clock, whatever its zone
OFFICE = Terms(days=read_days("12345"), begins=time(8), ends=time(18))
NIGHT = Terms(days=read_days("1"), begins=time(22), ends=time(6))
HERE = Terms(networks=read_networks("10.1.0.0/16, 2001:db8::/32"))
KEY = b"12345678901234567890"  # of RFC 6238, appendix B


def test_waits_grow_and_end() -> None:
    waits = [wait_after(wrong, free=5).total_seconds() for wrong in range(12)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]
    assert wait_after(10**6, free=5) == timedelta(minutes=15)
    half_an_hour = timedelta(minutes=30)  # of what is passed on to a directory
    assert [wait_after(wrong, free=3, first=half_an_hour) for wrong in (2, 3, 99)] == [
        *(timedelta(), half_an_hour, half_an_hour),
    ]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("somewhere", ""),
    ],
)
def test_an_ipv6_address_counts_as_its_whole_network(address: str, counted: str) -> None:
    assert network_of(address) == counted


@pytest.mark.parametrize(
    ("terms", "at", "holds"),
    [
        (OFFICE, MONDAY, True),
        (OFFICE, MONDAY.replace(hour=8), True),
        (OFFICE, MONDAY.replace(hour=18), False),
        (OFFICE, MONDAY - timedelta(days=1), False),
        (NIGHT, MONDAY.replace(hour=22), True),
        (NIGHT, MONDAY + timedelta(hours=19, minutes=59), True),  # Tuesday, 5:59: the night of Monday
        (NIGHT, MONDAY + timedelta(hours=20), False),
        (NIGHT, MONDAY.replace(hour=5), False),  # the night of Sunday, which is none
        (Terms(days=read_days("7")), MONDAY, False),
        (Terms(), MONDAY, True),
    ],
)
def test_hours(terms: Terms, at: datetime, holds: bool) -> None:
    assert terms.holds_at(at) is holds


def test_networks() -> None:
    assert HERE.holds_from("10.1.255.1")
    assert HERE.holds_from("::ffff:10.1.2.3")
    assert HERE.holds_from("2001:db8::7")
    assert not HERE.holds_from("10.2.0.1")
    assert not HERE.holds_from("")
    with pytest.raises(NetworkNotValid, match="office"):
        read_networks("10.0.0.1 office")


@pytest.mark.parametrize(
    ("terms", "address", "why"),
    [
        ([], "10.1.0.1", None),
        ([OFFICE, NIGHT], "10.1.0.1", None),
        ([NIGHT], "10.1.0.1", Refusal.NOT_NOW),
        ([NIGHT, Terms()], "10.1.0.1", Refusal.NOT_NOW),  # a role that says nothing lifts no limit
        ([NIGHT, Terms(needs_second_step=True)], "10.1.0.1", Refusal.NOT_NOW),
        ([HERE], "10.2.0.1", Refusal.NOT_HERE),
        ([NIGHT, HERE], "10.2.0.1", Refusal.NOT_HERE),
        ([OFFICE, HERE], "10.2.0.1", None),  # one shift that lets them in is enough
    ],
)
def test_shifts_add_up(terms: list[Terms], address: str, why: Refusal | None) -> None:
    assert refusal(terms, now=MONDAY, address=address) is why


def test_one_role_that_asks_for_a_second_step_is_enough() -> None:
    assert needs_second_step([Terms(), Terms(needs_second_step=True)])
    assert not needs_second_step([Terms(), OFFICE])


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(KEY, seconds // 30) == code
    assert step_of(f"{code[:3]} {code[3:]}", KEY, now=seconds, after=0) == seconds // 30


def test_a_code_holds_once_and_for_a_minute_and_a_half() -> None:
    now = 1234567890
    step, code = now // 30, code_at(KEY, now // 30)
    assert step_of(code, KEY, now=now + 30, after=0) == step
    assert step_of(code, KEY, now=now - 30, after=0) == step
    assert step_of(code, KEY, now=now + 60, after=0) is None
    assert step_of(code, KEY, now=now, after=step) is None
    assert [step_of(wrong, KEY, now=now, after=0) for wrong in ("", "00592", "0059240", "٠٠٥٩٢٤")] == [None] * 4


def test_what_an_app_is_given() -> None:
    assert spelled(KEY).startswith("GEZD GNBV ")
    assert (
        address_of(KEY, company="A: B&C", username="mali")
        == "otpauth://totp/A%20%20B%26C:mali?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%20B%26C"
    )
