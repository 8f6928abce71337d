"""Who is calling: decided from what a number may mean and whose numbers are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from callcard.telephony.numbers import Reading, are_one_number

MatchKind = Literal["none", "exact", "several", "possible", "withheld", "own"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMatch:
    """`customer_ids`: one for exact, some for several and possible, else none. `e164` may be empty."""

    kind: MatchKind
    customer_ids: tuple[int, ...]
    e164: str


@dataclass(frozen=True, slots=True)
class StoredNumber:
    """A customer's number; `readings` are those of what was typed, the one that counts first."""

    customer_id: int
    readings: tuple[Reading, ...]


def decide_exact(presented: tuple[Reading, ...], owners: Mapping[str, Iterable[int]]) -> NumberMatch | None:
    """The match by whole number, or None. `owners`: E.164 -> customers that have it.

    A reading that is not the likeliest proves nothing by itself, so it gives "possible"; if several readings
    have owners, a person chooses.
    """
    hits = [reading for reading in presented if reading.e164 in owners]
    if not hits:
        return None
    ids = tuple(dict.fromkeys(i for reading in hits for i in owners[reading.e164]))
    if len(ids) > 1:
        return NumberMatch(kind="several", customer_ids=ids, e164=hits[0].e164)
    is_likeliest = not any(reading.is_valid for reading in presented[: presented.index(hits[0])])
    kind: MatchKind = "exact" if is_likeliest else "possible"
    return NumberMatch(kind=kind, customer_ids=ids, e164=hits[0].e164)


def decide_possible(presented: tuple[Reading, ...], stored: Iterable[StoredNumber]) -> NumberMatch:
    """The match by national ending among numbers that share it: possible, or none."""
    ids = tuple(dict.fromkeys(s.customer_id for s in stored if _may_be_one(presented, s.readings)))
    e164 = presented[0].e164 if presented else ""
    return NumberMatch(kind="possible" if ids else "none", customer_ids=ids, e164=e164)


def _may_be_one(presented: tuple[Reading, ...], stored: tuple[Reading, ...]) -> bool:
    if not presented or not stored:
        return False
    if {r.e164 for r in presented if r.is_valid} & {r.e164 for r in stored if r.is_valid}:
        return True
    return are_one_number(presented[0], stored[0])
