"""Settings of a PBX."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from callcard.connectors.asterisk.options import OptionsNotValid, options_from
from callcard.switchboard.models import Pbx


class PbxForm(forms.Form):
    """The secret is never sent to a browser: an empty field keeps the one that is stored."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=Pbx.Kind.choices)
    host = forms.CharField(label=_("Address"), max_length=200, required=False, initial="127.0.0.1")
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65535, initial=5038)
    username = forms.CharField(label=_("User name"), max_length=80, required=False, initial="callcard")
    secret = forms.CharField(
        label=_("Secret"), max_length=200, required=False, widget=forms.PasswordInput(render_value=False)
    )
    tls = forms.BooleanField(label=_("Encrypted (TLS)"), required=False)
    ca_file = forms.CharField(label=_("File with the certificate authority"), max_length=300, required=False)
    trunks = forms.CharField(
        label=_("Trunks"),
        max_length=300,
        required=False,
        help_text=_("Only where the calls from outside are taken for our own phones"),
    )
    is_enabled = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    _OPTIONS = ("host", "port", "username", "secret", "tls", "ca_file", "trunks")

    def __init__(self, data: Any = None, *, pbx: Pbx | None = None) -> None:
        self.pbx = pbx
        super().__init__(data, initial=_initial(pbx) if pbx else None)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("kind") == Pbx.Kind.ASTERISK:
            try:
                options_from(self.options())
            except OptionsNotValid as error:
                for name, words in error.problems.items():
                    self.add_error(name if name in self.fields else None, words)
        return values

    def options(self) -> dict[str, Any]:
        """What is kept for the connector: only what was filled in."""
        kept = dict(self.pbx.options) if self.pbx else {}
        given = {name: self.cleaned_data.get(name) for name in self._OPTIONS if self.cleaned_data.get(name)}
        kept = {name: value for name, value in kept.items() if name not in self._OPTIONS or name == "secret"}
        return kept | given

    def slug(self) -> str:
        """The stored one, else a free one made of the name."""
        if self.pbx:
            return self.pbx.slug
        wanted = slugify(self.cleaned_data["name"])[:30] or self.cleaned_data["kind"]
        taken = set(Pbx.objects.values_list("slug", flat=True))
        return next(slug for n in range(1, 10_000) if (slug := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def _initial(pbx: Pbx) -> dict[str, Any]:
    options = {name: value for name, value in pbx.options.items() if name != "secret"}
    return options | {"name": pbx.name, "kind": pbx.kind, "is_enabled": pbx.is_enabled}
