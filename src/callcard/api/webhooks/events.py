"""The types of events, what each needs its owner to be allowed, and what is told: what /api/v1 shows of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callcard.api.v1.call_telling import call_told
from callcard.api.v1.customer_telling import customer_seen_by, customer_told
from callcard.api.v1.sales_telling import order_seen_by, order_told, payment_told
from callcard.api.v1.tasks import task_told
from callcard.calls.seen import call_seen_by
from callcard.sales.models import Payment
from callcard.staff.models import User
from callcard.staff.visibility import visible_to
from callcard.tasks.queries import task_seen_by

Json = dict[str, Any]
TEST = "webhook.test"
"""Sent by a button; an endpoint need not ask for it."""


@dataclass(frozen=True, slots=True)
class EventType:
    """`subject`: the record that `data` is, as GET /api/v1/<subject>s/<id> tells it."""

    key: str
    subject: str
    words: str | Promise


_ALL = (
    EventType("call.began", "call", _("A call began")),
    EventType("call.rang", "call", _("A phone rang")),
    EventType("call.answered", "call", _("A call was answered")),
    EventType("call.ended", "call", _("A call ended")),
    EventType("call.missed", "call", _("A call was missed")),
    EventType("customer.created", "customer", _("A customer was added")),
    EventType("customer.changed", "customer", _("A customer was changed, or their numbers, contacts or addresses")),
    EventType("customer.removed", "customer", _("A customer was archived or erased")),
    EventType("order.created", "order", _("An order was made")),
    EventType("order.changed", "order", _("An order was changed")),
    EventType("order.cancelled", "order", _("An order was cancelled")),
    EventType("payment.created", "payment", _("A payment was entered")),
    EventType("payment.changed", "payment", _("A payment was changed")),
    EventType("payment.cancelled", "payment", _("A payment was cancelled")),
    EventType("task.created", "task", _("A task was made")),
    EventType("task.changed", "task", _("A task was changed, done or cancelled")),
    EventType("task.removed", "task", _("A task was removed")),
)
EVENTS = {event.key: event for event in _ALL}
RIGHT_OF = {
    "call": "calls.see",
    "customer": "customers.see",
    "order": "sales.see",
    "payment": "sales.see",
    "task": "tasks.see",
}


def told_to(user: User, subject: str, pk: int, *, is_gone: bool = False) -> Json | None:
    """The record as this user sees it; None for what they may not see.

    `is_gone`: it may not be there any more. Then there is nothing by which to tell whose it was, so its id is told to
    those alone who may see everybody's.
    """
    if not user.is_active or not user.may(RIGHT_OF[subject]):
        return None
    told = _TELL[subject](user, pk)
    if told is None and is_gone and visible_to(user, RIGHT_OF[subject].partition(".")[0]).everything:
        return {"id": pk}
    return told


def _call(user: User, pk: int) -> Json | None:
    try:
        return call_told(call_seen_by(user, pk), user)
    except Http404:
        return None


def _customer(user: User, pk: int) -> Json | None:
    customer = customer_seen_by(user, pk)
    return customer_told(customer, user) if customer else None


def _order(user: User, pk: int) -> Json | None:
    order = order_seen_by(user, pk)
    return order_told(order) if order else None


def _payment(user: User, pk: int) -> Json | None:
    seen = Payment.objects.visible_to(user).select_related("customer", "order", "method")
    payment = seen.filter(pk=pk).first()
    return payment_told(payment) if payment else None


def _task(user: User, pk: int) -> Json | None:
    task = task_seen_by(user, pk)
    return task_told(task, user) if task else None


_TELL: dict[str, Callable[[User, int], Json | None]] = {
    "call": _call,
    "customer": _customer,
    "order": _order,
    "payment": _payment,
    "task": _task,
}
