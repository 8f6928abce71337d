"""Forms that look like the rest of the page. ui/field.html shows one of their fields."""

from __future__ import annotations

from typing import Any

from django import forms


class WindowForm(forms.Form):
    """`auto_id` must differ between windows: several of them are on one page at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def dress(form: forms.BaseForm) -> None:
    """Give each widget the class of its kind."""
    for field in form.fields.values():
        field.widget.attrs.setdefault("class", _css_class(field.widget))


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
