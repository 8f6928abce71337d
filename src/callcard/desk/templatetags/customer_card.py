"""`{% load customer_card %}`: the values of a customer's card, which are changed where they stand."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from callcard.desk.customer_values import Value
from callcard.ui.icons import icon

register = template.Library()


@register.filter
def card_value(value: Value, placeholder: str = "") -> SafeString:
    """The value as a button; pressed, it becomes a field. Without a value it says what could be there."""
    classes = "cv" if value.shown else "cv is-empty"
    if value.tone:
        classes += f" badge-state tone-{value.tone}"
    picture = icon(value.icon) if value.icon else ""
    name = f"{value.label}: {value.shown or _('nothing yet')}"
    return format_html(
        '<button type="button" class="{}" data-field="{}" data-kind="{}" data-held="{}" data-typed="{}" data-label="{}"'
        ' aria-label="{}" title="{}">{}<bdi>{}</bdi></button>',
        *(classes, value.key, value.kind, value.held, value.typed, value.label, name, name, picture),
        value.shown or placeholder or value.label,
    )


@register.filter
def picture(name: str) -> SafeString:
    """An icon whose name is a value."""
    return icon(name)
