"""What stands on a customer's timeline, in words: one shape for calls, orders, payments, tasks, notes and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from callcard.calls.models import Call
from callcard.customers.models import CustomerNote
from callcard.sales.models import Order, Payment
from callcard.staff.models import User
from callcard.tasks.models import Task
from callcard.tasks.veil import words_for
from callcard.ui.writing import day, duration, money

Names = Mapping[int, str]
"""What the people are called whom the entries of a page name, by id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`icon`: a name of ui/icons.txt. `url`: the window of the record; empty: there is none. `badge` has the `tone`."""

    kind: str
    pk: int
    at: datetime
    icon: str
    title: str
    text: str = ""
    url: str = ""
    badge: str = ""
    tone: str = "secondary"
    amount: str = ""
    who: str = ""
    is_own: bool = False  # a note that this user may change
    may_be_closed: bool = False  # a call of which this user may say what came of it
    call: Call | None = None  # one in which somebody talked: it may have a recording


def call_entry(call: Call, user: User, names: Names) -> Entry:
    talked = duration(call.talk_seconds) if call.talk_seconds else ""
    is_missed = call.outcome not in (Call.Outcome.ANSWERED, Call.Outcome.UNKNOWN)
    icons = {"outbound": "phone-outgoing", "internal": "phone"}
    icon = icons.get(call.direction, "phone-missed" if is_missed else "phone-incoming")
    answered = names.get(call.answered_by_id or 0, "")
    said = ": ".join(filter(None, [call.result, call.note]))
    return Entry(
        "call",
        call.pk,
        call.started_at,
        icon,
        call.get_direction_display(),
        text=said,
        url=_calls_with(call, user),
        badge=" · ".join(filter(None, [str(call.ending), talked])),
        tone="red" if is_missed and call.direction == "inbound" else "green" if talked else "secondary",
        who=_("placed by %(name)s") % {"name": call.placed_by} if call.placed_by else answered,
        may_be_closed=user.may("calls.change"),
        call=call if call.answered_at else None,
    )


def _calls_with(call: Call, user: User) -> str:
    """The calls with this number; the call itself for who does not see the number."""
    if user.veil is not None and not user.veil.has_whole_numbers:
        return reverse("call", args=[call.pk])
    return f"{_call_log()}?{urlencode({'q': call.number})}" if call.number else _call_log()


@lru_cache(maxsize=1)
def _call_log() -> str:
    return reverse("call-log")


def order_entry(order: Order, user: User, names: Names) -> Entry:
    is_cancelled = order.cancelled_at is not None
    return Entry(
        "order",
        order.pk,
        order.ordered_at,
        "shopping-cart",
        _("Order %(number)s") % {"number": order.number},
        text=order.title,
        url=reverse("order", args=[order.pk]),
        badge=_("cancelled") if is_cancelled else order.state.name,
        tone="secondary" if is_cancelled else order.state.colour,
        amount=money(order.total, order.currency),
    )


def payment_entry(payment: Payment, user: User, names: Names) -> Entry:
    is_back = payment.amount < 0
    about = _("for order %(number)s") % {"number": payment.order.number} if payment.order else _("advance")
    return Entry(
        "payment",
        payment.pk,
        payment.paid_at,
        "wallet",
        _("Money given back") if is_back else _("Payment"),
        text=" · ".join(filter(None, [about, payment.method.name if payment.method else "", payment.note])),
        url=reverse("payment", args=[payment.pk]),
        badge=_("cancelled") if payment.cancelled_at else "",
        amount=money(payment.amount, payment.currency),
    )


def task_entry(task: Task, user: User, names: Names) -> Entry:
    due = day(task.due_on or task.due_at)
    if task.is_cancelled:
        badge, tone = _("cancelled"), "secondary"
    elif task.done_at is not None:
        badge, tone = _("done"), "green"
    else:
        badge, tone = (_("due %(day)s") % {"day": due} if due else _("to do")), "blue"
    return Entry(
        "task",
        task.pk,
        task.created_at,
        "list-todo",
        words_for(user, task.title),
        text=words_for(user, task.note),
        url=reverse("task", args=[task.pk]),
        badge=badge,
        tone=tone,
        who=names.get(task.assignee_id, ""),
    )


def note_entry(note: CustomerNote, user: User, names: Names) -> Entry:
    return Entry(
        "note",
        note.pk,
        note.written_at,
        "sticky-note",
        _("Note"),
        text=note.text,
        who=names.get(note.author_id or 0, ""),
        is_own=(note.author_id in (None, user.pk) or user.may("customers.others_notes")) and user.may("notes.change"),
    )
