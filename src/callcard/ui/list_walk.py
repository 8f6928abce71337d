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

from callcard.ui.list_ids import among, counts_of
from callcard.ui.lists import PAGE_SIZE, Asked, Page, cursor_of, read_cursor

CHECKED_AT_MOST = 8000
_FIRST, _LARGEST = 200, 2000
_BEYOND_ALL = 2**62

Place = tuple[Any, int]
_Step = tuple["Source", list[int], dict[int, Place]]
"""A source, ids of its next few in their order, and their places if these are known already."""


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
        rows = [self._ordered(part, at, is_descending)[:count] for part in self.parts]
        if len(rows) == 1:
            return list(rows[0])
        if connection.vendor == "sqlite":  # orders names as Python does
            joined = sorted((place for part in rows for place in part), reverse=is_descending)
        else:
            order = [f"-{name}" if is_descending else name for name in dict.fromkeys((self.key, self.pk))]
            joined = list(rows[0].union(*rows[1:]).order_by(*order)[:count])
        return list(dict.fromkeys(joined))[:count]

    def take_ids(self, at: Place | None, count: int, *, is_descending: bool) -> list[int]:
        """`take` of one part, without what orders them: making Python's moments of thousands took most of a walk."""
        return list(self._ordered(self.parts[0], at, is_descending).values_list(self.pk, flat=True)[:count])

    def places(self, ids: Sequence[int]) -> dict[int, Place]:
        """Of ids in the one part."""
        rows = self.parts[0].filter(among(self.pk, ids)).order_by().values_list(self.key, self.pk)
        return {pk: (key, pk) for key, pk in rows}

    def nth(self, at: Place | None, count: int, *, is_descending: bool) -> Place | None:
        """The last one that `take` would give; None when there are fewer."""
        if len(self.parts) == 1:
            return next(iter(self._ordered(self.parts[0], at, is_descending)[count - 1 : count]), None)
        return next(iter(self.take(at, count, is_descending=is_descending)[count - 1 :]), None)

    def _ordered(self, part: QuerySet[Any], at: Place | None, is_descending: bool) -> QuerySet[Any]:
        names = list(dict.fromkeys((self.key, self.pk)))
        rows = part.filter(self._beyond(at, is_descending)) if at else part
        return rows.order_by(*(f"-{name}" if is_descending else name for name in names)).values_list(self.key, self.pk)

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
    return rows.filter(among("pk", ids)).count(), len(ids) < most


def looked_at_each(rows: QuerySet[Any], sources: Sequence[Source], most: int) -> list[int | None]:
    """How many records of each source are among `rows`; None for a source of `most` records or more."""
    parts = [(place, _ids_of(source, part)) for place, source in enumerate(sources) for part in source.parts]
    sizes = [0] * len(sources)
    for (place, _ids), size in zip(parts, counts_of([ids[:most] for _place, ids in parts]), strict=True):
        sizes[place] += size
    small = [(place, ids) for place, ids in parts if 0 < sizes[place] < most]
    numbers: list[int | None] = [None if size >= most else 0 for size in sizes]
    fitting = [rows.order_by().filter(pk__in=ids[:most]).values_list("pk") for _place, ids in small]
    for (place, _ids), number in zip(small, counts_of(fitting), strict=True):
        numbers[place] = (numbers[place] or 0) + number
    return numbers


def _ids_of(source: Source, part: QuerySet[Any]) -> QuerySet[Any]:
    return part.order_by().values_list(source.pk, flat=True)


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
            source, ids, known = self._furthest(min(count, most - checked))
            fitting = set(self.rows.filter(among("pk", ids)).values_list("pk", flat=True))
            found = [pk for pk in ids if pk in fitting][: wanted - len(self.found)]
            places = known or source.places([*found, *ids[-1:]])
            self.found += [places[pk] for pk in found if pk in places]
            self.at = places.get(ids[-1], self.at) if ids else self.at
            checked += max(1, len(ids))
            count = min(count * 4, _LARGEST)

    def _furthest(self, count: int) -> _Step:
        """The next few of the source that gets furthest with them."""
        if len(self.sources) == 1:
            return self._next_of(self.sources[0], count)
        ends = [one.nth(self.at, count, is_descending=self.is_descending) for one in self.sources]
        ending = [one for one, end in zip(self.sources, ends, strict=True) if end is None]
        if ending:
            return min((self._next_of(one, count) for one in ending), key=lambda found: len(found[1]))
        return self._next_of(self.sources[self._last_of([end for end in ends if end])], count)

    def _next_of(self, source: Source, count: int) -> _Step:
        known: dict[int, Place] = {}
        if count <= _FIRST or len(source.parts) > 1 or source.key == source.pk:
            known = {place[1]: place for place in source.take(self.at, count, is_descending=self.is_descending)}
            ids = list(known)
        else:
            ids = source.take_ids(self.at, count, is_descending=self.is_descending)
        self.has_ended |= len(ids) < count
        return source, ids, known

    def _last_of(self, places: list[Place]) -> int:
        """Which of the places is the last one. Of names the database says it: it alone knows how it orders them."""
        if not isinstance(places[0][0], str) or connection.vendor == "sqlite":
            return places.index(min(places) if self.is_descending else max(places))
        order = (self.by, "pk") if self.is_descending else (f"-{self.by}", "-pk")
        ids = [pk for _key, pk in places]
        records = self.rows.model._default_manager.filter(pk__in=ids)
        last = records.order_by(*order).values_list("pk", flat=True).first()
        return ids.index(last) if last in ids else 0
