"""From a question to the log to the calls of a page, quick among ten million whatever is asked.

When some index says that few calls are left, they are read, counted, summed and ordered by anything; when there are
many, they are read in the order of time (`log_walk`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from django.db import connection
from django.db.models import CharField, Count, Func, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from callcard.calls.log_conditions import (
    Condition,
    conditions_of,
    either,
    of_customers,
    of_numbers,
    seen_by,
    span_of,
    without_result,
)
from callcard.calls.log_rows import calls_with_rows
from callcard.calls.log_walk import NO_LIMIT, TIME_WIDTHS, WIDTHS, Source, Span, unindexed, walk
from callcard.calls.models import Call, CallQuerySet, CallTagging, Segment
from callcard.customers.search import MOST_IN_LIST, find_customers
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.visibility import CALLS, visible_to
from callcard.telephony.numbers import candidates
from callcard.ui.list_ids import Ids, among, counts_up_to, ids_of
from callcard.ui.lists import COUNTED_UP_TO, Asked, Column, Page, counted, keyset_page

_GROUPS_SHOWN = 60
_IN_ORDER = Source([Call.objects.all()])


@dataclass(frozen=True, slots=True)
class Found:
    """`rows`: the calls. `number`: how many; None when that would take a look at all of them.

    `is_exact`: False says "more than `number`". `is_few`: little enough to be summed and ordered by anything.
    `in_order`: exactly these calls in the order of time, where an index has them so. `ids`: of few.
    """

    rows: CallQuerySet
    number: int | None
    is_exact: bool
    is_few: bool
    span: Span = NO_LIMIT
    conditions: Sequence[Condition] = ()
    in_order: Source | None = None
    ids: Ids | None = None


def found_calls(user: User, asked: Asked, columns: Iterable[Column]) -> Found:
    """What the question finds among what this user may see."""
    conditions = conditions_of(asked.filters, {column.key: column for column in columns})
    if _is_without_result(asked):
        conditions.append(without_result())
    if asked.words:
        conditions.append(_about(asked.words, user))
    seen_ids = visible_to(user, CALLS).responsible_ids
    if seen_ids is not None:
        conditions.append(seen_by(sorted(seen_ids)))
    span = span_of(asked.filter_of("started"))
    rows = cast(CallQuerySet, unindexed(Call.objects.all()))
    for one in conditions:
        rows = rows.filter(one.check)
    ids = _few(conditions, span)
    if ids is not None:
        is_settled = _is_settled(conditions, span)
        if not is_settled:
            ids = ids_of([span.over(rows.filter(among("pk", ids))).values_list("pk")])
        in_order = next((one.source for one in conditions), _IN_ORDER) if is_settled else None
        return Found(Call.objects.filter(among("pk", ids)), ids.number, True, True, span, conditions, in_order, ids)
    rows = span.over(rows)
    if conditions:
        return Found(rows, None, False, False, span, conditions)
    number, is_exact = counted(rows)
    return Found(rows, number, is_exact, is_exact, span, conditions)


def _is_without_result(asked: Asked) -> bool:
    return asked.filter_of("result").is_empty and asked.filter_of("outcome").values == ("answered",)


def _about(words: str, user: User) -> Condition:
    """With a customer whom the search finds for this user, or with this number."""
    hits = find_customers(words, user=user, limit=MOST_IN_LIST)
    found = of_customers([hit.customer_id for hit in hits])
    digits = "".join(sign for sign in words if sign.isascii() and sign.isdigit())
    if len(digits) < 2:
        return found
    return either(found, of_numbers(candidates(words, company().region), digits))


def _is_settled(conditions: Sequence[Condition], span: Span) -> bool:
    """Whether what an index says of the one thing that was asked for is all there is to check."""
    return not conditions or (len(conditions) == 1 and conditions[0].is_exact and not span)


def _few(conditions: Sequence[Condition], span: Span) -> Ids | None:
    """Ids of few calls among whom all are that fit, by the index that has the fewest."""
    known = [parts for one in conditions if (parts := _within(one, span))]
    if span:
        known.append(_within(Condition(Q(), _IN_ORDER), span))
    counts = counts_up_to(COUNTED_UP_TO, known)
    fewest = min(counts, default=COUNTED_UP_TO + 1)
    return ids_of(known[counts.index(fewest)]) if fewest <= COUNTED_UP_TO else None


def _within(one: Condition, span: Span) -> Sequence[QuerySet[Any]]:
    if one.among or one.source is None:
        return one.among
    source = one.source
    return [span.over(part, source.key).order_by().values_list(source.pk) for part in source.parts]


# -- pages -------------------------------------------------------------------------------------------------------------


def is_offered(column: Column, found: Found) -> bool:
    """Whether so many can be ordered by this column at once."""
    return bool(column.sort) and (found.is_few or column.key == "started")


def orderable(asked: Asked, found: Found, columns: Iterable[Column]) -> Asked:
    """The question in an order that is quick: by time, when the one that was asked for is not."""
    wanted = next((column for column in columns if column.key == asked.sort), None)
    if wanted is not None and is_offered(wanted, found):
        return asked
    return replace(asked, sort="started", is_descending=True, after="", before="")


def page_of(found: Found, asked: Asked, columns: Iterable[Column]) -> Page:
    """The page that is asked for, with calls for rows, everything at hand that a row shows."""
    sort = next(column.sort for column in columns if column.key == asked.sort)
    if found.in_order and asked.sort == "started":
        return _walked(found, [found.in_order], [], asked)
    if found.is_few:
        return keyset_page(found.rows, asked, sort=sort, few=_whole)
    sources = [one.source for one in found.conditions if one.source]
    checks = [one.check for one in found.conditions]
    if sources:
        return _walked(found, sources, checks, asked)
    return _walked(found, [_IN_ORDER], checks, asked, widths=TIME_WIDTHS)


def _walked(
    found: Found, sources: Sequence[Source], checks: Sequence[Q], asked: Asked, *, widths: Sequence[int] = WIDTHS
) -> Page:
    page = walk(found.rows, checks, sources, asked, span=found.span, widths=widths)
    page.rows = _whole(page.rows)
    return page


def _whole(ids: Sequence[int]) -> list[Call]:
    calls = calls_with_rows(ids)
    return [calls[pk] for pk in ids if pk in calls]


# -- groups ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    value: str
    number: int
    talk_seconds: float


def total_talk(found: Found) -> float:
    """Seconds that few calls were talked for, all together."""
    return float(found.rows.aggregate(all=Sum("talk_seconds"))["all"] or 0)


def groups(found: Found, column: Column) -> list[Group]:
    """How many of few calls there are of each kind, and how long they were talked for; the largest first, days in
    their order."""
    rows = found.rows.order_by()
    told: dict[str, Any] = {"all": Count("pk"), "talked": Sum("talk_seconds")}
    if column.key == "started":
        return _days(rows, told)
    if column.key == "person":
        told = {"all": Count("call_id", distinct=True), "talked": Sum("talk_seconds")}
        spoke = _of_calls(Segment.objects.filter(user__isnull=False), found)
        return _largest(spoke.order_by().values("user_id").annotate(**told), "user_id")
    if column.key == "tags":
        tagged = _of_calls(CallTagging.objects.order_by(), found).values("tag_id")
        return _largest(tagged.annotate(all=Count("pk"), talked=Sum("call__talk_seconds")), "tag_id")
    name = "answered_by_id" if column.key == "answered" else column.key
    return _largest(rows.values(name).annotate(**told), name)


def _of_calls(rows: QuerySet[Any], found: Found) -> QuerySet[Any]:
    return rows.filter(among("call_id", found.ids) if found.ids else Q(call__in=found.rows.values("pk")))


def _days(rows: CallQuerySet, told: Mapping[str, Any]) -> list[Group]:
    """The latest days. SQLite asks Python for the day of each call, so it tells quarters of an hour instead: all zones
    begin their days with one."""
    zone = timezone.get_current_timezone()
    if connection.vendor != "sqlite":
        days: QuerySet[Any, Any] = rows.annotate(on=TruncDate("started_at", tzinfo=zone)).values("on")
        latest = days.annotate(**told).order_by("-on")[:_GROUPS_SHOWN]
        return [Group(day["on"].isoformat(), day["all"], day["talked"] or 0) for day in latest]
    added: dict[date, tuple[int, float]] = {}
    quarters: QuerySet[Any, Any] = rows.annotate(quarter=_Quarter("started_at")).values("quarter")
    for one in quarters.annotate(**told).order_by("-quarter").iterator():
        hour, quarter = one["quarter"].split(":")
        on = datetime.fromisoformat(f"{hour}:{int(quarter) * 15:02}+00:00").astimezone(zone).date()
        if on not in added and len(added) == _GROUPS_SHOWN:
            break
        number, talked = added.get(on, (0, 0.0))
        added[on] = (number + one["all"], talked + (one["talked"] or 0))
    return [Group(on.isoformat(), number, talked) for on, (number, talked) in added.items()]


class _Quarter(Func):
    """SQLite keeps moments in UTC as "2026-11-02 08:31:12"; this is "2026-11-02 08:2"."""

    template = "SUBSTR(%(expressions)s, 1, 14) || (SUBSTR(%(expressions)s, 15, 2) / 15)"
    output_field = CharField()


def _largest(rows: QuerySet[Any, Any], name: str) -> list[Group]:
    made = [Group(str(row[name]), row["all"], row["talked"] or 0) for row in rows if row[name] not in (None, "")]
    return sorted(made, key=lambda group: -group.number)[:_GROUPS_SHOWN]
