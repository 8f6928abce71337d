"""What is readable in the rows of a price list and yet cannot be meant: rows that contradict each other, prefixes that
no number begins with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from callcard.calls.tariffs.models import Price
from callcard.calls.tariffs.rules import Row, hold_together

_MOST_OF_ONE_PREFIX = 100
_LONGEST_SHORT_NUMBER = 4  # digits; longer ones without a country's code are one that lost its "+"


def contradictions(read: Iterable[tuple[int, Price]]) -> list[tuple[int, str]]:
    """`read`: with the numbers of their lines. Two rows of one prefix that hold for equally long and sometimes together
    leave open which of them decides."""
    problems: list[tuple[int, str]] = []
    held: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for number, price in read:
        row, others = _row(price), held[price.prefix]
        if len(others) >= _MOST_OF_ONE_PREFIX:
            words = _("There are more than %(most)s rows of this prefix.") % {"most": _MOST_OF_ONE_PREFIX}
            return [*problems, (number, words)]
        line = next((line for line, other in others if _contradict(row, other)), None)
        if line is not None:
            words = _(
                "Days and hours of this row and of line %(line)s overlap, and nothing says which of them decides."
            )
            problems.append((number, words % {"line": line}))
        others.append((number, row))
    return problems


def unlikely_prefixes(prices: Sequence[Price]) -> list[str]:
    """Those without a country's code that no number outside begins with: in calls such numbers have their "+"."""
    plain = sorted({price.prefix for price in prices if price.prefix and not price.prefix.startswith("+")})
    if len(plain) > 3 and not any(price.prefix.startswith("+") for price in prices):
        return plain
    return [prefix for prefix in plain if prefix.startswith("0") or len(prefix) > _LONGEST_SHORT_NUMBER]


def _contradict(one: Row, other: Row) -> bool:
    return one.minutes_a_week == other.minutes_a_week and hold_together(one, other)


def _row(price: Price) -> Row:
    days = frozenset(int(day) for day in price.weekdays)
    return Row(
        id=0,
        prefix=price.prefix,
        per_minute=price.per_minute,
        weekdays=days,
        from_time=price.from_time,
        until_time=price.until_time,
    )
