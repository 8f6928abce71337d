"""`{% load calls %}`: what windows of other rooms show of calls."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from callcard.calls import call_html, closing
from callcard.calls.models import Call
from callcard.staff import line_names

register = template.Library()

for _piece in (call_html.direction_icon, call_html.number_html, call_html.outcome_html):
    register.filter(_piece.__name__, _piece)


@register.simple_tag
def call_who(call: Call, unknown: str = "") -> SafeString:
    """`{% call_who call unknown %}`: whom a call was with."""
    return call_html.who_html(call, unknown=unknown)


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
    return line_names.line_shown(dialled)
