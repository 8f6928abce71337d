"""`{% load sales %}`: lines with their amounts, and changes of orders in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template

from callcard.customers.list_rows_html import numbers_cell
from callcard.sales.change_words import change_words
from callcard.sales.debt_words import debt_words
from callcard.sales.order_rows_html import due_day, state_badge
from callcard.sales.typed_lines import TypedLine

register = template.Library()
register.filter("change_words", change_words)
register.filter("debt_words", debt_words)
register.filter("numbers_cell", numbers_cell)
register.filter("due_day", due_day)
register.filter("state_badge", state_badge)


@register.filter
def with_figures(lines: Sequence[TypedLine], figures: Mapping[str, Any]) -> Iterator[tuple[TypedLine, str, str]]:
    """Each line with what it comes to and what its discount takes off; nothing while it cannot be understood."""
    waiting = zip(figures["amounts"], figures["less"], strict=True)
    for line in lines:
        amount, less = next(waiting, ("", "")) if line.figures else ("", "")
        yield line, amount, less
