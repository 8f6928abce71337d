"""Reads of customers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, cast

from django.db import connection

from callcard.customers.rules import MatchKind, NumberMatch, StoredNumber, decide_exact, decide_possible
from callcard.telephony.numbers import ENDING_DIGITS, Reading, read_number, readings

__all__ = ["MatchKind", "NumberMatch", "match_number"]

READINGS_ASKED = 4
"""So many of what a number may mean are looked up."""
_ENDINGS_READ = 200
_OWN_LINE, _OWN_EXTENSION = -1, -2

# On the way of every ring, so without the ORM, and one statement text for any number of readings: the server keeps
# its plan. Own numbers come in the same round trip, because another process may have changed them a moment ago.
_OWNERS = f"""
SELECT p.e164, p.customer_id FROM customers_phone p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.e164 IN ({", ".join(["%s"] * READINGS_ASKED)}) AND c.archived_at IS NULL
UNION ALL SELECT e164, {_OWN_LINE} FROM staff_line WHERE number = %s OR e164 IN ({", ".join(["%s"] * READINGS_ASKED)})
UNION ALL SELECT number, {_OWN_EXTENSION} FROM staff_extension WHERE number = %s
"""
_BY_ENDING = f"""
SELECT p.customer_id, p.raw FROM customers_phone p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.ending = %s AND c.archived_at IS NULL ORDER BY p.id LIMIT {_ENDINGS_READ}
"""
_ARCHIVED_OWNERS = """
SELECT p.e164, p.customer_id FROM customers_phone p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.e164 IN ({}) AND c.archived_at IS NOT NULL ORDER BY p.id
"""
_NO_READING = "-"  # no stored number looks so

Known = tuple[dict[str, list[int]], bool]
"""Customers by E.164, and whether the number is the company's own."""


def match_number(raw: str, *, region: str) -> NumberMatch:
    """Whose number `raw` (as the PBX sent it) is, in an office of `region`. Archived customers have no numbers.

    One indexed query when somebody has the whole number; a second one for "possible" when nobody has.
    """
    return matched(raw, region, _owners)


def matched(raw: str, region: str, known: Callable[[str, tuple[Reading, ...]], Known]) -> NumberMatch:
    """As `match_number`; `known` answers who has a number, without what no database takes as text."""
    number = read_number(raw, region)
    if number.is_withheld:
        return NumberMatch(kind="withheld", customer_ids=(), e164="")
    presented = readings(raw, region)
    if not raw.strip():
        return NumberMatch(kind="none", customer_ids=(), e164="")
    owners, is_own = known(storable(raw), presented)
    if is_own:
        return NumberMatch(kind="own", customer_ids=(), e164=number.e164)
    for ids in owners.values():
        ids.sort()  # those to choose from stand in one order, whichever the database found first
    return decide_exact(presented, owners) or _possible(number.ending, presented, region)


def archived_owners(numbers: Collection[str]) -> dict[str, int]:
    """E.164 -> id of an archived customer whose number it was; the one who had it last."""
    if not numbers:
        return {}
    sql = _ARCHIVED_OWNERS.format(", ".join(["%s"] * len(numbers)))
    return dict(asked_rows(sql, list(numbers)))


def storable(raw: str) -> str:
    """Without what no database takes as text."""
    return raw.encode("utf-8", "ignore").decode().replace("\x00", "").strip()


def _owners(raw: str, presented: tuple[Reading, ...]) -> Known:
    asked = [reading.e164 for reading in presented[:READINGS_ASKED]]
    asked += [_NO_READING] * (READINGS_ASKED - len(asked))
    owners: dict[str, list[int]] = {}
    is_own = False
    for e164, customer_id in asked_rows(_OWNERS, [*asked, raw[:64], *asked, raw[:32]]):
        if customer_id < 0:
            is_own = True
        elif customer_id not in owners.setdefault(e164, []):
            owners[e164].append(customer_id)
    return owners, is_own


def _possible(ending: str, presented: tuple[Reading, ...], region: str) -> NumberMatch:
    if len(ending) < ENDING_DIGITS:
        return decide_possible(presented, ())
    found = asked_rows(_BY_ENDING, [ending])
    return decide_possible(presented, (StoredNumber(pk, readings(raw, region)) for pk, raw in found))


def asked_rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """What this statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
