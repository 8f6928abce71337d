"""`{% load calls %}`: what windows of other rooms show of calls."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from callcard.calls import closing

register = template.Library()


@register.simple_tag
def closing_door(call_id: int) -> SafeString:
    """`{% closing_door call.pk %}`: opens the form for the call's result and the next contact."""
    return mark_safe(closing.closing_door(call_id))
