"""Writes of orders. Each keeps totals, balances and the history right in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.customers import search_index
from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer
from callcard.sales.balances import by_currency, owe
from callcard.sales.models import Order, OrderLine, OrderState, Product
from callcard.sales.numbering import ORDERS, next_number
from callcard.sales.remembering import remember, seen
from callcard.sales.rules import ZERO, LineFigures, OrderFigures, order_figures, rounded
from callcard.staff.company import company
from callcard.staff.models import Change, User

CHANGEABLE = frozenset(
    {"title", "state", "total", "currency", "responsible", "due_on", "ordered_at", "note"}
    | {"discount_percent", "discount_amount", "is_tax_included"}
)
"""Columns of an order that `update_order` takes."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the order since it was read. `order` is what it is now."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


class CurrencyIsSettled(ValueError):
    """Payments are written down for the order already, in its own currency."""


class OrderIsCancelled(ValueError):
    """Nothing of a cancelled order is changed."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as it is wanted. Without a product it is free text."""

    title: str
    figures: LineFigures
    unit: str = ""
    product: Product | None = None


@transaction.atomic
def record_order(
    *,
    customer: Customer,
    number: str = "",
    total: Decimal = ZERO,
    currency: str = "",
    state: OrderState | None = None,
    title: str = "",
    responsible: User | None = None,
    ordered_at: datetime | None = None,
    due_on: date | None = None,
    note: str = "",
    lines: Sequence[LineDraft] = (),
    discount_percent: Decimal = ZERO,
    discount_amount: Decimal = ZERO,
    is_tax_included: bool = True,
    by: User | None = None,
    batch: str = "",
) -> Order:
    """Write down an order; the customer owes its total unless the state says otherwise.

    The total is that of the lines; `total` is for an order of which no more is known. Without a number it gets the
    next one of the year, without a currency the company's, without a state the first.
    """
    customer = held_for_writing(customer)
    state = state or first_state()
    order = Order(
        customer=customer,
        number=number or next_number(ORDERS, is_taken=lambda taken: Order.objects.filter(number=taken).exists()),
        title=title,
        state=state,
        currency=(currency or company().currency).upper(),
        responsible=responsible,
        ordered_at=ordered_at or timezone.now(),
        due_on=due_on,
        note=note,
        discount_percent=discount_percent,
        discount_amount=discount_amount,
        is_tax_included=is_tax_included,
        total=total,
        created_by=by,
    )
    figures = _set_totals(order, lines)
    order.save(force_insert=True)
    _write_lines(order, lines, figures)
    owe(customer.pk, {order.currency: _owed_for(order)})
    search_index.put(customer.pk, source=f"order:{order.pk}", text=order.number)
    remember(order, Change.Action.IMPORTED if batch else Change.Action.CREATED, before={}, by=by, batch=batch)
    return order


def first_state() -> OrderState:
    """What a new order begins as. An empty list of states is given the usual ones first."""
    return OrderState.objects.filter(archived_at=None).first() or _usual_states()[0]


def _usual_states() -> list[OrderState]:
    usual = (("New", "blue", True), ("In work", "yellow", True), ("Delivered", "green", False))
    return OrderState.objects.bulk_create(
        OrderState(name=name, colour=colour, is_current=is_current, position=index)
        for index, (name, colour, is_current) in enumerate(usual)
    )


@transaction.atomic
def update_order(
    *,
    order: Order,
    changes: Mapping[str, Any],
    lines: Sequence[LineDraft] | None = None,
    version: int | None = None,
    by: User | None = None,
    batch: str = "",
    action: Change.Action = Change.Action.CHANGED,
) -> Order:
    """Change these columns (see CHANGEABLE), and the lines if they are given, of the order as it is now in the
    database, and return it.

    `version`: the one that was edited; raises ChangedMeanwhile when there is a newer one. The total of an order with
    lines is theirs, whatever `changes` say. Raises CurrencyIsSettled and OrderIsCancelled.
    """
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"no such column of an order: {', '.join(sorted(unknown))}")
    fresh = locked_order(order.pk)
    if version is not None and fresh.version != version:
        raise ChangedMeanwhile(fresh)
    if fresh.is_cancelled:
        raise OrderIsCancelled(fresh.number)
    before, owed_before, currency_before = seen(fresh), _owed_for(fresh), fresh.currency
    for name, value in changes.items():
        setattr(fresh, name, value)
    _check_currency(fresh, currency_before)
    kept = _drafts(fresh) if lines is None else lines
    figures = _set_totals(fresh, kept)
    fresh.version += 1
    fresh.save()
    if figures:
        _write_lines(fresh, kept, figures)
    elif lines is not None:
        fresh.lines.all().delete()
    owe(fresh.customer_id, by_currency((currency_before, -owed_before), (fresh.currency, _owed_for(fresh))))
    remember(fresh, action, before=before, by=by, batch=batch)
    return fresh


