"""The administrator's settings of calls."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from callcard.calls.setting import call_settings, decide
from callcard.ui.forms import WindowForm


class CallSettingsForm(WindowForm):
    needs_result = forms.BooleanField(
        label=gettext_lazy("Every talk needs a result"),
        required=False,
        help_text=gettext_lazy("Who talked is asked for it when they close the card or leave the call's window."),
    )
    needs_result_seconds = forms.IntegerField(
        label=gettext_lazy("Not for talks shorter than, seconds"), min_value=0, max_value=3600
    )
    may_write_by_hand = forms.BooleanField(
        label=gettext_lazy("Calls may be written down by hand"),
        required=False,
        help_text=gettext_lazy("For telephones that are not connected, such as private mobiles."),
    )


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    held = call_settings()
    initial = {name: getattr(held, name) for name in CallSettingsForm.base_fields}
    form = CallSettingsForm(request.POST or None, initial=initial, auto_id="call-settings-%s")
    if request.method == "POST" and form.is_valid():
        decide(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("call-settings")
    return render(request, "calls/settings.html", {"form": form})
