"""`{% load customer_card %}`: the values of a customer's card, which are changed where they stand."""

from __future__ import annotations

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from callcard.calls.closing import closing_door
from callcard.calls.recordings.marks import recording_mark
from callcard.desk.customer_entries import Entry
from callcard.desk.customer_values import Value
from callcard.ui.icons import icon
from callcard.ui.writing import moment

register = template.Library()


@register.filter
def card_value(value: Value, placeholder: str = "") -> SafeString:
    """The value as a button; pressed, it becomes a field. Without a value it says what could be there. It is text for
    those whose roles do not let them change it."""
    classes = "cv" if value.shown else "cv is-empty"
    if value.tone:
        classes += f" badge-state tone-{value.tone}"
    picture = icon(value.icon) if value.icon else ""
    if value.is_fixed:
        shape = classes.replace("cv", "cv-fixed", 1)
        return format_html('<span class="{}">{}<bdi>{}</bdi></span>', shape, picture, value.shown)
    name = f"{value.label}: {value.shown or _('nothing yet')}"
    return format_html(
        '<button type="button" class="{}" data-field="{}" data-kind="{}" data-held="{}" data-typed="{}" data-label="{}"'
        ' aria-label="{}" title="{}">{}<bdi>{}</bdi></button>',
        *(classes, value.key, value.kind, value.held, value.typed, value.label, name, name, picture),
        value.shown or placeholder or value.label,
    )


@register.filter
def timeline_entry(entry: Entry) -> SafeString:
    """A line of the timeline. In Python, because there are many of them (see the ADR on the caller's card)."""
    title = escape(entry.title)
    if entry.url:
        head = f'<a href="{escape(entry.url)}" data-window dir="auto">{title}</a>'
    else:
        head = f'<b dir="auto">{title}</b>'
    if entry.badge:
        shape = "is-sentence " if entry.kind == "call" else ""  # how a call ended may take more than a word
        head += f' <span class="badge-state {shape}tone-{escape(entry.tone)}"><bdi>{escape(entry.badge)}</bdi></span>'
    if entry.call:
        head += recording_mark(entry.call)
    if entry.amount:
        head += f' <span class="ccard-amount">{escape(entry.amount)}</span>'
    who = f"<bdi>{escape(entry.who)}</bdi>" if entry.who else ""
    return mark_safe(
        f'<li class="entry entry-{entry.kind}" data-entry="{entry.kind}-{entry.pk}"><span class="entry-icon">'
        f'{icon(entry.icon)}</span><div class="entry-what"><p class="entry-head">{head}</p>{_text(entry)}'
        f"{_door(entry)}</div>"
        f'<span class="entry-when quiet"><time datetime="{entry.at.isoformat()}">{escape(moment(entry.at))}</time>'
        f"{who}</span></li>"
    )


def _door(entry: Entry) -> str:
    return closing_door(entry.pk) if entry.may_be_closed else ""


def _text(entry: Entry) -> str:
    if not entry.text:
        return ""
    if not entry.is_own:
        return f'<p class="entry-text" dir="auto">{escape(entry.text)}</p>'
    return (
        f'<button type="button" class="cv entry-text" data-note="{entry.pk}"'
        f' aria-label="{escape(_("Change this note"))}"'
        f' dir="auto">{escape(entry.text)}</button>'
    )
