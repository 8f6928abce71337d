"""The HTML of the rows of a list of orders.

Composed here and not in a template, as those of customers are (`customers.list_rows_html`). Every value goes through
`escape`. `Markup` is HTML already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from callcard.customers.list_rows_html import badge
from callcard.sales.models import Order
from callcard.ui.addresses import Addresses, addresses_of
from callcard.ui.icons import icon
from callcard.ui.list_rows_html import row_start
from callcard.ui.lists import Column
from callcard.ui.writing import day, money

Markup = str


def rows_html(orders: Iterable[Order], columns: Sequence[Column]) -> SafeString:
    """The contents of the table's body: the first row is the one that the keyboard enters."""
    page = _Page(addresses_of("order"), addresses_of("customer-card"))
    heads = [(_CELLS.get(column.key, _standing), f' data-label="{escape(column.title)}"') for column in columns]
    picked = escape(_("Select %(name)s"))
    rows = []
    for place, order in enumerate(orders):
        cells = "".join(cell(order, label, page) for cell, label in heads)
        words = picked % {"name": escape(order.number)}
        start = row_start(order.pk, tone=order.state.colour or "grey", words=words, place=place)
        rows.append(f"{start}{cells}</tr>")
    return mark_safe("\n".join(rows))


@dataclass(frozen=True, slots=True)
class _Page:
    """Where orders and customers are."""

    order: Addresses
    customer: Addresses


# -- cells: (order, the attribute that names the column on a narrow page, addresses) -------------------------------


def _number(order: Order, _label: Markup, page: _Page) -> Markup:
    return f'<td class="number">{_link(page.order(order.pk), order.number)}</td>'


def _customer(order: Order, _label: Markup, page: _Page) -> Markup:
    return f"<td>{_link(page.customer(order.customer_id), order.customer.name)}</td>"


def _link(address: str, words: str) -> Markup:
    return f'<a tabindex="-1" href="{address}" data-window><bdi>{escape(words)}</bdi></a>'


def _title(order: Order, _label: Markup, _page: _Page) -> Markup:
    return f'<td class="long"><bdi>{escape(order.title)}</bdi></td>'


def _state(order: Order, _label: Markup, _page: _Page) -> Markup:
    return f"<td>{state_badge(order)}</td>"


def _total(order: Order, label: Markup, _page: _Page) -> Markup:
    return f'<td{label} class="seconds">{escape(money(order.total, order.currency))}</td>'


def _debt(order: Order, label: Markup, _page: _Page) -> Markup:
    owed = order.debt
    shown = f'<b class="debt">{escape(money(owed, order.currency))}</b>' if owed > 0 else ""
    return f'<td{label} class="seconds">{shown}</td>'


def _ordered(order: Order, label: Markup, _page: _Page) -> Markup:
    return f"<td{label}>{escape(day(order.ordered_at))}</td>"


def _due(order: Order, label: Markup, _page: _Page) -> Markup:
    is_late = order.is_past_due
    return f"<td{label if order.due_on and not is_late else ''}>{_due_day(order, is_late)}</td>"


def _responsible(order: Order, label: Markup, _page: _Page) -> Markup:
    who = order.responsible
    return f"<td{label if who else ''}><bdi>{escape(who.shown_name) if who else ''}</bdi></td>"


def _currency(order: Order, _label: Markup, _page: _Page) -> Markup:
    return f"<td>{escape(order.currency)}</td>"


def _standing(order: Order, _label: Markup, _page: _Page) -> Markup:
    if order.is_cancelled:
        return f"<td>{escape(_('Cancelled'))}</td>"
    words = _("Past due") if order.is_past_due else _("Going on") if order.is_current else ""
    return f"<td>{escape(words)}</td>"


def state_badge(order: Order) -> SafeString:
    """The state in its colour, or that it is cancelled."""
    if order.is_cancelled:
        return mark_safe(f'<span class="badge-state tone-red">{escape(_("Cancelled"))}</span>')
    return mark_safe(badge(order.state))


def due_day(order: Order) -> SafeString:
    """When it is due, with a warning when that day has passed."""
    return mark_safe(_due_day(order, order.is_past_due))


def _due_day(order: Order, is_late: bool) -> Markup:
    if not is_late:
        return escape(day(order.due_on))
    words = _("was due %(day)s") % {"day": day(order.due_on)}
    return f'<span class="badge-state tone-red">{icon("triangle-alert")}{escape(words)}</span>'


_CELLS: dict[str, Callable[[Order, Markup, _Page], Markup]] = {
    "number": _number,
    "customer": _customer,
    "title": _title,
    "state": _state,
    "total": _total,
    "debt": _debt,
    "ordered": _ordered,
    "due": _due,
    "responsible": _responsible,
    "currency": _currency,
}
