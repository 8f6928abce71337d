"""`{% load callcard %}`: icons, and values written for people."""

from __future__ import annotations

from django import template
from django.template.base import Parser, TextNode, Token

from callcard.telephony.numbers import legible
from callcard.ui import writing
from callcard.ui.icons import icon
from callcard.ui.list_panels_html import column_choices, filter_fields
from callcard.ui.options import options_html

register = template.Library()

for _name in ("money", "moment", "day", "full_moment", "duration", "initials", "media_url", "clock", "long_day"):
    register.filter(_name, getattr(writing, _name))
register.filter("legible", legible)
register.filter("column_choices", column_choices)
register.filter("filter_fields", filter_fields)
register.simple_tag(options_html, name="options")


@register.tag("icon")
def icon_tag(parser: Parser, token: Token) -> TextNode:
    """`{% icon "phone" %}`"""
    return TextNode(icon(token.split_contents()[1].strip("\"'")))


@register.filter
def job_tone(state: str) -> str:
    """The tone of a job's state."""
    return {"running": "blue", "done": "green", "failed": "red"}.get(state, "secondary")


@register.filter
def link_tone(state: str) -> str:
    """The tone of a link's state."""
    return {"up": "green", "connecting": "orange", "down": "red", "refused": "red"}.get(state, "secondary")
