from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcard.customers.consent.models import Consent


class ConsentForm(forms.Form):
    """One answer for one way."""

    way = forms.ChoiceField(label=_("Way"), choices=Consent.Way.choices)
    answer = forms.ChoiceField(label=_("Answer"), choices=Consent.Answer.choices, required=False)
    said_on = forms.DateField(label=_("On"), initial=timezone.localdate, widget=forms.DateInput({"type": "date"}))
    how = forms.CharField(label=_("How"), max_length=200, required=False, help_text=_("By phone, on a form, by mail…"))
    text = forms.CharField(
        label=_("What was agreed to"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3})
    )
