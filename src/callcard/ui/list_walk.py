"""A page of a list of a million: the walk along indexes in the list's order, past those that do not fit.

Each filter that has an index in the list's order is a source: the records that it lets through, in that order. A step
of the walk asks every source for its next few, and goes with the one that gets furthest with them, because there the
fewest fit; from where it arrives the others are asked again. So a filter whose records all stand at one end of the
alphabet is reached in one step. What remains possible is that many fit each source and few fit all: the walk ends
after `CHECKED_AT_MOST` records, and the page says how far it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Field, Q, QuerySet

from callcard.ui.lists import PAGE_SIZE, Asked, Page, cursor_of, read_cursor

CHECKED_AT_MOST = 8000
_FIRST, _LARGEST = 200, 2000
_BEYOND_ALL = 2**62

Place = tuple[Any, int]


@dataclass(frozen=True, slots=True)
class Source:
    """Records in the list's order: `parts` are rows of one table that together hold them. `key`: what orders the rows,
    `pk`: the record's id; the same name when the id itself is the order. `reads`: the column that the key, if it is
    none, is made of."""

    parts: Sequence[QuerySet[Any]]
    key: str
    pk: str = "pk"
    reads: str = ""

    def take(self, at: Place | None, count: int, *, is_descending: bool) -> list[Place]:
        """The next ones after the place `at`."""
        names = list(dict.fromkeys((self.key, self.pk)))
        order = [f"-{name}" if is_descending else name for name in names]
        parts = [part.filter(self._beyond(at, is_descending)) if at else part for part in self.parts]
        rows = [part.order_by(*order).values_list(self.key, self.pk)[:count] for part in parts]
        if len(rows) == 1:
            return list(rows[0])
        if connection.vendor == "sqlite":  # orders names as Python does
            joined = sorted((place for part in rows for place in part), reverse=is_descending)
        else:
            joined = list(rows[0].union(*rows[1:], all=True).order_by(*order)[:count])
        return list(dict.fromkeys(joined))[:count]

    def _beyond(self, at: Place, is_descending: bool) -> Q:
        value, pk = at
        step = "lt" if is_descending else "gt"
        if self.key == self.pk:
            return Q(**{f"{self.pk}__{step}": pk})
        further = Q(**{f"{self.key}__{step}": value}) | Q(**{self.key: value, f"{self.pk}__{step}": pk})
        # The bound by itself lets the database begin at the place in its index.
        return Q(**{f"{self.key}__{step}e": value}) & further


def walk(
    rows: QuerySet[Any], sources: Sequence[Source], asked: Asked, *, by: str, size: int = PAGE_SIZE, most: int = 0
) -> Page:
    """The page asked for, with ids for rows. `rows`: records to which every filter applies. `by`: the column of these
    records that a text of the sources is a copy of. `most`: how many are looked at, if not `CHECKED_AT_MOST`."""
    is_back = bool(asked.before or asked.is_last)
    steps = _Walk(rows, sources, by, is_descending=asked.is_descending != is_back)
    at = _beginning(asked, sources[0])
    steps.go(at, size + 1, most or CHECKED_AT_MOST)
    found = steps.found[:size]
    ends = (found[0], found[-1]) if found else None
    has_more = len(steps.found) > size
    if is_back:
        found.reverse()
    further = (ends[1] if has_more and ends else None) or (None if steps.has_ended else steps.at)
    behind = (ends[0] if ends else at) if at is not None else None
    forth, back = (behind, further) if is_back else (further, behind)
    return Page(
        [pk for _key, pk in found],
        next=cursor_of(*forth) if forth else "",
        previous=cursor_of(*back) if back else "",
        is_cut=not has_more and not steps.has_ended,
    )


def _beginning(asked: Asked, source: Source) -> Place | None:
    """None for a place that no such list has."""
    cursor = read_cursor(asked.before or asked.after)
    if cursor is None:
        is_by_name = source.key in ("search_name", "name") and asked.letter and not asked.is_last
        return (asked.letter, _BEYOND_ALL if asked.is_descending else 0) if is_by_name else None
    if source.key == source.pk:
        return cursor[1], cursor[1]
    column = source.parts[0].model._meta.get_field(source.reads or source.key)
    assert isinstance(column, Field)
    try:
        value = column.to_python(cursor[0])
    except (ValidationError, TypeError, ValueError, OverflowError):
        return None
    return None if value is None else (value, cursor[1])


def looked_at(rows: QuerySet[Any], source: Source, most: int) -> tuple[int, bool]:
    """How many of the first `most` records of a source are among `rows`, and whether the source has no more."""
    ids = [pk for part in source.parts for pk in part.order_by().values_list(source.pk, flat=True)[:most]]
    return rows.filter(pk__in=ids).count(), len(ids) < most


class _Walk:
    def __init__(self, rows: QuerySet[Any], sources: Sequence[Source], by: str, *, is_descending: bool) -> None:
        self.rows, self.sources, self.by, self.is_descending = rows, sources, by, is_descending
        self.found: list[Place] = []
        self.at: Place | None = None
        self.has_ended = False

    def go(self, at: Place | None, wanted: int, most: int) -> None:
        self.at = at
        checked, count = 0, wanted if len(self.sources) == 1 else _FIRST
        while len(self.found) < wanted and not self.has_ended and checked < most:
            places = self._furthest(min(count, most - checked))
            fitting = set(self.rows.filter(pk__in=[pk for _key, pk in places]).values_list("pk", flat=True))
            self.found += [place for place in places if place[1] in fitting]
            self.at = places[-1] if places else self.at
            checked += len(places)
            count = min(count * 4, _LARGEST)

    def _furthest(self, count: int) -> list[Place]:
        """The next few of the source that gets furthest with them."""
        all_places = [one.take(self.at, count, is_descending=self.is_descending) for one in self.sources]
        ending = [places for places in all_places if len(places) < count]
        if ending:
            self.has_ended = True
            return min(ending, key=len)
        return all_places[0] if len(all_places) == 1 else all_places[self._last_of([one[-1] for one in all_places])]

    def _last_of(self, places: list[Place]) -> int:
        """Which of the places is the last one. Of names the database says it: it alone knows how it orders them."""
        if not isinstance(places[0][0], str) or connection.vendor == "sqlite":
            return places.index(min(places) if self.is_descending else max(places))
        order = (self.by, "pk") if self.is_descending else (f"-{self.by}", "-pk")
        ids = [pk for _key, pk in places]
        records = self.rows.model._default_manager.filter(pk__in=ids)
        last = records.order_by(*order).values_list("pk", flat=True).first()
        return ids.index(last) if last in ids else 0
