"""The administrator's settings of missed calls."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from callcard.calls.missed.models import MissedSettings
from callcard.calls.missed.setting import decide, missed_settings
from callcard.staff.models import User
from callcard.staff.roles.queries import own_words
from callcard.ui.forms import WindowForm


class MissedSettingsForm(WindowForm):
    minutes = forms.IntegerField(
        label=gettext_lazy("Call back within, minutes"),
        min_value=0,
        max_value=10_080,
        help_text=gettext_lazy("Counted from the first call in vain, at night too. 0: without a limit."),
    )
    told_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who is told when nobody has called back by then"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only those of them who see calls at all. Choose none and nobody is told."),
    )
    makes_tasks = forms.BooleanField(
        label=gettext_lazy("A task for who should call back"),
        required=False,
        help_text=gettext_lazy("With a reminder when it is due. It closes by itself when somebody speaks to them."),
    )

    def __init__(self, data: Any = None, *, held: MissedSettings) -> None:
        initial = {name: getattr(held, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id="missed-settings-%s")
        told = self.fields["told_roles"]
        assert isinstance(told, forms.MultipleChoiceField)
        ready = [(role.value, role.label) for role in User.Role if role != User.Role.EXPORTER]
        told.choices = [*ready, *own_words(also=held.told_roles)]


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    form = MissedSettingsForm(request.POST or None, held=missed_settings())
    if request.method == "POST" and form.is_valid():
        decide(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("missed-settings")
    return render(request, "calls/missed/settings.html", {"form": form})
