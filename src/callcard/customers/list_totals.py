"""Sums that other rooms show under the list of customers, such as what those who are found owe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from callcard.customers.list_query import Found
from callcard.staff.models import User


@dataclass(frozen=True, slots=True)
class Total:
    """`words`: of what, such as "owed". Money of different currencies is never added."""

    words: str
    currency: str
    amount: Decimal


MOST_SUMMED = 5000
Reader = Callable[[User, Sequence[int] | None], list[Total]]
"""(who asks, ids of the customers that are found, None: all whom one may see) -> sums; none where they would have to
be made of too many rows."""
_readers: list[Reader] = []


def offer_totals(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def totals_of(user: User, found: Found) -> list[Total]:
    """Of few customers, or of all; none of many to whom some filter applies."""
    if found.ids is None and (found.conditions or found.archived):
        return []
    if found.ids is not None and len(found.ids) > MOST_SUMMED:
        return []
    return [total for read in _readers for total in read(user, found.ids)]
