"""From a question to the log to the calls of a page, quick among ten million whatever is asked.

When some index says that few calls are left, they are read, counted, summed and ordered by anything; when there are
many, they are read in the order of time (`log_walk`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from callcard.calls.log_conditions import (
    Condition,
    Span,
    conditions_of,
    either,
    of_customers,
    of_numbers,
    seen_by,
    without_result,
)
from callcard.calls.log_walk import TIME_WIDTHS, WIDTHS, Source, unindexed, walk
from callcard.calls.models import Call, CallQuerySet, CallTagging, Segment
from callcard.customers.search import MOST_IN_LIST, find_customers
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.visibility import CALLS, visible_to
from callcard.telephony.numbers import candidates
from callcard.ui.lists import COUNTED_UP_TO, Asked, Column, Page, counted, keyset_page

_GROUPS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Found:
    """`rows`: the calls. `number`: how many; None when that would take a look at all of them.

    `is_exact`: False says "more than `number`". `is_few`: little enough to be summed and ordered by anything.
    """

    rows: CallQuerySet
    number: int | None
    is_exact: bool
    is_few: bool
    span: Span = field(default_factory=Span)
    conditions: Sequence[Condition] = ()


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
    span = Span.of(asked.filter_of("started"))
    rows = cast(CallQuerySet, unindexed(Call.objects.all()))
    for one in conditions:
        rows = rows.filter(one.check)
    ids = _few(conditions, span)
    if ids is not None:
        rows = span.over(rows.filter(pk__in=ids))
        number = len(ids) if _is_settled(conditions, span) else rows.count()
        return Found(rows, number, True, True, span, conditions)
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
    return len(conditions) == 1 and conditions[0].is_exact and not span


def _few(conditions: Sequence[Condition], span: Span) -> list[int] | None:
    """Ids of few calls among whom all are that fit, by the first index that says so."""
    if span:
        ids = _at_most(span.over(part).values_list("pk", flat=True) for part in [Call.objects.order_by()])
        if ids is not None:
            return ids
    for one in conditions:
        ids = _at_most(_within(one, span))
        if ids is not None:
            return ids
    return None


def _within(one: Condition, span: Span) -> Sequence[QuerySet[Any]]:
    if one.among or one.source is None:
        return one.among
    source = one.source
    return [span.over(part, source.key).order_by().values_list(source.pk, flat=True) for part in source.parts]


def _at_most(parts: Iterable[QuerySet[Any]]) -> list[int] | None:
    """The ids of all parts together, when they are few. They are counted before they are read."""
    parts = list(parts)
    number = 0
    for part in parts:
        number += part[: COUNTED_UP_TO + 1 - number].count()
        if number > COUNTED_UP_TO:
            return None
    return list({pk for part in parts for pk in part}) if parts else None


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
    if found.is_few or not found.conditions:
        sort = next(column.sort for column in columns if column.key == asked.sort)
        return keyset_page(_with_parts(found.rows), asked, sort=sort)
    sources = [_over(found.span, one.source) for one in found.conditions if one.source]
    widths = WIDTHS if sources else TIME_WIDTHS
    checks = [one.check for one in found.conditions]
    page = walk(found.rows, checks, sources or [_over(found.span, Source([Call.objects.all()]))], asked, widths=widths)
    calls = _with_parts(Call.objects.all()).in_bulk(page.rows)
    page.rows = [calls[pk] for pk in page.rows if pk in calls]
    return page


def _over(span: Span, source: Source) -> Source:
    return replace(source, parts=[span.over(part, source.key) for part in source.parts])


def _with_parts(rows: CallQuerySet) -> CallQuerySet:
    related = ("customer__responsible", "answered_by", "order__customer", "segments__user", "tags")
    return rows.defer("tracking", "candidates").prefetch_related(*related)


# -- groups ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    value: str
    number: int
    talk_seconds: float
    on: datetime | None = None


def total_talk(found: Found) -> float:
    """Seconds that few calls were talked for, all together."""
    return float(found.rows.aggregate(all=Sum("talk_seconds"))["all"] or 0)


def groups(found: Found, column: Column) -> list[Group]:
    """How many of few calls there are of each kind, and how long they were talked for; the largest first, days in
    their order."""
    rows = found.rows.order_by()
    told: dict[str, Any] = {"all": Count("pk"), "talked": Sum("talk_seconds")}
    if column.key == "started":
        zone = timezone.get_current_timezone()
        days: QuerySet[Any, Any] = rows.annotate(on=TruncDate("started_at", tzinfo=zone)).values("on")
        days = days.annotate(**told).order_by("-on")
        return [Group(day["on"].isoformat(), day["all"], day["talked"] or 0) for day in days[:_GROUPS_SHOWN]]
    if column.key == "person":
        spoke = Segment.objects.filter(call__in=rows.values("pk"), user__isnull=False).order_by().values("user_id")
        told = {"all": Count("call_id", distinct=True), "talked": Sum("talk_seconds")}
        return _largest(spoke.annotate(**told), "user_id")
    if column.key == "tags":
        tagged = CallTagging.objects.filter(call__in=rows.values("pk")).order_by().values("tag_id")
        return _largest(tagged.annotate(all=Count("pk"), talked=Sum("call__talk_seconds")), "tag_id")
    name = "answered_by_id" if column.key == "answered" else column.key
    return _largest(rows.values(name).annotate(**told), name)


def _largest(rows: QuerySet[Any, Any], name: str) -> list[Group]:
    made = [Group(str(row[name]), row["all"], row["talked"] or 0) for row in rows if row[name] not in (None, "")]
    return sorted(made, key=lambda group: -group.number)[:_GROUPS_SHOWN]
