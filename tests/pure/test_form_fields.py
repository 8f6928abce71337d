"""The fields of forms that are written in Python are Django's to the letter, but for the space between tags."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from callcard.ui.form_renderer import FieldsInPython

EVIL = """"><script>alert('1')</script>&amp;"""
CHOICES = [("", "—"), ("a", EVIL), (3, 1234567), ("G", [(True, gettext_lazy("Yes")), (EVIL, mark_safe("<b>x</b>"))])]
WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.Select(choices=CHOICES), "a"),
    (forms.Select(choices=CHOICES, attrs={"class": EVIL, "required": True, "hidden": False}), 3),
    (forms.Select(choices=[]), None),
    (forms.SelectMultiple(choices=CHOICES), ["a", EVIL]),
    (forms.NullBooleanSelect(), True),
    (forms.TextInput(attrs={"id": "id_x", "autofocus": True, "data-x": mark_safe("a&amp;b")}), EVIL),
    (forms.TextInput(), None),
    (forms.TextInput(), ""),
    (forms.NumberInput(attrs={"step": Decimal("0.01"), "min": 0}), Decimal("1234.50")),
    (forms.EmailInput(), "a@b.c"),
    (forms.URLInput(), "https://a/?b=1&c=2"),
    (forms.PasswordInput(), "secret"),
    (forms.HiddenInput(), 12),
    (forms.DateInput(attrs={"type": "date"}), datetime.date(2026, 1, 2)),
    (forms.DateTimeInput(), datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)),
    (forms.TimeInput(), datetime.time(3, 4)),
    (forms.Textarea(attrs={"rows": 3}), f"{EVIL}\n\n"),
    (forms.Textarea(), ""),
    (forms.CheckboxInput(), True),
    (forms.RadioSelect(choices=CHOICES), "a"),
    (forms.ClearableFileInput(), None),
]


def both(widget: forms.Widget, name: str, value: object) -> list[str]:
    """As we write it, and as Django does."""
    return [
        re.sub(r">\s+<", "><", widget.render(name, value, {"id": "one"}, renderer=renderer)).strip()
        for renderer in (FieldsInPython(), TemplatesSetting())
    ]


@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_field_is_what_django_writes(widget: forms.Widget, value: object) -> None:
    ours, djangos = both(widget, 'na"me', value)
    assert ours == djangos


@given(st.text(), st.text(), st.text(min_size=1))
def test_whatever_is_in_it_is_escaped_as_django_does(value: str, label: str, attribute: str) -> None:
    for widget in (
        forms.TextInput(attrs={"title": attribute}),
        forms.Textarea(attrs={"title": attribute}),
        forms.Select(choices=[(value, label), (attribute, [(label, value)])]),
    ):
        ours, djangos = both(widget, label, value)
        assert ours == djangos
