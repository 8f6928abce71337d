"""Whose many numbers are, for work in which nobody waits for a single one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from callcard.customers.queries import READINGS_ASKED, Known, asked_rows, matched, storable
from callcard.customers.rules import NumberMatch
from callcard.telephony.numbers import Reading, readings

_OWNERS = """
SELECT 'customer', p.e164, p.customer_id FROM customers_phone p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.e164 IN ({e164}) AND c.archived_at IS NULL
UNION ALL SELECT 'e164', e164, 0 FROM staff_line WHERE e164 IN ({e164})
UNION ALL SELECT 'line', number, 0 FROM staff_line WHERE number IN ({line})
UNION ALL SELECT 'extension', number, 0 FROM staff_extension WHERE number IN ({extension})
"""


def match_numbers(raws: Collection[str], *, region: str) -> dict[str, NumberMatch]:
    """As queries.match_number for each, in one query for all numbers that somebody has as a whole."""
    presented = {raw: readings(raw, region) for raw in raws}
    known = _ask(presented) if presented else _Many()
    return {raw: matched(raw, region, known.of) for raw in presented}


@dataclass(slots=True)
class _Many:
    owners: dict[str, list[int]] = field(default_factory=dict)
    own: set[tuple[str, str]] = field(default_factory=set)  # (how it is written down, number) of the company's

    def of(self, raw: str, presented: tuple[Reading, ...]) -> Known:
        asked = _asked(presented)
        names = [("line", raw[:64]), ("extension", raw[:32]), *(("e164", e164) for e164 in asked)]
        return {e164: self.owners[e164] for e164 in asked if e164 in self.owners}, not self.own.isdisjoint(names)


def _ask(presented: Mapping[str, tuple[Reading, ...]]) -> _Many:
    written = [storable(raw) for raw in presented]
    e164s = sorted({e164 for found in presented.values() for e164 in _asked(found)}) or ["-"]
    lines, extensions = sorted({raw[:64] for raw in written}), sorted({raw[:32] for raw in written})
    sql = _OWNERS.format(e164=_marks(e164s), line=_marks(lines), extension=_marks(extensions))
    many = _Many()
    for kind, number, customer_id in asked_rows(sql, [*e164s, *e164s, *lines, *extensions]):
        if kind != "customer":
            many.own.add((kind, number))
        elif customer_id not in many.owners.setdefault(number, []):
            many.owners[number].append(customer_id)
    return many


def _asked(presented: tuple[Reading, ...]) -> list[str]:
    return [reading.e164 for reading in presented[:READINGS_ASKED]]


def _marks(values: Collection[str]) -> str:
    return ", ".join(["%s"] * len(values))
