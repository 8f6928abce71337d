"""A page of a log of ten million calls: indexes are walked in the order of time, past the calls that do not fit.

Each filter that has an index in the order of time is a source. A step of the walk asks every source for its next few
and goes with the one that gets furthest with them, because there the fewest fit. Filters without such an index are
looked at in windows of time. What remains possible is that many calls fit each filter and few fit all: both end after
a bounded number of rows, or sooner when these take long, and the page says how far it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TypeVar

from django.db.models import DecimalField, Exists, F, Func, OuterRef, Q, QuerySet

from callcard.calls.models import Call, CallQuerySet
from callcard.ui.lists import PAGE_SIZE, Asked, Page, cursor_of, read_cursor

WIDTHS = (400, 2_000, 8_000)
TIME_WIDTHS = (2_000, 6_000, 18_000, 36_000)
SECONDS = 0.08
"""A page goes no step further that would not be done by then, judged by how long its last one took."""
_BEYOND_ALL = 2**62

Place = tuple[datetime, int]
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True, slots=True)
class Source:
    """Calls in the order of time: `parts` are rows of one table that together hold them, `key` their time."""

    parts: Sequence[QuerySet[Any]]
    key: str = "started_at"
    pk: str = "pk"


@dataclass(frozen=True, slots=True)
class Span:
    """From when (with it) to when (without it); None: no limit."""

    begin: datetime | None = None
    end: datetime | None = None

    def __bool__(self) -> bool:
        return self.begin is not None or self.end is not None

    def over(self, rows: Rows, key: str = "started_at") -> Rows:
        limits = {f"{key}__gte": self.begin, f"{key}__lt": self.end}
        return rows.filter(**{name: limit for name, limit in limits.items() if limit is not None})


NO_LIMIT = Span()


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
    span: Span = NO_LIMIT,
    widths: Sequence[int] = WIDTHS,
    size: int = PAGE_SIZE,
) -> Page:
    """The page asked for, with ids for rows. `rows`: calls to which every filter applies, as `checks` say too; without
    any checks all of the one source, within the span, are such."""
    is_descending = asked.is_descending != bool(asked.before or asked.is_last)
    return _page(_Walk(rows, checks, sources, span, is_descending, widths), asked, size)


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
        span: Span,
        is_descending: bool,
        widths: Sequence[int],
    ) -> None:
        self.rows, self.checks, self.sources, self.span, self.widths = rows, checks, sources, span, widths
        self.is_descending = is_descending
        self.found: list[Place] = []
        self.at: Place | None = None
        self.has_ended = False

    def go(self, at: Place | None, wanted: int) -> None:
        self.at = at
        began = perf_counter()
        for width, following in zip(self.widths, (*self.widths[1:], 0), strict=True):
            began_step = perf_counter()
            source, end = self._furthest(width) if self.checks else (self.sources[0], None)
            missing = wanted - len(self.found)
            self.found += self._fitting(source, end, missing)
            self.has_ended = end is None and len(self.found) < wanted
            if len(self.found) == wanted or end is None:
                return
            self.at = (end, 0 if self.is_descending else _BEYOND_ALL)
            now = perf_counter()
            if now - began + (now - began_step) * following / width > SECONDS:
                return

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

    def _behind(self, part: QuerySet[Any], source: Source, end: datetime | None = None) -> QuerySet[Any]:
        """What comes behind the place, until `end` if there is one. With one limit on each side: of two SQLite would
        take any, and read all that lies between them."""
        begin, before, at = self.span.begin, self.span.end, self.at
        if self.is_descending:
            begin = end or begin
            before = None if at and before and at[0] < before else before
            at = at if before is None else None
        else:
            part = part.filter(**{f"{source.key}__lte": end}) if end else part
            before = None if end else before
            begin = None if at and begin and at[0] >= begin else begin
            at = at if begin is None else None
        part = Span(begin, before).over(part, source.key)
        return part.filter(beyond(at, source.key, source.pk, self.is_descending)) if at else part

    def _fitting(self, source: Source, end: datetime | None, count: int) -> list[Place]:
        """Of the rows until then those to which everything applies."""
        order = [f"-{name}" if self.is_descending else name for name in (source.key, source.pk)]
        found: set[Place] = set()
        for part in source.parts:
            near = self._checked(self._behind(part, source, end), source)
            found.update(near.order_by(*order).values_list(source.key, source.pk)[:count])
        return sorted(found, reverse=self.is_descending)[:count]

    def _checked(self, part: QuerySet[Any], source: Source) -> QuerySet[Any]:
        if not self.checks:
            return part
        if part.model is Call:
            return unindexed(part).filter(*self.checks)
        return part.filter(Exists(self.rows.filter(pk=OuterRef(source.pk))))


class Unindexed(Func):
    """A column as no index knows it: SQLite keeps no statistics by itself, and would begin with any index that it
    finds instead of with the rows at hand. Money it compares with a text, as the number that a cast says it is."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        is_money = isinstance(self.output_field, DecimalField)
        template = "CAST(%(expressions)s AS NUMERIC)" if is_money else "+%(expressions)s"
        return self.as_sql(compiler, connection, template=template, **context)


def unindexed(calls: QuerySet[Call]) -> QuerySet[Call]:
    """With "u_line" and so on beside their columns, for checks."""
    return calls.alias(**{f"u_{name}": Unindexed(F(name)) for name in _CHECKED})


_CHECKED = (
    *("direction", "outcome", "line", "queue", "result", "origin", "number", "e164", "answered_by_id"),
    *("customer_id", "ring_seconds", "talk_seconds", "hold_seconds", "cost"),
)
