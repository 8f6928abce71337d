"""Writes the fields of forms.

Django includes two templates for each entry of a list, and a form that offers all countries and languages three times
has thousands of them: most of the time that such a window took. The few kinds of fields that forms are made of are
written here, to the same HTML; every other kind, and whatever has a template of its own, is Django's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget: TypeAlias = Mapping[str, Any]
_FOLDER = "django/forms/widgets/"
_INPUTS = "date datetime email hidden input number password search tel text time url"


class FieldsInPython(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        write = _WRITERS.get(template_name)
        if write is None or "widget" not in context:
            return mark_safe(super().render(template_name, context, request))  # what a template has made
        return mark_safe(write(context["widget"]))  # every value was escaped where it was put in


def _attributes(widget: Widget) -> str:
    """As they stand in a tag, each with a space before it."""
    given = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_escaped(value)}"'
        for name, value in given
    )


def _escaped(value: object) -> str:
    return conditional_escape(str(value))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(widget["value"])}"'
    return f'<input type="{_escaped(widget["type"])}" name="{_escaped(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    text = conditional_escape(localize(widget["value"])) if widget["value"] else ""
    return f'<textarea name="{_escaped(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return f'<select name="{_escaped(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: object, options: list[Widget]) -> str:
    entries = "".join(map(_option, options))
    return f'\n<optgroup label="{conditional_escape(str(localize(name)))}">{entries}\n</optgroup>' if name else entries


def _option(option: Widget) -> str:
    label = conditional_escape(localize(option["label"]))
    return f'\n<option value="{_escaped(option["value"])}"{_attributes(option)}>{label}</option>'


_WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"{_FOLDER}{name}.html": _input for name in _INPUTS.split()},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
}
