"""The calls of a page of the log, with all that a row shows of others: read by queries whose text is kept, and nothing
more than that. Made by the ORM's prefetching, they were half of what a page cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callcard.calls.models import Call, CallTag, CallTagging, Segment
from callcard.customers.models import Customer
from callcard.sales.models import Order
from callcard.staff.kept_queries import KeptQueryOfMany
from callcard.staff.models import User

_CALLS = KeptQueryOfMany(lambda pks: Call.objects.filter(pk__in=pks).defer("tracking", "candidates"))
_ORDERS = KeptQueryOfMany(lambda pks: Order.objects.filter(pk__in=pks).only("number", "customer"))
_CUSTOMERS = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).only("name", "responsible"))
_SEGMENTS = KeptQueryOfMany(
    lambda pks: Segment.objects.filter(call_id__in=pks).only("call", "role", "user", "rang_at", "answered_at")
)
_USERS = KeptQueryOfMany(lambda pks: User.objects.filter(pk__in=pks).only("first_name", "last_name", "username"))
_TAGGINGS = KeptQueryOfMany(
    lambda pks: CallTagging.objects.filter(call_id__in=pks).select_related("tag").order_by("tag__position", "tag__name")
)


def calls_with_rows(ids: Sequence[int]) -> dict[int, Call]:
    """By their ids, those that are still there. Of customers, orders, colleagues and segments only what the log, its
    marks (`parts.mark_rows`) and `queries.veil_customers` read is at hand."""
    calls = {call.pk: call for call in _CALLS.rows(list(dict.fromkeys(ids)))}
    orders = {order.pk: order for order in _ORDERS.rows(_known(call.order_id for call in calls.values()))}
    customer_ids = [call.customer_id for call in calls.values()] + [order.customer_id for order in orders.values()]
    customers = {customer.pk: customer for customer in _CUSTOMERS.rows(_known(customer_ids))}
    segments = _SEGMENTS.rows(list(calls))
    _name_people(calls.values(), customers.values(), segments)
    for order in orders.values():
        order.customer = customers[order.customer_id]
    for call in calls.values():
        call.customer = customers.get(call.customer_id) if call.customer_id else None
        call.order = orders.get(call.order_id) if call.order_id else None
    _put_beside(calls, segments)
    return calls


def _known(ids: Iterable[int | None]) -> list[int]:
    return list({pk for pk in ids if pk is not None})


def _name_people(calls: Iterable[Call], customers: Iterable[Customer], segments: Iterable[Segment]) -> None:
    ids = [call.answered_by_id for call in calls] + [segment.user_id for segment in segments]
    users = {user.pk: user for user in _USERS.rows(_known([*ids, *(one.responsible_id for one in customers)]))}
    for call in calls:
        call.answered_by = users.get(call.answered_by_id) if call.answered_by_id else None
    for segment in segments:
        segment.user = users.get(segment.user_id) if segment.user_id else None
    for customer in customers:
        customer.responsible = users.get(customer.responsible_id) if customer.responsible_id else None


def _put_beside(calls: dict[int, Call], segments: Iterable[Segment]) -> None:
    """What belongs to each call, where prefetching would leave it."""
    beside: dict[int, tuple[list[Segment], list[CallTag]]] = {pk: ([], []) for pk in calls}
    for segment in segments:
        beside[segment.call_id][0].append(segment)
    for tagging in _TAGGINGS.rows(list(calls)):
        beside[tagging.call_id][1].append(tagging.tag)
    for pk, (own, tags) in beside.items():
        calls[pk]._prefetched_objects_cache = {"segments": own, "tags": tags}  # type: ignore[attr-defined]
