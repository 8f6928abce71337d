"""How many customers have a gram, as PostgreSQL last counted: by it a question is asked the quick way.

PostgreSQL takes grams of one word for independent of each other, which they never are, and then reads half a million
customers to give sixty of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from django.db import connection

from callcard.customers.search_query import Slot

_KNOWN_SECONDS = 600.0
_ASKED_OF_AN_OPTION = 2
_ALMOST_ALL = 0.3


@dataclass(frozen=True, slots=True)
class Frequencies:
    """`shares`: of the customers, by gram; those that are missing are rare."""

    customers: int = 0
    shares: dict[str, float] = field(default_factory=dict)

    def most(self, slots: Sequence[Slot]) -> int:
        """No more customers than so many have what is asked for."""
        return round(self.customers * min((self._share(slot) for slot in slots), default=1.0))

    def expected(self, slots: Sequence[Slot], among: int) -> float:
        """How many of so many customers fit, if one word says nothing about the next."""
        return among * prod(self._share(slot) for slot in slots)

    def rarest(self, slots: Sequence[Slot]) -> list[Slot]:
        """A question that the index answers sooner: the rarest grams, without words that nearly everybody has. Whoever
        fits the question fits this one too."""
        telling = [slot for slot in slots if self._share(slot) < _ALMOST_ALL] or list(slots)
        return [[sorted(option, key=self._of)[:_ASKED_OF_AN_OPTION] for option in slot] for slot in telling]

    def _of(self, gram: str) -> float:
        return self.shares.get(gram, 0.0)

    def _share(self, slot: Slot) -> float:
        return min(1.0, sum(min(self._of(gram) for gram in option) for option in slot))


_known: tuple[float, str, Frequencies] = (0.0, "", Frequencies())


def frequencies() -> Frequencies:
    """Read from time to time; they change as slowly as the base grows."""
    global _known
    until, database, known = _known
    name = str(connection.settings_dict["NAME"])
    if time.monotonic() > until or database != name:
        known = _read()
        _known = (time.monotonic() + _KNOWN_SECONDS, name, known)
    return known


def _read() -> Frequencies:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'customers_searchtext'::regclass")
        customers = max(0, int(cursor.fetchone()[0]))
        cursor.execute(
            "SELECT UNNEST(most_common_elems::text::text[]), UNNEST(most_common_elem_freqs) FROM pg_stats "
            "WHERE schemaname = CURRENT_SCHEMA AND tablename = 'customers_searchtext' AND attname = 'grams'"
        )
        return Frequencies(customers, {gram: share for gram, share in cursor.fetchall() if gram is not None})
