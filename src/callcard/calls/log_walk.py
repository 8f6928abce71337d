"""A page of a log of ten million calls: indexes are walked in the order of time, past the calls that do not fit.

Each filter that has an index in the order of time is a source. A step of the walk asks every source for its next few
and goes with the one that gets furthest with them, because there the fewest fit. Filters without such an index are
looked at in windows of time. What remains possible is that many calls fit each filter and few fit all: both end after
a bounded number of rows, and the page says how far it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from callcard.calls.models import CallQuerySet
from callcard.ui.lists import PAGE_SIZE, Asked, Page, cursor_of, read_cursor

CHECKED_AT_MOST = 12_000
_FIRST, _LARGEST = 200, 3000
_WINDOWS = (2_000, 10_000, 48_000)
_BEYOND_ALL = 2**62

Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Source:
    """Calls in the order of time: `parts` are rows of one table that together hold them, `key` their time."""

    parts: Sequence[QuerySet[Any]]
    key: str = "started_at"
    pk: str = "pk"

    def take(self, at: Place | None, count: int, *, is_descending: bool) -> list[Place]:
        """The next ones behind the place `at`."""
        order = [f"-{name}" if is_descending else name for name in (self.key, self.pk)]
        parts = [part.filter(beyond(at, self.key, self.pk, is_descending)) if at else part for part in self.parts]
        found: set[Place] = set()
        for part in parts:
            found.update(part.order_by(*order).values_list(self.key, self.pk)[:count])
        return sorted(found, reverse=is_descending)[:count]


def beyond(at: Place, key: str, pk: str, is_descending: bool) -> Q:
    step = "lt" if is_descending else "gt"
    further = Q(**{f"{key}__{step}": at[0]}) | Q(**{key: at[0], f"{pk}__{step}": at[1]})
    # The bound by itself lets the database begin at the place in its index.
    return Q(**{f"{key}__{step}e": at[0]}) & further


def walk(rows: CallQuerySet, sources: Sequence[Source], asked: Asked, *, size: int = PAGE_SIZE) -> Page:
    """The page asked for, with ids for rows. `rows`: calls to which every filter applies."""
    return _page(_Walk(rows, sources, _is_descending(asked)), asked, size)


def look_through(rows: CallQuerySet, within: CallQuerySet, asked: Asked, *, size: int = PAGE_SIZE) -> Page:
    """As `walk`, in windows of time. `within`: those among whom `rows` are, by the index of time alone."""
    return _page(_Windows(rows, within, _is_descending(asked)), asked, size)


def _is_descending(asked: Asked) -> bool:
    return asked.is_descending != bool(asked.before or asked.is_last)


def _page(steps: _Walk | _Windows, asked: Asked, size: int) -> Page:
    is_back = bool(asked.before or asked.is_last)
    at = read_place(asked.before or asked.after)
    steps.go(at, size + 1)
    found = steps.found[:size]
    ends = (found[0], found[-1]) if found else None
    has_more = len(steps.found) > size
    if is_back:
        found.reverse()
    further = (ends[1] if has_more and ends else None) or (None if steps.has_ended else steps.at)
    behind = (ends[0] if ends else at) if at is not None else None
    forth, back = (behind, further) if is_back else (further, behind)
    return Page(
        [pk for _at, pk in found],
        next=_cursor(forth) if forth else "",
        previous=_cursor(back) if back else "",
        is_cut=not has_more and not steps.has_ended,
    )


def _cursor(place: Place) -> str:
    return cursor_of(place[0], place[1])


def read_place(text: str) -> Place | None:
    """None for no place and for anything that is none."""
    cursor = read_cursor(text)
    try:
        at = datetime.fromisoformat(str(cursor[0])) if cursor else None
        return (at.astimezone(UTC), cursor[1]) if at and cursor and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


class _Walk:
    def __init__(self, rows: CallQuerySet, sources: Sequence[Source], is_descending: bool) -> None:
        self.rows, self.sources, self.is_descending = rows, sources, is_descending
        self.found: list[Place] = []
        self.at: Place | None = None
        self.has_ended = False

    def go(self, at: Place | None, wanted: int) -> None:
        self.at = at
        checked, count = 0, wanted if len(self.sources) == 1 else _FIRST
        while len(self.found) < wanted and not self.has_ended and checked < CHECKED_AT_MOST:
            places = self._furthest(min(count, CHECKED_AT_MOST - checked))
            fitting = set(self.rows.filter(pk__in=[pk for _at, pk in places]).values_list("pk", flat=True))
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
        return (min if self.is_descending else max)(all_places, key=lambda places: places[-1])


class _Windows:
    def __init__(self, rows: CallQuerySet, within: CallQuerySet, is_descending: bool) -> None:
        self.rows, self.within, self.is_descending = rows, within, is_descending
        self.order = ["-started_at", "-pk"] if is_descending else ["started_at", "pk"]
        self.found: list[Place] = []
        self.at: Place | None = None
        self.has_ended = False

    def go(self, at: Place | None, wanted: int) -> None:
        self.at = at
        for width in _WINDOWS:
            end = self._end_of(width)
            rows = self._behind(self.rows)
            if end is not None:
                rows = rows.filter(**{"started_at__gte" if self.is_descending else "started_at__lte": end})
            missing = wanted - len(self.found)
            self.found += rows.order_by(*self.order).values_list("started_at", "pk")[:missing]
            self.has_ended = end is None and len(self.found) < wanted
            if len(self.found) == wanted or end is None:
                return
            self.at = (end, 0 if self.is_descending else _BEYOND_ALL)

    def _behind(self, rows: CallQuerySet) -> CallQuerySet:
        return rows.filter(beyond(self.at, "started_at", "pk", self.is_descending)) if self.at else rows

    def _end_of(self, width: int) -> datetime | None:
        """Where the next so many calls end; None: there are not so many."""
        ordered = self._behind(self.within).order_by(self.order[0])
        return ordered.values_list("started_at", flat=True)[width : width + 1].first()
