"""What one may ask the call log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcard.calls.models import Call
from callcard.staff.visibility import Visibility

_ANY = ("", _("Any"))


class LogFilter(forms.Form):
    """Every field may be empty. What cannot be read is reported beside its field and filters nothing."""

    q = forms.CharField(label=_("Name or number"), required=False, max_length=80)
    direction = forms.ChoiceField(label=_("Direction"), required=False, choices=[_ANY, *Call.Direction.choices])
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=[_ANY, *Call.Outcome.choices[1:]])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def apply(self, calls: QuerySet[Call], visibility: Visibility) -> QuerySet[Call]:
        self.is_valid()
        asked = self.cleaned_data
        for name in ("direction", "outcome"):
            if asked.get(name):
                calls = calls.filter(**{name: asked[name]})
        if asked.get("q"):
            calls = calls.filter(_about(asked["q"], visibility))
        if asked.get("since"):
            calls = calls.filter(started_at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            calls = calls.filter(started_at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return calls


def _about(words: str, visibility: Visibility) -> Q:
    """By name only among the customers one may see: a search must not tell who the others are."""
    named = Q(customer__name__icontains=words) & visibility.customers_filter("customer__")
    found = named | Q(shown_name__icontains=words)
    digits = "".join(sign for sign in words if sign.isdigit())
    if len(digits) >= 3:
        found |= Q(number__contains=digits) | Q(e164__contains=digits) | Q(line__contains=digits)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
