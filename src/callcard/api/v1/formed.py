"""What programs say of settings, read by the forms with which people type it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from callcard.api.problems import Problem


def typed(said: Mapping[str, Any]) -> QueryDict:
    """As a browser would send it: what is not so, or nothing, is not sent."""
    sent = QueryDict(mutable=True)
    for name, value in said.items():
        if isinstance(value, list):
            sent.setlist(name, [_word(one) for one in value])
        elif value is not None and value is not False:
            sent[name] = _word(value)
    return sent


def _word(value: Any) -> str:
    if value is True:
        return "on"
    if isinstance(value, datetime):
        return timezone.make_naive(value).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def refuse_unless_valid(form: forms.BaseForm, names: Mapping[str, str] | None = None) -> None:
    """`names`: what a field of the form is called by programs, where that differs. Raises Problem (422)."""
    if form.is_valid():
        return
    told = {"__all__": "", **(names or {})}
    errors = [(told.get(name, name), str(word)) for name, words in form.errors.items() for word in words]
    raise Problem(422, errors=errors)
