"""An endpoint as somebody enters it."""

from __future__ import annotations

import ipaddress
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.api.webhooks.events import EVENTS
from callcard.api.webhooks.models import Endpoint
from callcard.calls.recordings.web import FetchFailed, is_allowed, place_of
from callcard.ui.forms import WindowForm


class EndpointForm(WindowForm):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=60)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Such as https://shop.example.com/callcard"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told of"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(event.key, event.words) for event in EVENTS.values()],
        error_messages={"required": gettext_lazy("Tick at least one event.")},
    )

    def __init__(self, data: Any = None, *, endpoint: Endpoint | None = None) -> None:
        initial = {name: getattr(endpoint, name) for name in ("name", "address", "events")} if endpoint else {}
        super().__init__(data, initial=initial, auto_id=f"webhook-{endpoint.pk if endpoint else 'new'}-%s")

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).replace("\x00", "")

    def clean_address(self) -> str:
        """Names are looked up when something is sent: what they mean may change at any time."""
        address = str(self.cleaned_data["address"])
        try:
            scheme, host, _port = place_of(address)
        except FetchFailed:
            raise forms.ValidationError(
                _("https:// and a host are wanted, without a password. One is https://shop.example.com/callcard.")
            ) from None
        if settings.WEBHOOKS_PRIVATE:
            return address
        if scheme != "https":
            raise forms.ValidationError(_("Messages go over https only: begin with https://."))
        if _is_private(host):
            raise forms.ValidationError(
                _("This address is in an own network. CALLCARD_WEBHOOKS_PRIVATE allows such for all webhooks.")
            )
        return address


def _is_private(host: str) -> bool:
    try:
        return not is_allowed(ipaddress.ip_address(host), is_own=False)
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")
