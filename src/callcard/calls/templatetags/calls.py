"""`{% load calls %}`: what windows of other rooms show of calls."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from callcard.calls import closing
from callcard.staff import line_names

register = template.Library()


@register.simple_tag
def closing_door(call_id: int) -> SafeString:
    """`{% closing_door call.pk %}`: opens the form for the call's result and the next contact."""
    return mark_safe(closing.closing_door(call_id))


@register.simple_tag
def closing_open(call_id: int) -> SafeString:
    """As `closing_door`, already open: for the call's own window, which is drawn anew when it is sent."""
    return mark_safe(closing.closing_door(call_id, is_open=True))


@register.filter
def line_name(dialled: str) -> str:
    """What the company calls one of its lines, else its number."""
    return line_names.line_name(dialled) or dialled
