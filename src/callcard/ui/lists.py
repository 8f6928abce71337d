"""Lists of records: what a column is, what was asked for, and pages that are quick wherever they are.

A page is found by the record before or after it (keyset), never by counting rows. Rooms describe their columns and keep
to themselves how they filter; see customers.list_query for an example.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import CharField, F, Field, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict

from callcard.ui.list_values import read_range

Kind = Literal["text", "choice", "choices", "number", "money", "length", "date", "yesno", "plain"]
M = TypeVar("M", bound=Model)

PAGE_SIZE = 50
COUNTED_UP_TO = 10_000
NARROWEST, WIDEST = 48, 900
_LONGEST_VALUE = 200
_RANGES = ("number", "money", "length", "date")


@dataclass(frozen=True, slots=True)
class Column:
    """`sort`: the model's column it is ordered by ("customer__name": of a related one), empty: not at all.

    `options`: (value, words) of a choice.
    """

    key: str
    title: str
    kind: Kind = "plain"
    sort: str = ""
    options: tuple[tuple[str, str], ...] = ()
    has_filter: bool = True
    can_group: bool = False
    is_shown: bool = True  # unless the user chose columns
    may_be_empty: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """What a column must hold: any of `values`, a range, or nothing at all."""

    key: str
    values: tuple[str, ...] = ()
    at_least: str = ""
    at_most: str = ""
    is_empty: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.values or self.at_least or self.at_most or self.is_empty)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a list, read from its address."""

    words: str = ""
    sort: str = ""
    is_descending: bool = False
    group: str = ""
    filters: tuple[Filter, ...] = ()
    after: str = ""
    before: str = ""
    is_last: bool = False
    letter: str = ""
    view: str = ""
    unclear: tuple[tuple[str, str], ...] = ()  # (column, what of its filter was not understood)

    def filter_of(self, key: str) -> Filter:
        return next((one for one in self.filters if one.key == key), Filter(key))


def read_asked(query: QueryDict, columns: Iterable[Column], *, sort: str) -> Asked:
    """Whatever the address says that makes no sense is passed over; of filters it is told in `unclear`.

    `sort`: "name" or "-name" when it says nothing.
    """
    known = {column.key: column for column in columns}
    wanted = query.get("sort", sort)
    if wanted.lstrip("-") not in known or not known[wanted.lstrip("-")].sort:
        wanted = sort
    group = query.get("group", "")
    read = [_filter(query, column) for column in known.values() if column.has_filter]
    return Asked(
        words=_clean(query.get("q", "")),
        sort=wanted.lstrip("-"),
        is_descending=wanted.startswith("-"),
        group=group if group in known and known[group].can_group else "",
        filters=tuple(one for one, _wrong in read if one.is_set),
        after=query.get("after", ""),
        before=query.get("before", ""),
        is_last="last" in query,
        letter=_clean(query.get("letter", ""))[:20],
        view=query.get("view", ""),
        unclear=tuple((one.key, word) for one, wrong in read for word in wrong),
    )


def _filter(query: QueryDict, column: Column) -> tuple[Filter, tuple[str, ...]]:
    """What of it such a column can be filtered by, and the rest."""
    key, kind = column.key, column.kind
    values = tuple(dict.fromkeys(value for raw in query.getlist(f"f.{key}") if (value := _clean(raw))))[:50]
    at_least, at_most = _clean(query.get(f"f.{key}.from", "")), _clean(query.get(f"f.{key}.to", ""))
    is_empty = f"f.{key}.empty" in query
    wrong = ("empty",) if is_empty and not column.may_be_empty else ()
    is_empty = is_empty and column.may_be_empty
    if kind in _RANGES:
        at_least, at_most, unread = read_range(kind, at_least, at_most)
        return Filter(key, (), at_least, at_most, is_empty), (*wrong, *values, *unread)
    known = tuple(value for value in values if kind != "yesno" or value in ("yes", "no"))
    odd = [one for one in (*values, at_least, at_most) if one and one not in known]
    return Filter(key, known, is_empty=is_empty), (*wrong, *odd)


def _clean(text: str) -> str:
    return text.encode("utf-8", "ignore").decode().replace("\x00", "").strip()[:_LONGEST_VALUE]


def without(query: QueryDict, *names: str) -> str:
    """The address without these parameters and without the place in the list."""
    rest = query.copy()
    for name in list(rest):
        if name in {"after", "before", "last", "letter", *names}:
            del rest[name]
    return rest.urlencode()


@dataclass(slots=True)
class Page:
    """Rows of a list, and the cursors of its neighbours ("" where it ends).

    `is_cut`: it was not looked for longer; there may be more that fits behind the cursor.
    """

    rows: list[Any]
    next: str = ""
    previous: str = ""
    is_cut: bool = False


