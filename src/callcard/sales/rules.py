"""Pure figures of orders: what a line comes to, discounts, tax, and how each currency is rounded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
LARGEST = Decimal("99999999999")
"""The largest amount, price or quantity that may be typed."""
LARGEST_TOTAL = Decimal("999999999999")
"""Of a line and of an order: SQLite keeps 15 digits, of which three are behind the point."""
_SMALLEST = Decimal("0.001")
_MOST_PLACES = 3
_DIGITS_OF_A_GROUP = 3
_LONGEST = 30
_GROUPS = re.compile(r"[\s_'’٬]+")


class NotAnAmount(ValueError):
    """What was typed cannot be read as a number."""


class MoreThanAll(NotAnAmount):
    """A discount of more than 100 %."""


@dataclass(frozen=True, slots=True)
class LineFigures:
    """`price` of one unit; the discount is a share in per cent, an amount off the line, or both in this order."""

    quantity: Decimal
    price: Decimal
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    tax_percent: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """`amounts` of the lines after their own discounts; `discount` that of the whole order; `taxes` by rate in per
    cent; `total` is what the customer pays, tax within it."""

    amounts: tuple[Decimal, ...]
    goods: Decimal
    discount: Decimal
    taxes: tuple[tuple[Decimal, Decimal], ...]
    tax: Decimal
    total: Decimal


def places_of(currency: str) -> int:
    """Digits after the point: 2 for USD, 0 for LAK, 3 for KWD; no more than are stored."""
    return min(get_currency_precision(currency), _MOST_PLACES)


def places_of_price(currency: str) -> int:
    """A price may be of parts of the smallest coin, such as 0.125 USD a screw, where there are coins at all."""
    return _MOST_PLACES if places_of(currency) else 0


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's smallest coin, halves away from zero."""
    return Decimal(amount).quantize(Decimal(1).scaleb(-places_of(currency)), rounding=ROUND_HALF_UP)


def line_amount(line: LineFigures, currency: str) -> Decimal:
    """What the line comes to. No discount makes it cost less than nothing."""
    full = line.quantity * line.price
    less = discount_of(full, line.discount_percent, line.discount_amount)
    return rounded(full - less, currency)


def line_discount(line: LineFigures, currency: str) -> Decimal:
    """By how much its discount lessens the line."""
    return rounded(line.quantity * line.price, currency) - line_amount(line, currency)


def discount_of(full: Decimal, percent: Decimal, amount: Decimal) -> Decimal:
    """Never more than there is to discount."""
    less = full * percent / _HUNDRED + (amount if full > 0 else ZERO)
    return min(less, full) if full > 0 else less


def order_figures(
    lines: Sequence[LineFigures],
    *,
    currency: str,
    discount_percent: Decimal = ZERO,
    discount_amount: Decimal = ZERO,
    is_tax_included: bool = True,
) -> OrderFigures:
    """The order's discount is spread over its rates of tax in proportion, the last rate taking what rounding left."""
    amounts = tuple(line_amount(line, currency) for line in lines)
    goods = sum(amounts, ZERO)
    discount = rounded(discount_of(goods, discount_percent, discount_amount), currency)
    by_rate = _by_rate(lines, amounts, goods, discount, currency)
    taxes = tuple((rate, _tax(amount, rate, is_tax_included, currency)) for rate, amount in by_rate if rate)
    tax = sum((amount for _rate, amount in taxes), ZERO)
    total = goods - discount + (ZERO if is_tax_included else tax)
    goods, tax, total = (rounded(amount, currency) for amount in (goods, tax, total))
    return OrderFigures(amounts, goods, discount, taxes, tax, total)


def _by_rate(
    lines: Sequence[LineFigures], amounts: Sequence[Decimal], goods: Decimal, discount: Decimal, currency: str
) -> list[tuple[Decimal, Decimal]]:
    """What is taxed at each rate, after the order's discount."""
    sums: dict[Decimal, Decimal] = {}
    for line, amount in zip(lines, amounts, strict=True):
        rate = line.tax_percent.normalize()
        sums[rate] = sums.get(rate, ZERO) + amount
    left, result = discount, []
    for index, (rate, amount) in enumerate(sorted(sums.items())):
        is_last = index == len(sums) - 1
        share = left if is_last else rounded(discount * amount / goods if goods else ZERO, currency)
        left -= share
        result.append((rate, amount - share))
    return result


def _tax(amount: Decimal, rate: Decimal, is_included: bool, currency: str) -> Decimal:
    return rounded(amount * rate / (_HUNDRED + rate if is_included else _HUNDRED), currency)


def read_amount(text: str, *, point: str = ".", places: int = 3) -> Decimal:
    """A number as people write it: "1 234,50", "1,234.50", "٢٥٠", "12.5". Raises NotAnAmount.

    `point`: the sign before fractions in the reader's language. Where only the other sign stands, it parts thousands
    if three digits follow it ("1,234"), else it was meant as the point. `places`: so many digits a fraction may have;
    where they are fewer than three, the point parts thousands too: "250.000" kip are not 250.
    """
    plain = _GROUPS.sub("", _plain_digits(text.strip()))
    signs = [mark for mark in plain if mark in ".,"]
    if signs:
        meant = _point_of(plain, signs, point, places)
        plain = "".join(
            "." if at == meant else mark for at, mark in enumerate(plain) if at == meant or mark not in ".,"
        )
    if len(plain) > _LONGEST or not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", plain):
        raise NotAnAmount(text)
    amount = Decimal(plain)
    if abs(amount) > LARGEST:
        raise NotAnAmount(text)
    return amount.quantize(_SMALLEST, rounding=ROUND_HALF_UP)


def _point_of(plain: str, signs: list[str], point: str, places: int) -> int:
    """Where the fraction begins; -1 when there is none."""
    last = plain.rindex(signs[-1])
    if signs.count(signs[-1]) > 1:
        return -1
    may_part = signs[-1] != point or places < _DIGITS_OF_A_GROUP
    parts_thousands = may_part and len(signs) == 1 and re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", plain)
    return -1 if parts_thousands else last


def read_discount(text: str, *, point: str = ".", places: int = 3) -> tuple[Decimal, Decimal]:
    """(per cent, amount) of "10 %", "10%" or "5000"; nothing typed is no discount. Raises NotAnAmount, MoreThanAll."""
    plain = unicodedata.normalize("NFKC", text).replace("٪", "%").strip()
    if not plain:
        return ZERO, ZERO
    if plain.startswith("%") or plain.endswith("%"):
        percent = read_amount(plain.strip("%"), point=point)
        if percent < 0:
            raise NotAnAmount(text)
        if percent > _HUNDRED:
            raise MoreThanAll(text)
        return percent, ZERO
    amount = read_amount(plain, point=point, places=places)
    if amount < 0:
        raise NotAnAmount(text)
    return ZERO, amount


def _plain_digits(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("٫", ".").replace("−", "-")
    try:
        return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in text)
    except ValueError as error:
        raise NotAnAmount(text) from error
