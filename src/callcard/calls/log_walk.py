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

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet

from callcard.calls.models import Call, CallQuerySet
from callcard.ui.lists import PAGE_SIZE, Asked, Page, cursor_of, read_cursor

WIDTHS = (400, 2_000, 8_000)
TIME_WIDTHS = (2_000, 10_000, 48_000)
_BEYOND_ALL = 2**62

Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Source:
    """Calls in the order of time: `parts` are rows of one table that together hold them, `key` their time."""

    parts: Sequence[QuerySet[Any]]
    key: str = "started_at"
    pk: str = "pk"


def beyond(at: Place, key: str, pk: str, is_descending: bool) -> Q:
    step = "lt" if is_descending else "gt"
    further = Q(**{f"{key}__{step}": at[0]}) | Q(**{key: at[0], f"{pk}__{step}": at[1]})
    # The bound by itself lets the database begin at the place in its index.
    return Q(**{f"{key}__{step}e": at[0]}) & further


def walk(
    rows: CallQuerySet,
    checks: Sequence[Q],
    sources: Sequence[Source],
    asked: Asked,
    *,
    widths: Sequence[int] = WIDTHS,
    size: int = PAGE_SIZE,
) -> Page:
    """The page asked for, with ids for rows. `rows`: calls to which every filter applies, as `checks` say too."""
    is_descending = asked.is_descending != bool(asked.before or asked.is_last)
    return _page(_Walk(rows, checks, sources, is_descending, widths), asked, size)


def _page(steps: _Walk, asked: Asked, size: int) -> Page:
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
    def __init__(
        self,
        rows: CallQuerySet,
        checks: Sequence[Q],
        sources: Sequence[Source],
        is_descending: bool,
        widths: Sequence[int],
    ) -> None:
        self.rows, self.checks, self.sources, self.widths = rows, checks, sources, widths
        self.is_descending = is_descending
        self.found: list[Place] = []
        self.at: Place | None = None
        self.has_ended = False

    def go(self, at: Place | None, wanted: int) -> None:
        self.at = at
        for width in self.widths:
            source, end = self._furthest(width)
            missing = wanted - len(self.found)
            self.found += self._fitting(source, end, missing)
            self.has_ended = end is None and len(self.found) < wanted
            if len(self.found) == wanted or end is None:
                return
            self.at = (end, 0 if self.is_descending else _BEYOND_ALL)

    def _furthest(self, width: int) -> tuple[Source, datetime | None]:
        """The source that gets furthest with so many rows, and when that is; None: to its end."""
        ends = [(source, self._end_of(source, width)) for source in self.sources]
        furthest = ends[0]
        for source, end in ends:
            if end is None:
                return source, None
            if furthest[1] is not None and (end < furthest[1] if self.is_descending else end > furthest[1]):
                furthest = source, end
        return furthest

    def _end_of(self, source: Source, width: int) -> datetime | None:
        """Where the next so many rows of a part end; None: there are not so many in any."""
        key = f"-{source.key}" if self.is_descending else source.key
        ends: list[datetime] = []
        for part in source.parts:
            ends += self._behind(part, source).order_by(key).values_list(source.key, flat=True)[width : width + 1]
        return (max if self.is_descending else min)(ends) if ends else None

    def _behind(self, part: QuerySet[Any], source: Source) -> QuerySet[Any]:
        return part.filter(beyond(self.at, source.key, source.pk, self.is_descending)) if self.at else part

    def _fitting(self, source: Source, end: datetime | None, count: int) -> list[Place]:
        """Of the rows until then those to which everything applies."""
        order = [f"-{name}" if self.is_descending else name for name in (source.key, source.pk)]
        found: set[Place] = set()
        for part in source.parts:
            near = self._behind(part, source)
            if end is not None:
                near = near.filter(**{f"{source.key}__{'gte' if self.is_descending else 'lte'}": end})
            found.update(self._checked(near, source).order_by(*order).values_list(source.key, source.pk)[:count])
        return sorted(found, reverse=self.is_descending)[:count]

    def _checked(self, part: QuerySet[Any], source: Source) -> QuerySet[Any]:
        if part.model is Call:
            return unindexed(part).filter(*self.checks)
        return part.filter(Exists(self.rows.filter(pk=OuterRef(source.pk))))


class Unindexed(Func):
    """A column as no index knows it: SQLite keeps no statistics by itself, and would begin with any index that it
    finds instead of with the rows at hand."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def unindexed(calls: QuerySet[Call]) -> QuerySet[Call]:
    """With "u_line" and so on beside their columns, for checks."""
    return calls.alias(**{f"u_{name}": Unindexed(F(name)) for name in _CHECKED})


_CHECKED = (
    *("direction", "outcome", "line", "queue", "result", "origin", "number", "e164", "answered_by_id"),
    *("customer_id", "ring_seconds", "talk_seconds", "hold_seconds"),
)
