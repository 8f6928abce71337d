"""Reads of customers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from django.db import connection

from callcard.customers.rules import MatchKind, NumberMatch, StoredNumber, decide_exact, decide_possible
from callcard.telephony.numbers import ENDING_DIGITS, Reading, read_number, readings

__all__ = ["MatchKind", "NumberMatch", "match_number"]

_READINGS_ASKED = 4
_ENDINGS_READ = 200
_OWN_LINE, _OWN_EXTENSION = -1, -2

# On the way of every ring, so without the ORM, and one statement text for any number of readings: the server keeps
# its plan. Own numbers come in the same round trip, because another process may have changed them a moment ago.
_OWNERS = f"""
SELECT p.e164, p.customer_id FROM customers_phone p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.e164 IN ({", ".join(["%s"] * _READINGS_ASKED)}) AND c.archived_at IS NULL
UNION ALL SELECT e164, {_OWN_LINE} FROM staff_line WHERE number = %s OR e164 IN ({", ".join(["%s"] * _READINGS_ASKED)})
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


def match_number(raw: str, *, region: str) -> NumberMatch:
    """Whose number `raw` (as the PBX sent it) is, in an office of `region`. Archived customers have no numbers.

    One indexed query when somebody has the whole number; a second one for "possible" when nobody has.
    """
    number = read_number(raw, region)
    if number.is_withheld:
        return NumberMatch(kind="withheld", customer_ids=(), e164="")
    presented = readings(raw, region)
    if not raw.strip():
        return NumberMatch(kind="none", customer_ids=(), e164="")
    owners, is_own = _owners(_storable(raw), presented)
    if is_own:
        return NumberMatch(kind="own", customer_ids=(), e164=number.e164)
    return decide_exact(presented, owners) or _possible(number.ending, presented, region)


def archived_owners(numbers: Collection[str]) -> dict[str, int]:
    """E.164 -> id of an archived customer whose number it was; the one who had it last."""
    if not numbers:
        return {}
    sql = _ARCHIVED_OWNERS.format(", ".join(["%s"] * len(numbers)))
    return dict(_rows(sql, list(numbers)))


def _storable(raw: str) -> str:
    """Without what no database takes as text."""
    return raw.encode("utf-8", "ignore").decode().replace("\x00", "").strip()


def _owners(raw: str, presented: tuple[Reading, ...]) -> tuple[dict[str, list[int]], bool]:
    """Customers by E.164, and whether the number is the company's own."""
    asked = [reading.e164 for reading in presented[:_READINGS_ASKED]]
    asked += [_NO_READING] * (_READINGS_ASKED - len(asked))
    owners: dict[str, list[int]] = {}
    is_own = False
    for e164, customer_id in _rows(_OWNERS, [*asked, raw[:64], *asked, raw[:32]]):
        if customer_id < 0:
            is_own = True
        elif customer_id not in owners.setdefault(e164, []):
            owners[e164].append(customer_id)
    return owners, is_own


def _possible(ending: str, presented: tuple[Reading, ...], region: str) -> NumberMatch:
    if len(ending) < ENDING_DIGITS:
        return decide_possible(presented, ())
    found = _rows(_BY_ENDING, [ending])
    return decide_possible(presented, (StoredNumber(pk, readings(raw, region)) for pk, raw in found))


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
