"""The form that blocks a number."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.calls.screening.rules import key_of, prefix_key
from callcard.staff.models import Extension, Line
from callcard.telephony.numbers import EMERGENCY_EVERYWHERE, is_emergency, readings
from callcard.ui.forms import WindowForm

_BEGINNING = re.compile(r"\s*(\+|00)[\s().-]*([0-9][\s().-]*){0,4}$")  # fewer digits than any caller has


class BlockForm(WindowForm):
    number = forms.CharField(label=gettext_lazy("Number"), max_length=64)
    is_prefix = forms.BooleanField(
        label=gettext_lazy("All numbers that begin so"),
        required=False,
        help_text=gettext_lazy("Write the beginning with the country's code: +7840"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Empty: until somebody takes it off the list."),
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        self.region = region
        super().__init__(*args, auto_id="block-%s", **kwargs)
        self.fields["number"].widget.attrs |= {"dir": "ltr", "autocomplete": "off", "inputmode": "tel"}

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This moment has passed."))
        return until

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if "number" in values:
            values["key"] = self._key(values["number"], is_prefix=bool(values.get("is_prefix")))
            if problem := self._problem(values):
                self.add_error("number", problem)
        return values

    def _key(self, number: str, *, is_prefix: bool) -> str:
        return prefix_key(number) if is_prefix else key_of(number, readings(number, self.region))

    def _problem(self, values: dict[str, Any]) -> str:
        key, is_prefix = values["key"], values.get("is_prefix")
        if not key and is_prefix:
            return _("This is no beginning of a number. Write it with the country's code: +7840")
        if len(key) < 2:
            return _("This is no number.")
        if not is_prefix and _BEGINNING.match(values["number"]):
            return _("This is only a beginning, and would block nobody. Tick “All numbers that begin so”.")
        if key in EMERGENCY_EVERYWHERE or is_emergency(values["number"], self.region):
            return _("Emergency numbers cannot be blocked.")
        own = Line.objects.exclude(e164="").values_list("e164", flat=True)
        if (is_prefix and any(line.startswith(key) for line in own)) or (not is_prefix and key in own):
            return _("A number of the company's own would be blocked by this.")
        if not is_prefix and Extension.objects.filter(number=key).exists():
            return _("This is a colleague's extension.")
        return ""
