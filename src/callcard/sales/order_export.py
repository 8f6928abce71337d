"""Taking orders out of the program, as customers are: who may, is written down, and it is sent while it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from callcard.customers.transfer.exporting import as_csv, delimiter
from callcard.customers.transfer.leaving import MEDIA_TYPES, chosen_ids, counted, keep_step
from callcard.customers.transfer.sending import sent
from callcard.kit.workbook import Cell, workbook
from callcard.sales.models import Order, OrderQuerySet
from callcard.sales.order_lists import columns_for as list_columns
from callcard.sales.order_lists import found_orders
from callcard.sales.remembering import plain
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import read_asked, without

_OWN_NAMES = ("form", "column", "id")
_READ_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Column:
    """`read` writes an order's cell; an amount stays a number in a workbook."""

    key: str
    title: str
    read: Callable[[Order], Cell]


def columns_for() -> list[Column]:
    return [
        Column("number", _("Number"), lambda one: one.number),
        Column("customer", _("Customer"), lambda one: one.customer.name),
        Column("title", _("About"), lambda one: one.title),
        Column("state", _("State"), lambda one: _("Cancelled") if one.is_cancelled else one.state.name),
        Column("ordered", _("Ordered"), lambda one: timezone.localtime(one.ordered_at).date().isoformat()),
        Column("due", _("Due"), lambda one: one.due_on.isoformat() if one.due_on else ""),
        Column("currency", _("Currency"), lambda one: one.currency),
        Column("total", _("Total"), lambda one: one.total),
        Column("tax", _("Tax"), lambda one: one.tax),
        Column("paid", _("Paid"), lambda one: one.paid),
        Column("debt", _("To pay"), lambda one: one.debt),
        Column("responsible", _("Responsible"), lambda one: one.responsible.shown_name if one.responsible else ""),
        Column("lines", _("Lines"), _lines),
        Column("note", _("Note"), lambda one: one.note),
    ]


def _lines(order: Order) -> str:
    return "; ".join(f"{line.title}: {plain(line.quantity)} × {plain(line.price)}" for line in order.lines.all())


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What to take of the list that the address asks for."""
    context = {
        "columns": columns_for(),
        "number": len(chosen_ids(request)) or None,
        "pairs": [(name, value) for name, values in request.GET.lists() for value in values],
        "question": without(request.GET, *_OWN_NAMES),
    }
    return render(request, "sales/order_export.html", context)


@require_GET
def file(request: HttpRequest) -> HttpResponseBase:
    user, form = signed_in(request), request.GET.get("form", "csv")
    known, question = columns_for(), without(request.GET, *_OWN_NAMES)
    wanted = set(request.GET.getlist("column")) or {column.key for column in known}
    columns = [column for column in known if column.key in wanted]
    if form not in ("csv", "xlsx") or not columns:
        raise BadRequest
    step = keep_step(user, what="orders", form=form, columns=[column.key for column in columns], question=question)
    orders = counted(_in_chunks(_orders(request, user)), step)
    rows = ([column.read(order) for column in columns] for order in orders)
    head = [column.title for column in columns]
    chunks = (
        workbook(head, rows, title=_("Orders"))
        if form == "xlsx"
        else as_csv(head, ([_written(cell) for cell in row] for row in rows), delimiter())
    )
    return sent(request, chunks, name=f"orders-{timezone.localdate():%Y-%m-%d}.{form}", media_type=MEDIA_TYPES[form])


def _orders(request: HttpRequest, user: User) -> OrderQuerySet:
    """Those that were chosen, else those that the list's question finds; never one that this user may not see."""
    ids = chosen_ids(request)
    if ids:
        return Order.objects.visible_to(user).filter(pk__in=ids)
    return found_orders(user, read_asked(request.GET, list_columns(user), sort="-ordered")).rows


def _in_chunks(rows: OrderQuerySet) -> Iterator[Order]:
    """In the order in which they were written down; no joins, as in the list."""
    related = rows.prefetch_related("customer", "state", "responsible", "lines").order_by("pk")
    last = 0
    while chunk := list(related.filter(pk__gt=last)[:_READ_AT_ONCE]):
        yield from chunk
        last = chunk[-1].pk


def _written(cell: Cell) -> str:
    return plain(cell) if isinstance(cell, Decimal) else cell
