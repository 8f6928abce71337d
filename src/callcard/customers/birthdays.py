"""Days on which somebody can have been born."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_EARLIEST_YEAR = 1800  # companies have birthdays too


def check_birthday(day: date, *, today: date | None = None) -> None:
    """Raises ValidationError for a day that is still to come, or too long ago."""
    if day > (today or timezone.localdate()):
        raise ValidationError(_("A birthday is no day that is still to come."))
    if day.year < _EARLIEST_YEAR:
        raise ValidationError(_("This day is too long ago."))


class BirthdayField(forms.DateField):
    """A birthday as the browser sends it; may be left out."""

    def __init__(self) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=gettext_lazy("Birthday"), required=False, widget=widget)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None:
            check_birthday(day)
        return day
