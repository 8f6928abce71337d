"""A call as JSON. Everything that the API tells of calls is made here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from callcard.api.v1.answers import PageOfList
from callcard.api.v1.types import Money, Named, Told, moment, money, named
from callcard.calls.models import Call, Segment
from callcard.calls.queries import name_colleagues, veil_customers
from callcard.staff.models import User

Json = dict[str, Any]
_PARTS = ("customer__responsible", "answered_by", "order__customer", "segments__user", "tags")


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
    """`calls`: some that the user may see. They must not be saved afterwards."""
    prefetch_related_objects(calls, *_PARTS)
    veil_customers(calls, user)
    name_colleagues(calls)
    return [_told(call) for call in calls]


def call_told(call: Call, user: User) -> Json:
    return calls_told([call], user)[0]


def _told(call: Call) -> Json:
    who, by, order = call.customer, call.answered_by, call.order
    return {
        "id": call.pk,
        **{name: getattr(call, name) for name in _PLAIN},
        **{name: moment(getattr(call, name)) for name in _MOMENTS},
        "customer": who and named(who.pk, who.name),
        "known_to": call.known_to,
        "answered_by": by and named(by.pk, by.shown_name),
        "tags": [named(tag.pk, tag.name) for tag in call.tags.all()],
        "order": order and {"id": order.pk, "number": order.number},
        "cost": None if call.cost is None else money(call.cost, call.cost_currency),
        "segments": [_segment(one) for one in call.segments.all()],
    }


def _segment(one: Segment) -> Json:
    names = ("role", "extension", "number", "name", "queue", "outcome", "talk_seconds", "hold_seconds")
    return {
        **{name: getattr(one, name) for name in names},
        **{name: moment(getattr(one, name)) for name in ("rang_at", "answered_at", "ended_at")},
        "user": one.user and named(one.user.pk, one.user.shown_name),
    }
