"""One timeline of a customer out of many tables: a bounded, indexed read of each kind, merged, the newest first.

Where a page ends is kept for each kind by itself ("call-<microseconds>-<id>_order-..."), so that no entry is lost or
told twice, whatever has the same time, and a page costs the same however deep it lies.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callcard.calls.models import Call
from callcard.calls.parts import mark_rows
from callcard.calls.queries import name_placers
from callcard.customers.models import Customer, CustomerNote
from callcard.desk.customer_changes import change_entry, unseen_kinds
from callcard.desk.customer_entries import Entry, Names, call_entry, note_entry, order_entry, payment_entry, task_entry
from callcard.sales.models import Order, Payment
from callcard.staff.kept_queries import KeptQuery
from callcard.staff.models import Change, User
from callcard.staff.visibility import scope_of
from callcard.tasks.models import Task

PAGE_SIZE = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([a-z]{1,12})-(-?[0-9]{1,18})-([0-9]{1,18})", re.ASCII)

Place = tuple[int, int]
"""Microseconds since 1970 and id of the last entry of a kind that was told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`rows`: of the customer of this id that a user may see; `at`: the indexed column that orders them.

    `entry`: a row in words.
    """

    name: str
    label: str | Promise
    at: str
    rows: Callable[[int, User], QuerySet[Any]]
    entry: Callable[[Any, User, Names], Entry | None]
    who: str = ""  # the column of the person whom an entry names


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: where the next page begins; empty: there is none."""

    entries: list[Entry] = field(default_factory=list)
    after: str = ""


# What was created stands on the timeline itself; only what became of it is told as a change.
_TOLD_THEMSELVES = Q(action=Change.Action.CREATED, about__in=["order", "payment", "task", "note"])


def _notes(user: User) -> QuerySet[CustomerNote]:
    return CustomerNote.objects.all() if user.may("notes.see") else CustomerNote.objects.none()


KINDS = (
    Kind(
        "call",
        _("Calls"),
        "started_at",
        lambda pk, user: (
            Call.objects.visible_to(user).filter(customer_id=pk).exclude(outcome="").defer("tracking", "candidates")
        ),
        call_entry,
        "answered_by_id",
    ),
    Kind(
        "order",
        _("Orders"),
        "ordered_at",
        lambda pk, user: Order.objects.visible_to(user).filter(customer_id=pk).select_related("state"),
        order_entry,
    ),
    Kind(
        "payment",
        _("Payments"),
        "paid_at",
        lambda pk, user: Payment.objects.visible_to(user).filter(customer_id=pk).select_related("order", "method"),
        payment_entry,
    ),
    Kind(
        "task",
        _("Tasks"),
        "created_at",
        lambda pk, user: Task.objects.visible_to(user).filter(customer_id=pk),
        task_entry,
        "assignee_id",
    ),
    Kind(
        "note",
        _("Notes"),
        "written_at",
        lambda pk, user: _notes(user).filter(customer_id=pk, removed_at=None),
        note_entry,
        "author_id",
    ),
    Kind(
        "change",
        _("Changes"),
        "at",
        lambda pk, user: (
            Change.objects.filter(customer_id=pk).exclude(_TOLD_THEMSELVES).exclude(about__in=unseen_kinds(user))
        ),
        change_entry,
        "by_id",
    ),
)
"""Another room's records join the timeline by a line here. Every query begins with what the user may see."""
_BY_NAME = {kind.name: kind for kind in KINDS}


def timeline(customer: Customer, user: User, *, kind: str = "", after: str = "") -> Page:
    """The newest entries, or those after the place that an earlier page told. `kind`: of one kind only; unknown: all.

    `customer` must be one that the user may see.
    """
    kinds = [_BY_NAME[kind]] if kind in _BY_NAME else list(KINDS)
    places = read_places(after)
    scope = scope_of(user)
    reads = [_rows(each, customer, user, places.get(each.name), scope) for each in kinds]
    rows: list[tuple[Kind, Any]] = []
    more = False
    for _order, each, row in heapq.merge(*reads, key=lambda read: read[0]):
        if len(rows) == PAGE_SIZE:
            more = True
            break
        rows.append((each, row))
        places[each.name] = _place_of(each, row)
    return Page(_entries(rows, user), write_places(places) if more else "")


def _entries(rows: list[tuple[Kind, Any]], user: User) -> list[Entry]:
    ids = {getattr(row, kind.who) for kind, row in rows if kind.who} - {None}
    people = User.objects.only("first_name", "last_name", "username").in_bulk(ids) if ids else {}
    names = {pk: person.shown_name for pk, person in people.items()}
    calls = [row for _kind, row in rows if isinstance(row, Call)]
    name_placers(calls)
    mark_rows([call for call in calls if call.answered_at], user)
    made = [kind.entry(row, user, names) for kind, row in rows]
    return [entry for entry in made if entry is not None]


def _rows(
    kind: Kind, customer: Customer, user: User, place: Place | None, scope: Hashable
) -> Iterator[tuple[tuple[int, str, int], Kind, Any]]:
    if place is None:
        found: Iterable[Any] = _NEWEST[kind.name].each(customer.pk, user, scope=scope)
    else:
        found = _page(kind, kind.rows(customer.pk, user).filter(_behind(kind, place)))
    for row in found:
        at, pk = _place_of(kind, row)
        yield (-at, kind.name, -pk), kind, row


def _page(kind: Kind, rows: QuerySet[Any]) -> QuerySet[Any]:
    ordered = rows.order_by("-pk") if kind.name == "change" else rows.order_by(f"-{kind.at}", "-pk")
    return ordered[: PAGE_SIZE + 1]


def _newest(kind: Kind, pk: int, user: User) -> QuerySet[Any]:
    return _page(kind, kind.rows(pk, user))


# The first page is opened with every card.
_NEWEST = {kind.name: KeptQuery(partial(_newest, kind)) for kind in KINDS}


def _behind(kind: Kind, place: Place) -> Q:
    if kind.name == "change":  # written in the order of time, and indexed by id
        return Q(pk__lt=place[1])
    at = _EPOCH + timedelta(microseconds=place[0])
    # The first half alone is what an index understands at once.
    return Q(**{f"{kind.at}__lte": at}) & (Q(**{f"{kind.at}__lt": at}) | Q(pk__lt=place[1]))


def _place_of(kind: Kind, row: Any) -> Place:
    return (getattr(row, kind.at) - _EPOCH) // timedelta(microseconds=1), row.pk


def read_places(text: str) -> dict[str, Place]:
    """What a page's address says; what cannot be one is passed over."""
    places: dict[str, Place] = {}
    for part in text.split("_")[: len(KINDS)]:
        found = _PLACE.fullmatch(part)
        if found and found[1] in _BY_NAME and abs(int(found[2])) < 250_000_000_000_000_000:
            places[found[1]] = (int(found[2]), int(found[3]))
    return places


def write_places(places: Mapping[str, Place]) -> str:
    return "_".join(f"{name}-{at}-{pk}" for name, (at, pk) in places.items())