@transaction.atomic
def cancel_order(*, order: Order, why: str = "", by: User | None = None) -> Order:
    """Its number, lines and payments stay; nothing is owed for it any more. A second time nothing happens."""
    fresh = locked_order(order.pk)
    if fresh.is_cancelled:
        return fresh
    before, owed = seen(fresh), _owed_for(fresh)
    fresh.cancelled_at, fresh.cancelled_by, fresh.cancelled_why = timezone.now(), by, why[:200]
    fresh.is_current = False
    _save_cancellation(fresh)
    owe(fresh.customer_id, {fresh.currency: -owed})
    remember(fresh, Change.Action.CANCELLED, before=before, by=by)
    return fresh


@transaction.atomic
def restore_order(*, order: Order, by: User | None = None) -> Order:
    """As it was before it was cancelled. Nothing can have come to depend on that: a cancelled order is given no money
    and is not changed."""
    fresh = locked_order(order.pk)
    if not fresh.is_cancelled:
        return fresh
    before = seen(fresh)
    fresh.cancelled_at, fresh.cancelled_by, fresh.cancelled_why = None, None, ""
    fresh.is_current = fresh.state.is_current
    _save_cancellation(fresh)
    owe(fresh.customer_id, {fresh.currency: _owed_for(fresh)})
    remember(fresh, Change.Action.RESTORED, before=before, by=by)
    return fresh


def _save_cancellation(order: Order) -> None:
    """The version is of what one edits: who is at it may go on when the order is brought back."""
    order.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_why", "is_current"])


def locked_order(pk: int) -> Order:
    """As it is now, and nobody else's to change before the transaction ends."""
    return Order.objects.select_for_update(of=("self",)).select_related("state").get(pk=pk)


def figures_of(order: Order, *, lines: Sequence[LineFigures]) -> OrderFigures:
    return order_figures(
        lines,
        currency=order.currency,
        discount_percent=order.discount_percent,
        discount_amount=order.discount_amount,
        is_tax_included=order.is_tax_included,
    )


def _set_totals(order: Order, lines: Sequence[LineDraft]) -> OrderFigures | None:
    order.currency = order.currency.upper()
    order.is_current = order.state.is_current and not order.is_cancelled
    if not lines:
        order.total, order.tax = rounded(order.total, order.currency), ZERO
        return None
    figures = figures_of(order, lines=[line.figures for line in lines])
    order.total, order.tax = figures.total, figures.tax
    return figures


def _write_lines(order: Order, lines: Sequence[LineDraft], figures: OrderFigures | None) -> None:
    if figures is None:
        return
    order.lines.all().delete()
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            product=line.product,
            title=line.title[:200],
            unit=line.unit[:20],
            quantity=line.figures.quantity,
            price=line.figures.price,
            discount_percent=line.figures.discount_percent,
            discount_amount=line.figures.discount_amount,
            tax_percent=line.figures.tax_percent,
            amount=amount,
        )
        for position, (line, amount) in enumerate(zip(lines, figures.amounts, strict=True))
    )


def _drafts(order: Order) -> list[LineDraft]:
    return [
        LineDraft(title=line.title, figures=line.figures, unit=line.unit, product=line.product)
        for line in order.lines.select_related("product")
    ]


def _check_currency(order: Order, before: str) -> None:
    is_other = order.currency.upper() != before
    if is_other and (order.payments.exists() or order.allocations.exists()):
        raise CurrencyIsSettled(order.number)


def _owed_for(order: Order) -> Decimal:
    return order.total if order.is_owed else ZERO
