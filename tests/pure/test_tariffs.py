"""What calls cost, against tables made by hand, and what must hold for every price list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.tariffs.rules import (
    Asked,
    PriceTable,
    Row,
    billed_seconds,
    by_prefix,
    charge,
    cost_of,
    in_order,
    percent_spent,
    plain_number,
    warnings_due,
    whole_seconds,
)

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
EVENING = NOON.replace(hour=19)


def row(prefix: str = "", per_minute: str = "0.30", id: int = 1, **more: object) -> Row:
    return Row(id=id, prefix=prefix, per_minute=Decimal(per_minute), **more)  # type: ignore[arg-type]


def table(*rows: Row, id: int = 1, **more: object) -> PriceTable:
    values = {"direction": "outbound", "currency": "USD", **more}
    return PriceTable(id=id, rows=by_prefix(rows), **values)  # type: ignore[arg-type]


def asked(number: str = "+8562055501234", seconds: int = 60, at: datetime = NOON, line: str = "") -> Asked:
    return Asked(number=number, direction="outbound", line=line, at=at, seconds=seconds)


@pytest.mark.parametrize(
    ("first", "further", "free", "seconds", "billed"),
    [
        (60, 60, 0, 0, 0),
        (60, 60, 0, 1, 60),
        (60, 60, 0, 60, 60),
        (60, 60, 0, 61, 120),
        (1, 1, 0, 61, 61),
        (30, 6, 0, 1, 30),
        (30, 6, 0, 30, 30),
        (30, 6, 0, 31, 36),
        (30, 6, 0, 36, 36),
        (30, 6, 0, 37, 42),
        (60, 60, 10, 10, 0),
        (60, 60, 10, 11, 60),
        (60, 60, 10, 71, 120),
    ],
)
def test_seconds_are_billed_in_steps(first: int, further: int, free: int, seconds: int, billed: int) -> None:
    assert billed_seconds(seconds, row(first_step=first, next_step=further, free_seconds=free)) == billed


@pytest.mark.parametrize(
    ("price", "fee", "steps", "rounding", "decimals", "seconds", "cost"),
    [
        ("0.30", "0", (60, 60), "up", 2, 200, "1.20"),
        ("0.30", "0", (1, 1), "up", 2, 200, "1.00"),
        ("0.30", "0.05", (1, 1), "up", 2, 201, "1.06"),  # 1.055
        ("0.30", "0.05", (1, 1), "half-up", 2, 201, "1.06"),
        ("0.10", "0", (1, 1), "half-up", 2, 2, "0.00"),  # 0.0033…
        ("0.10", "0", (1, 1), "up", 2, 2, "0.01"),
        ("0.10", "0", (1, 1), "half-up", 4, 1, "0.0017"),
        ("1500", "500", (60, 60), "up", 0, 61, "3500"),
        ("0.333333", "0", (30, 6), "up", 4, 31, "0.2000"),  # 0.1999998
        ("0.30", "0.10", (60, 60), "up", 2, 0, "0"),
    ],
)
def test_costs_are_exact_to_the_cent(
    price: str, fee: str, steps: tuple[int, int], rounding: str, decimals: int, seconds: int, cost: str
) -> None:
    priced = row(per_minute=price, fee=Decimal(fee), first_step=steps[0], next_step=steps[1])
    assert cost_of(seconds, priced, table(rounding=rounding, decimals=decimals)) == Decimal(cost)


def test_calls_that_nobody_answered_cost_the_fee_only_if_the_list_says_so() -> None:
    priced = row(fee=Decimal("0.07"))
    assert cost_of(0, priced, table(charges_unanswered=True)) == Decimal("0.07")
    assert cost_of(0, priced, table()) == 0


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+856 20 5550 1234", "+85620"),
        ("0085620555012", "+85620"),
        ("+85621123456", "+856"),
        ("1800555", "1800"),
        ("+18005551234", ""),
        ("", ""),
        ("anonymous", ""),
    ],
)
def test_the_longest_prefix_decides(number: str, prefix: str) -> None:
    rows = [row(one, id=place) for place, one in enumerate(["", "+856", "+85620", "1800"])]
    found = charge(asked(number), [table(*rows)])
    assert found is not None
    assert rows[found.row_id].prefix == prefix


def test_a_price_of_the_evening_holds_in_the_evening_only() -> None:
    prices = table(
        row("+856", "0.30", id=1),
        row("+856", "0.10", id=2, from_time=time(18), until_time=time(7)),
        row("+856", "0.05", id=3, weekdays=frozenset({6, 7})),
        row("+856", "0.01", id=4, weekdays=frozenset({6}), from_time=time(10), until_time=time(11)),
    )

    def row_at(at: datetime) -> int:
        found = charge(asked(at=at), [prices])
        assert found is not None
        return found.row_id

    assert row_at(NOON) == 1
    assert row_at(NOON.replace(hour=17, minute=59, second=59)) == 1
    assert [row_at(NOON.replace(hour=hour)) for hour in (18, 19, 0, 6, 7)] == [2, 2, 2, 2, 1]
    saturday = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    assert [row_at(saturday), row_at(saturday.replace(hour=11)), row_at(saturday.replace(hour=20))] == [4, 3, 3]


def test_a_shorter_prefix_decides_where_the_longer_ones_period_is_over() -> None:
    prices = table(row("+856", id=1), row("+85620", id=2, from_time=time(18), until_time=time(20)))
    found = [charge(asked(at=at), [prices]) for at in (NOON, EVENING)]
    assert [one and one.row_id for one in found] == [1, 2]


def test_hours_are_of_the_companys_clock_when_summer_time_ends() -> None:
    """In Berlin 2:30 comes twice that night: both times are before three."""
    zone = ZoneInfo("Europe/Berlin")
    prices = table(row(id=1), row(id=2, from_time=time(2), until_time=time(3)))
    moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC).astimezone(zone) for hour in (0, 1, 2)]
    found = [charge(asked(at=at), [prices]) for at in moments]
    assert [one and one.row_id for one in found] == [2, 2, 1]


def test_lists_of_one_line_come_first_and_fall_back_to_those_of_all() -> None:
    all_lines = table(row("", "0.30", id=1), id=1)
    own_line = table(row("+1", "0.10", id=2), id=2, line="+85621123456", currency="LAK")
    tables = in_order([all_lines, own_line])

    def list_of(**what: str) -> int | None:
        found = charge(asked(**what), tables)  # type: ignore[arg-type]
        return found.list_id if found else None

    assert list_of(number="+1555", line="+85621123456") == 2
    assert list_of(number="+44555", line="+85621123456") == 1
    assert list_of(number="+1555", line="+85621999999") == 1


def test_the_list_of_that_day_decides() -> None:
    old = table(row(id=1), id=1, valid_from=date(2026, 1, 1), valid_until=date(2026, 11, 30))
    new = table(row(id=2), id=2, valid_from=date(2026, 11, 18))
    tables = in_order([old, new])
    days = [datetime(2026, 11, 17, 23, 59, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC)]
    assert [found and found.list_id for found in (charge(asked(at=at), tables) for at in days)] == [1, 2]
    assert charge(asked(at=datetime(2025, 12, 31, tzinfo=UTC)), tables) is None
    assert [found and found.list_id for found in (charge(asked(at=days[0]), [one]) for one in (old, new))] == [1, None]


def test_incoming_calls_have_prices_of_their_own() -> None:
    incoming = Asked(number="+1", direction="inbound", line="", at=NOON, seconds=60)
    assert charge(incoming, [table(row())]) is None


money = st.decimals(0, 10_000, places=6, allow_nan=False, allow_infinity=False)
rows = st.builds(
    Row,
    id=st.just(1),
    prefix=st.just(""),
    per_minute=money,
    fee=money,
    free_seconds=st.integers(0, 600),
    first_step=st.integers(1, 300),
    next_step=st.integers(1, 300),
)
tables = st.builds(
    PriceTable,
    id=st.just(1),
    direction=st.just("outbound"),
    currency=st.just("USD"),
    rounding=st.sampled_from(["up", "half-up"]),
    decimals=st.integers(0, 4),
    charges_unanswered=st.booleans(),
)


@given(rows, tables, st.integers(0, 90_000), st.integers(0, 5000))
def test_who_talks_longer_never_pays_less(priced: Row, prices: PriceTable, seconds: int, more: int) -> None:
    less, later = cost_of(seconds, priced, prices), cost_of(seconds + more, priced, prices)
    assert 0 <= less <= later
    if prices.rounding == "up" and seconds:
        exact = (priced.fee * 60 + priced.per_minute * billed_seconds(seconds, priced)) / 60
        assert exact <= less < exact + Decimal(1).scaleb(-prices.decimals)


@given(rows, st.integers(1, 90_000))
def test_billed_are_whole_steps_and_all_that_was_talked(priced: Row, seconds: int) -> None:
    billed, left = billed_seconds(seconds, priced), max(0, seconds - priced.free_seconds)
    assert left <= billed < left + max(priced.first_step, priced.next_step)
    assert billed == 0 or (billed - priced.first_step) % priced.next_step == 0


@given(st.text("0123456789", max_size=15), st.lists(st.text("0123456789", max_size=5), max_size=20))
def test_no_longer_prefix_would_have_fitted(digits: str, prefixes: list[str]) -> None:
    made = [row(f"+{prefix}", id=place) for place, prefix in enumerate(prefixes)]
    found = charge(asked(f"+{digits}"), [table(*made)])
    fitting = [prefix for prefix in prefixes if digits.startswith(prefix)]
    assert (found is None) == (not fitting)
    if found is not None:
        assert len(prefixes[found.row_id]) == max(map(len, fitting))


@pytest.mark.parametrize(
    ("talked", "seconds"), [(0.0, 0), (0.2, 1), (60.0, 60), (60.0000001, 60), (60.01, 61), (-1, 0)]
)
def test_a_begun_second_counts(talked: float, seconds: int) -> None:
    assert whole_seconds(talked) == seconds


def test_numbers_are_read_as_people_write_them() -> None:
    assert [plain_number(one) for one in ("+856 (20) 55", "0085620555", "112", "p20", "٣")] == [
        *("+8562055", "+85620555", "112", "20", "")
    ]


def test_warnings_come_at_eighty_and_at_a_hundred_once_each() -> None:
    amount = Decimal(100)
    assert [percent_spent(Decimal(spent), amount) for spent in ("79.99", "80", "99.99", "250")] == [79, 80, 99, 250]
    assert warnings_due(Decimal("79.99"), amount, []) == []
    assert warnings_due(Decimal(80), amount, []) == [80]
    assert warnings_due(Decimal(130), amount, []) == [80, 100]
    assert warnings_due(Decimal(130), amount, [80]) == [100]
    assert warnings_due(Decimal(130), Decimal(0), []) == []