def keyset_page(
    rows: QuerySet[M],
    asked: Asked,
    *,
    sort: str,
    size: int = PAGE_SIZE,
    few: Callable[[list[int]], Iterable[M]] | None = None,
) -> Page:
    """The page asked for, ordered by the column `sort` and then by id; those without a value come last.

    Backwards (`before`, `is_last`) the same index is read from its other end.
    `few`: reads records by their ids. Given when they are few, whose ids are read and put in order. PostgreSQL would
    rather go through everybody in the order of an index and compare each with the ids of the few, which took 1.5 s for
    three thousand among a million.
    """
    is_back = bool(asked.before or asked.is_last)
    is_descending = asked.is_descending != is_back
    cursor = _fitting(rows, sort, read_cursor(asked.before or asked.after))
    if cursor is not None:
        may_be_null = _may_be_null(rows, sort)
        beyond = _beyond(sort, cursor, is_descending=is_descending, nulls_first=is_back, may_be_null=may_be_null)
        rows = rows.filter(beyond)
    elif asked.letter and isinstance(_column(rows.model, sort), CharField):
        rows = rows.filter(Q(**{f"{sort}__{'lte' if asked.is_descending else 'gte'}": asked.letter}))
    ordered = rows.order_by(*_order(rows, sort, is_descending, is_back, few is not None))
    found = _read_narrowly(ordered, size + 1, few) if few else list(ordered[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if is_back:
        found.reverse()
    if not found:
        return Page([])
    came_from = bool(asked.after or asked.letter)
    return Page(
        found,
        next=_cursor(found[-1], sort) if (has_more and not is_back) or asked.before else "",
        previous=_cursor(found[0], sort) if (has_more and is_back) or (came_from and not is_back) else "",
    )


def _read_narrowly(ordered: QuerySet[M], size: int, read: Callable[[list[int]], Iterable[M]]) -> list[M]:
    """The first ones, ordered as ids: thousands of whole rows, joined with others, are slow to order."""
    ids = list(ordered.values_list("pk", flat=True)[:size])
    rows = {row.pk: row for row in read(ids)}
    return [rows[pk] for pk in ids if pk in rows]


def _column(model: type[Model], sort: str) -> Field[Any, Any]:
    """`sort` may go over records that it is related to: "customer__search_name"."""
    *way, last = sort.split("__")
    for name in way:
        related = model._meta.get_field(name).related_model
        assert isinstance(related, type)
        model = related
    column = model._meta.get_field(last)
    assert isinstance(column, Field)
    return column


def _fitting(rows: QuerySet[M], sort: str, cursor: tuple[Any, int] | None) -> tuple[Any, int] | None:
    """The cursor, unless its value is none that the column could have."""
    if cursor is None or sort in ("pk", "id") or cursor[0] is None:
        return cursor
    try:
        return _column(rows.model, sort).to_python(cursor[0]), cursor[1]
    except (ValidationError, TypeError, ValueError):
        return None


def _order(
    rows: QuerySet[M], sort: str, is_descending: bool, nulls_first: bool, are_few: bool = False
) -> Sequence[Any]:
    pk = "-pk" if is_descending else "pk"
    is_by_id, may_be_null = sort in ("pk", "id"), _may_be_null(rows, sort)
    if are_few:
        key: Any = Coalesce(F(sort), F(sort))  # which no index has
    elif is_by_id:
        return [pk]
    elif not may_be_null:
        return [f"-{sort}" if is_descending else sort, pk]
    else:
        key = F(sort)
    ordered = key.desc if is_descending else key.asc
    if not may_be_null:
        return [ordered(), pk]
    return [ordered(nulls_first=True) if nulls_first else ordered(nulls_last=True), pk]


def _beyond(sort: str, cursor: tuple[Any, int], *, is_descending: bool, nulls_first: bool, may_be_null: bool) -> Q:
    value, pk = cursor
    step = "lt" if is_descending else "gt"
    behind_pk = Q(**{f"pk__{step}": pk})
    if sort in ("pk", "id"):
        return behind_pk
    if value is None:
        same = Q(**{f"{sort}__isnull": True}) & behind_pk
        return same | Q(**{f"{sort}__isnull": False}) if nulls_first else same
    further = Q(**{f"{sort}__{step}": value}) | (Q(**{sort: value}) & behind_pk)
    bounded = Q(**{f"{sort}__{step}e": value}) & further  # so that the database begins at the place in its index
    return bounded if nulls_first else bounded | Q(**{f"{sort}__isnull": True}) if may_be_null else bounded


def _may_be_null(rows: QuerySet[M], sort: str) -> bool:
    return sort not in ("pk", "id") and _column(rows.model, sort).null


def _cursor(row: Model, sort: str) -> str:
    value: Any = row
    for name in ["pk"] if sort in ("pk", "id") else sort.split("__"):
        value = getattr(value, name)
    return cursor_of(value, row.pk)


def cursor_of(value: Any, pk: int) -> str:
    """A place in a list, as it stands in an address."""
    if isinstance(value, date | datetime):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return urlsafe_b64encode(json.dumps([value, pk]).encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[Any, int] | None:
    """None for no cursor and for anything that is none."""
    try:
        value, pk = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        return None
    if isinstance(value, str):
        value = value.encode("utf-8", "ignore").decode().replace("\x00", "")
    is_value = value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))
    return (value, pk) if is_value and isinstance(pk, int) and abs(pk) < 2**62 else None


def chosen_columns(columns: Sequence[Column], layout: Iterable[Any]) -> list[tuple[Column, int]]:
    """The columns a user sees, with their widths in px (0: as it comes). `layout`: ListLayout.columns."""
    known = {column.key: column for column in columns}
    chosen = [(known[key], _width(width)) for key, width in _pairs(layout) if key in known]
    return chosen or [(column, 0) for column in columns if column.is_shown]


def _pairs(layout: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(one[0], one[1]) for one in layout if isinstance(one, list) and len(one) == 2]


def _width(width: Any) -> int:
    return min(WIDEST, max(NARROWEST, width)) if isinstance(width, int) and width > 0 else 0


def counted(rows: QuerySet[M], most: int = 0) -> tuple[int, bool]:
    """(how many, exactly?), never looking at more than `most` rows, COUNTED_UP_TO if not given."""
    most = most or COUNTED_UP_TO
    number = rows.order_by()[: most + 1].count()
    return min(number, most), number <= most


def totals(amounts: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    """Amounts by currency: money of different currencies is never added."""
    found: dict[str, Any] = {}
    for currency, amount in amounts:
        found[currency] = found.get(currency, 0) + amount
    return found
