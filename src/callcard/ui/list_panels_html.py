"""The HTML of a list's two long panels: a field for each filter, and the columns to choose from.

Composed here and not in a template: they are hidden in every page of every list, and took a third of its time. Every
value goes through `escape`. `Markup` is HTML already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from callcard.ui.icons import icon
from callcard.ui.lists import Column, Filter
from callcard.ui.options import options_html

Markup = str
_MANY_OPTIONS = 40  # are not all shown at once


def filter_fields(filters: Iterable[tuple[Column, Filter]]) -> SafeString:
    """`filters`: the columns to filter by, each with what is set of it."""
    words = escape(_("empty"))
    return mark_safe("".join(_field(column, now, words) for column, now in filters))


def _field(column: Column, now: Filter, empty: Markup) -> Markup:
    name, title = escape(f"f.{column.key}"), escape(column.title)
    control = _CONTROLS.get(column.kind, _text)(column, now, name, title)
    checked = " checked" if now.is_empty else ""
    without = (
        f'<label class="list-empty"><input class="form-check-input" type="checkbox" name="{name}.empty" value="1"'
        f"{checked}> {empty}</label>"
    )
    return f"<fieldset><legend>{title}</legend>\n{control}\n{without if column.may_be_empty else ''}</fieldset>"


def _choice(column: Column, now: Filter, name: Markup, title: Markup) -> Markup:
    options = options_html(column.options, now.values)
    if len(column.options) < _MANY_OPTIONS:
        return f'<select class="form-select" name="{name}" multiple size="4" aria-label="{title}">{options}</select>'
    return _one_of(options, name, title)


def _yes_no(_column: Column, now: Filter, name: Markup, title: Markup) -> Markup:
    options = options_html((("yes", _("yes")), ("no", _("no"))), now.values)
    return _one_of(options, name, title)


def _one_of(options: Markup, name: Markup, title: Markup) -> Markup:
    return (
        f'<select class="form-select" name="{name}" aria-label="{title}"><option value=""></option>{options}</select>'
    )


def _days(_column: Column, now: Filter, name: Markup, _title: Markup) -> Markup:
    first, last = escape(_("from")), escape(_("to"))
    return (
        f'<span class="list-range"><input class="form-control" type="date" name="{name}.from"'
        f' value="{escape(now.at_least)}" aria-label="{first}"><input class="form-control" type="date"'
        f' name="{name}.to" value="{escape(now.at_most)}" aria-label="{last}"></span>'
    )


def _numbers(_column: Column, now: Filter, name: Markup, _title: Markup) -> Markup:
    first, last = escape(_("from")), escape(_("to"))
    return (
        f'<span class="list-range"><input class="form-control" inputmode="decimal" name="{name}.from"'
        f' value="{escape(now.at_least)}" placeholder="{first}" aria-label="{first}"><input class="form-control"'
        f' inputmode="decimal" name="{name}.to" value="{escape(now.at_most)}" placeholder="{last}"'
        f' aria-label="{last}"></span>'
    )


def _lengths(_column: Column, now: Filter, name: Markup, _title: Markup) -> Markup:
    """Of calls, in seconds or as the list writes them."""
    ends = ((".from", now.at_least, _("from"), "0:30"), (".to", now.at_most, _("to"), "5:00"))
    fields = "".join(
        f'<input class="form-control" name="{name}{end}" value="{escape(value)}" placeholder="{example}" dir="ltr"'
        f' aria-label="{escape(word)}" title="{escape(_("Seconds, or minutes and seconds as 3:20"))}">'
        for end, value, word, example in ends
    )
    return f'<span class="list-range">{fields}</span>'


def _text(_column: Column, now: Filter, name: Markup, title: Markup) -> Markup:
    value = escape(now.values[0]) if now.values else ""
    return f'<input class="form-control" name="{name}" value="{value}" dir="auto" aria-label="{title}">'


_CONTROLS: dict[str, Callable[[Column, Filter, Markup, Markup], Markup]] = {
    "choice": _choice,
    "choices": _choice,
    "yesno": _yes_no,
    "date": _days,
    "number": _numbers,
    "money": _numbers,
    "length": _lengths,
}


def column_choices(columns: Iterable[tuple[Column, bool, int]]) -> SafeString:
    """`columns`: each with whether it is shown and its width in px, 0 for as it comes."""
    up, down = escape(_("Move up: %(name)s")), escape(_("Move down: %(name)s"))
    return mark_safe("".join(_column_choice(column, shown, width, up, down) for column, shown, width in columns))


def _column_choice(column: Column, is_shown: bool, width: int, up: Markup, down: Markup) -> Markup:
    key, title, checked = escape(column.key), escape(column.title), " checked" if is_shown else ""
    name = {"name": title}
    kept = f'<input type="hidden" name="width-{key}" value="{width}">' if width else ""
    return (
        f'<li><span class="handle" aria-hidden="true">{icon("grip-vertical")}</span><label><input'
        f' class="form-check-input" type="checkbox" name="column" value="{key}"{checked}> {title}</label>{kept}'
        f'<button type="button" data-move="up" aria-label="{up % name}">{icon("arrow-up")}</button>'
        f'<button type="button" data-move="down" aria-label="{down % name}">{icon("arrow-down")}</button></li>'
    )
