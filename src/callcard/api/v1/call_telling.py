"""A call as JSON. Everything that the API tells of calls is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from callcard.api.v1.answers import PageOfList
from callcard.api.v1.types import Money, Named, Told, moment, money, named
from callcard.calls.models import Call, CallTagging, Segment
from callcard.calls.queries import name_colleagues, veil_customers
from callcard.staff.kept_queries import KeptQueryOfMany
from callcard.staff.models import User

Json = dict[str, Any]
_SEGMENTS = KeptQueryOfMany(lambda pks: Segment.objects.filter(call__in=pks).select_related("user").order_by("pk"))
_TAGGINGS = KeptQueryOfMany(
    lambda pks: CallTagging.objects.filter(call__in=pks).select_related("tag").order_by("tag__position", "tag__name")
)


class SegmentTold(Told):
    """One extension or party. `role`: caller or called."""

    role: str
    extension: str
    user: Named | None
    number: str
    name: str
    queue: str
    outcome: str
    rang_at: str | None
    answered_at: str | None
    ended_at: str | None
    talk_seconds: float
    hold_seconds: float


class OrderNamed(Told):
    id: int
    number: str


class CallTold(Told):
    """`outcome`: "" while it goes on. `known_to`: who looks after the customer whom the user may not see.

    `match`: how its number led to the customer. `origin`: live, record (the telephone system's) or hand.
    """

    id: int
    direction: str
    outcome: str
    number: str
    e164: str
    shown_name: str
    withheld: bool
    dialled: str
    line: str
    queue: str
    started_at: str
    answered_at: str | None
    ended_at: str | None
    ring_seconds: float
    talk_seconds: float
    hold_seconds: float
    is_recorded: bool
    is_complete: bool
    customer: Named | None
    known_to: str
    match: str
    answered_by: Named | None
    result: str
    note: str
    tags: list[Named]
    order: OrderNamed | None
    cost: Money | None
    origin: str
    segments: list[SegmentTold]


class CallsPage(PageOfList):
    items: list[CallTold]


_PLAIN = (
    *("direction", "outcome", "number", "e164", "shown_name", "withheld", "dialled", "line", "queue"),
    *(
        "ring_seconds",
        "talk_seconds",
        "hold_seconds",
        "is_recorded",
        "is_complete",
        "match",
        "result",
        "note",
        "origin",
    ),
)
_MOMENTS = ("started_at", "answered_at", "ended_at")


def calls_told(calls: Sequence[Call], user: User) -> list[Json]:
    """`calls`: some that the user may see, with whom they belong to read already. They must not be saved afterwards."""
    pks = [call.pk for call in calls]
    segments, taggings = _by_call(_SEGMENTS.rows(pks)), _by_call(_TAGGINGS.rows(pks))
    for call in calls:
        call._prefetched_objects_cache = {"segments": segments.get(call.pk, [])}  # type: ignore[attr-defined]
    veil_customers(calls, user)
    name_colleagues(calls)
    return [_told(call, segments.get(call.pk, ()), taggings.get(call.pk, ())) for call in calls]


def _by_call(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.call_id, []).append(row)
    return found


def call_told(call: Call, user: User) -> Json:
    return calls_told([call], user)[0]


def _told(call: Call, segments: Iterable[Segment], taggings: Iterable[CallTagging]) -> Json:
    who, by, order = call.customer, call.answered_by, call.order
    return {
        "id": call.pk,
        **{name: getattr(call, name) for name in _PLAIN},
        **{name: moment(getattr(call, name)) for name in _MOMENTS},
        "customer": who and named(who.pk, who.name),
        "known_to": call.known_to,
        "answered_by": by and named(by.pk, by.shown_name),
        "tags": [named(row.tag.pk, row.tag.name) for row in taggings],
        "order": order and {"id": order.pk, "number": order.number},
        "cost": None if call.cost is None else money(call.cost, call.cost_currency),
        "segments": [_segment(one) for one in segments],
    }


def _segment(one: Segment) -> Json:
    names = ("role", "extension", "number", "name", "queue", "outcome", "talk_seconds", "hold_seconds")
    return {
        **{name: getattr(one, name) for name in names},
        **{name: moment(getattr(one, name)) for name in ("rang_at", "answered_at", "ended_at")},
        "user": one.user and named(one.user.pk, one.user.shown_name),
    }
