"""What orders come to, and how amounts are read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.sales.rules import (
    LineFigures,
    NotAnAmount,
    order_figures,
    places_of_price,
    read_amount,
    read_discount,
    rounded,
)

money = st.decimals(min_value=Decimal(0), max_value=Decimal(99999), places=3)
rates = st.sampled_from([Decimal(0), Decimal(5), Decimal("12.5"), Decimal(20)])
lines = st.lists(st.builds(LineFigures, quantity=money, price=money, tax_percent=rates), min_size=1, max_size=5)


@given(lines, st.decimals(0, 100, places=2), st.sampled_from(["USD", "LAK", "KWD"]))
def test_taxes_within_are_part_of_the_total_and_taxes_beside_are_added(
    given_lines: list[LineFigures], discount: Decimal, currency: str
) -> None:
    within = order_figures(given_lines, currency=currency, discount_percent=discount)
    beside = order_figures(given_lines, currency=currency, discount_percent=discount, is_tax_included=False)
    assert within.total == within.goods - within.discount == beside.total - beside.tax
    assert 0 <= within.tax <= within.total
    for figures in (within, beside):
        assert figures.goods == sum(figures.amounts)
        assert figures.tax == sum(amount for _rate, amount in figures.taxes)
        assert figures.total == rounded(figures.total, currency)


@pytest.mark.parametrize(
    ("text", "point", "amount"),
    [
        ("12.50", ".", "12.5"),
        ("12,50", ".", "12.5"),
        ("1,234.50", ",", "1234.5"),
        ("1.234,50", ".", "1234.5"),
        ("1 234,50", ",", "1234.5"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("1.234.567", ".", "1234567"),
        ("٢٥٠٫٥", ".", "250.5"),
        ("໒໕໐", ".", "250"),
        ("-5", ".", "-5"),
        ("0.0005", ".", "0.001"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(text: str, point: str, amount: str) -> None:
    assert read_amount(text, point=point) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "places", "amount"),
    [
        ("250.000", 0, "250000"),
        ("250,000", 0, "250000"),
        ("1.250", 2, "1250"),
        ("1.250", 3, "1.25"),
        ("0.125", 0, "0.125"),
        ("12.50", 0, "12.5"),
        ("20.000,00", 0, "20000"),
    ],
)
def test_a_point_before_more_digits_than_the_currency_has_parts_thousands(text: str, places: int, amount: str) -> None:
    assert read_amount(text, places=places) == Decimal(amount)
    assert read_discount(text, places=places) == (Decimal(0), Decimal(amount))


def test_a_price_is_finer_than_the_smallest_coin_only_where_there_are_coins() -> None:
    assert [places_of_price(currency) for currency in ("LAK", "USD", "KWD", "")] == [0, 3, 3, 3]


@pytest.mark.parametrize("text", ["", "x", "1x", "--1", "1e5", "NaN", "Infinity", "9" * 12, "9" * 29, "9" * 400, "½"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        read_amount(text)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_amount_or_refused(text: str) -> None:
    for read in (read_amount, read_discount):
        try:
            read(text)
        except NotAnAmount:
            continue


def test_a_discount_is_a_share_or_an_amount() -> None:
    assert read_discount(" 10 % ") == (Decimal(10), Decimal(0))
    assert read_discount("%5") == (Decimal(5), Decimal(0))
    assert read_discount("5000") == (Decimal(0), Decimal(5000))
    assert read_discount("") == (Decimal(0), Decimal(0))
    for wrong in ("101 %", "-5", "-5 %"):
        with pytest.raises(NotAnAmount):
            read_discount(wrong)
