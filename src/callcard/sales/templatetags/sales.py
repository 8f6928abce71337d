"""`{% load sales %}`: lines with their amounts, and changes of orders in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from callcard.customers.list_rows_html import numbers_cell
from callcard.sales.change_words import change_words
from callcard.sales.debt_words import debt_words
from callcard.sales.models import Order
from callcard.sales.order_rows_html import due_day, state_badge
from callcard.sales.typed_lines import TypedLine

register = template.Library()
register.filter("change_words", change_words)
register.filter("debt_words", debt_words)
register.filter("numbers_cell", numbers_cell)
register.filter("due_day", due_day)
register.filter("state_badge", state_badge)


@register.simple_tag
def beside_order(order: Order) -> SafeString:
    """Attributes for forms beside an order: what is around it is drawn anew, and what is being typed into it stays."""
    more = f"#order-more-{order.pk}"
    around = ",".join(f"#order-{part}-{order.pk}" for part in ("head", "cancelled", "paid", "left", "save"))
    return format_html(
        'hx-target="{more}" hx-select=".window-messages, {more} &gt; *, .plain-card" hx-swap="innerHTML show:none"'
        ' hx-select-oob="{around}"',
        more=more,
        around=around,
    )


@register.filter
def with_figures(lines: Sequence[TypedLine], figures: Mapping[str, Any]) -> Iterator[tuple[TypedLine, str, str]]:
    """Each line with what it comes to and what its discount takes off; nothing while it cannot be understood."""
    waiting = zip(figures["amounts"], figures["less"], strict=True)
    for line in lines:
        amount, less = next(waiting, ("", "")) if line.figures else ("", "")
        yield line, amount, less
