"""What a customer is found by, and how it gets into the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from callcard.customers import grams
from callcard.customers.rows_at_once import copy_rows
from callcard.customers.search_models import SearchSlip

_AT_ONCE = 500
_WITH_NAMES = ("name", "person")
_as_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a customer is found by."""

    customer_id: int
    entries: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]

    @property
    def grams(self) -> str:
        return " ".join(grams.all_grams(self.entries, self.facts))


class Ready(NamedTuple):
    """A document as the database keeps it: most of the work, which need not be done inside a transaction."""

    entries: str
    facts: str
    grams: str
    words: frozenset[str]  # of names, that somebody may misspell


def ready(document: Document) -> Ready:
    texts = (text for source, text in document.entries if source in _WITH_NAMES)
    words = frozenset(word for text in texts for word in grams.words(text) if grams.may_slip(word))
    return Ready(_as_json(document.entries), " ".join(document.facts), document.grams, words)


def insert(rows: Sequence[tuple[int, Ready]], known_words: set[str] | None = None) -> None:
    """(customer, what they are found by) of customers who are not in the index.

    `known_words`: words of names that the index is known to have, kept by who writes many customers; gets more.
    """
    if connection.vendor == "sqlite":
        _insert_in_sqlite(rows)
    else:
        columns = ("customer_id", "entries", "facts", "version", "grams")
        values = [(pk, one.entries, one.facts, grams.VERSION, _as_vector(one.grams)) for pk, one in rows]
        copy_rows("customers_searchtext", columns, values)
    _write_slips({word for _pk, one in rows for word in one.words}, set() if known_words is None else known_words)


def _insert_in_sqlite(rows: Sequence[tuple[int, Ready]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO customers_searchtext (customer_id, entries, facts, version) VALUES (%s, %s, %s, %s)",
            [(pk, one.entries, one.facts, grams.VERSION) for pk, one in rows],
        )
        cursor.executemany(
            "INSERT INTO customers_searchgrams (rowid, grams) VALUES (%s, %s)",
            [(pk, one.grams) for pk, one in rows],
        )


def _as_vector(pieces: str) -> str:
    """As PostgreSQL writes a tsvector without places."""
    quoted = pieces.replace("\\", "\\\\").replace("'", "''").split(" ")
    return " ".join(f"'{piece}'" for piece in quoted if piece)


def _write_slips(words: Iterable[str], known: set[str]) -> None:
    """Words of names that are new to the program. They stay when nobody has them any more: nobody is found then."""
    able = set(words) - known
    if not able:
        return
    # Those that are written now are known when they are found again: this transaction may still be undone.
    known.update(SearchSlip.objects.filter(key__in=[_known(word) for word in able]).values_list("word", flat=True))
    # In one order, so that two who write at once do not wait for each other.
    rows = [
        SearchSlip(key=key, word=word)
        for word in sorted(able - known)
        for key in sorted({*grams.slips(word), _known(word)})
    ]
    SearchSlip.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_AT_ONCE)


def _known(word: str) -> str:
    """The key under which a word itself is kept, whatever it sounds like."""
    return grams.whole(word)[:12]
