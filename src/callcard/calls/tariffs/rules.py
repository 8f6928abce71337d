"""What a call costs: which price list and row decide, and how seconds become money. Knows no database."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

ROUNDINGS = {"up": ROUND_UP, "half-up": ROUND_HALF_UP}
LONGEST_PREFIX = 20
WARNED_AT = (80, 100)  # percent of a budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The price of numbers that begin with `prefix` ("+85620", "1800"; "" fits all).

    `weekdays`: ISO, 1 is Monday; empty: all. `from_time` until before `until_time`, which may be past midnight; None:
    the whole day. Times are of the company's clock. `free_seconds` are talked for the fee alone.
    """

    id: int
    prefix: str
    per_minute: Decimal
    fee: Decimal = Decimal(0)
    free_seconds: int = 0
    first_step: int = 60
    next_step: int = 60
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None

    def holds_at(self, at: datetime) -> bool:
        """`at`: a moment on the company's clock."""
        if self.weekdays and at.isoweekday() not in self.weekdays:
            return False
        begins, ends = self.from_time, self.until_time
        if begins is None or ends is None or begins == ends:
            return True
        clock = at.time()
        return begins <= clock < ends if begins < ends else clock >= begins or clock < ends

    @property
    def minutes_a_week(self) -> int:
        """For how long it holds. Of two rows with one prefix, the one that holds for less time decides."""
        begins, ends = self.from_time, self.until_time
        a_day = 24 * 60
        if begins is not None and ends is not None and begins != ends:
            a_day = (_minute(ends) - _minute(begins)) % a_day
        return (len(self.weekdays) or 7) * a_day


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """A price list. `line`: only calls of this line; "": any. Both days of validity belong to it."""

    id: int
    direction: str
    currency: str
    line: str = ""
    rounding: str = "up"
    decimals: int = 2
    charges_unanswered: bool = False
    valid_from: date | None = None
    valid_until: date | None = None
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def fits(self, asked: Asked) -> bool:
        day = asked.at.date()
        is_valid = (self.valid_from or day) <= day <= (self.valid_until or day)
        return is_valid and self.direction == asked.direction and self.line in ("", asked.line)

    def row_for(self, number: str, at: datetime) -> Row | None:
        """The longest prefix that has a row for this moment."""
        for prefix in _prefixes(number):
            holding = [row for row in self.rows.get(prefix, ()) if row.holds_at(at)]
            if holding:
                return min(holding, key=lambda row: (row.minutes_a_week, row.id))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call. `at`: its beginning on the company's clock. `seconds` talked; 0: nobody answered."""

    number: str
    direction: str
    line: str
    at: datetime
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    cost: Decimal
    currency: str
    list_id: int
    row_id: int
    billed_seconds: int


def charge(asked: Asked, tables: Iterable[PriceTable]) -> Charge | None:
    """None when no price list says anything about it. `tables` in the order of `in_order`; the first that has a row
    decides."""
    number = plain_number(asked.number)
    for table in tables:
        row = table.row_for(number, asked.at) if table.fits(asked) else None
        if row is not None:
            return Charge(
                cost=cost_of(asked.seconds, row, table),
                currency=table.currency,
                list_id=table.id,
                row_id=row.id,
                billed_seconds=billed_seconds(asked.seconds, row),
            )
    return None


def in_order(tables: Iterable[PriceTable]) -> list[PriceTable]:
    """Lists of one line before those of all, newer before older."""
    return sorted(tables, key=lambda one: (bool(one.line), one.valid_from or date.min, one.id), reverse=True)


def cost_of(seconds: int, row: Row, table: PriceTable) -> Decimal:
    if seconds <= 0 and not table.charges_unanswered:
        return Decimal(0)
    exact = (row.fee * 60 + row.per_minute * billed_seconds(seconds, row)) / 60
    return exact.quantize(Decimal(1).scaleb(-table.decimals), rounding=ROUNDINGS[table.rounding])


def billed_seconds(seconds: int, row: Row) -> int:
    """What is left after the free seconds, in steps: the first one, then whole further ones."""
    left = seconds - row.free_seconds
    if seconds <= 0 or left <= 0:
        return 0
    if left <= row.first_step:
        return row.first_step
    return row.first_step + -(-(left - row.first_step) // row.next_step) * row.next_step


def whole_seconds(talked: float) -> int:
    """A second that was begun counts; what only a computer's arithmetic adds does not."""
    return max(0, math.ceil(round(talked, 3)))


def plain_number(number: str) -> str:
    """Digits, with a "+" before those of an international number; "00" before it is read as one."""
    text = number.strip()
    digits = "".join(mark for mark in text if mark in "0123456789")
    if text.startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") and len(digits) > 7 else digits


def _prefixes(number: str) -> Iterator[str]:
    for length in range(min(len(number), LONGEST_PREFIX), -1, -1):
        yield number[:length]


def by_prefix(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.prefix, []).append(row)
    return found


def hold_together(one: Row, other: Row) -> bool:
    """Whether there is a moment of the week at which both hold."""
    begins = {time(), one.from_time or time(), other.from_time or time()}
    moments = (datetime.combine(date(2001, 1, day), clock) for day in range(1, 8) for clock in begins)  # from a Monday
    return any(one.holds_at(at) and other.holds_at(at) for at in moments)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def percent_spent(spent: Decimal, amount: Decimal) -> int:
    """Whole percent, rounded down: 99.99 is not yet all."""
    return int(spent * 100 // amount) if amount > 0 else 0


def warnings_due(spent: Decimal, amount: Decimal, given: Iterable[int]) -> list[int]:
    """The steps of WARNED_AT that are reached and were not yet told."""
    told = set(given)
    return [step for step in WARNED_AT if percent_spent(spent, amount) >= step and step not in told]
