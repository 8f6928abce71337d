"""`{% load sales %}`: lines with their amounts, and changes of orders in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django import template

from callcard.sales.change_words import change_words
from callcard.sales.typed_lines import TypedLine

register = template.Library()
register.filter("change_words", change_words)


@register.filter
def with_amounts(lines: Sequence[TypedLine], amounts: Sequence[str]) -> Iterator[tuple[TypedLine, str]]:
    """Each line with what it comes to; nothing while it cannot be understood."""
    waiting = iter(amounts)
    for line in lines:
        yield line, next(waiting, "") if line.figures else ""
