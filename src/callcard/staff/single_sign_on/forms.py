"""The company's sign-in, as an administrator types it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.roles.models import Role
from callcard.staff.roles.queries import current_roles
from callcard.staff.single_sign_on.models import Provider
from callcard.staff.single_sign_on.rules import NotLetIn
from callcard.staff.single_sign_on.web import checked_address
from callcard.ui.forms import WindowForm

_LTR = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_PLAIN = ("is_on", "name", "issuer", "client_id", "further_scopes", "groups_claim", "name_claim")
_TICKS = ("lets_in_unknown", "trusts_mail", "counts_second_step")


def _text(label: Any, help_text: Any = "", *, longest: int = 300, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs=_LTR)
    return forms.CharField(label=label, help_text=help_text, max_length=longest, required=required, widget=widget)


class ProviderForm(WindowForm):
    is_on = forms.BooleanField(label=gettext_lazy("People may sign in with it"), required=False)
    name = forms.CharField(
        label=gettext_lazy("Words on the button"),
        max_length=60,
        help_text=gettext_lazy("Such as: Sign in with Example Ltd."),
    )
    issuer = _text(
        gettext_lazy("Issuer"), gettext_lazy("The address by which the provider calls itself, exactly as it writes it")
    )
    client_id = _text(gettext_lazy("Client id"))
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Kept encrypted and never shown again. Empty: as it is."),
    )
    further_scopes = _text(
        gettext_lazy("Further scopes"),
        gettext_lazy("Besides openid, profile and email, which are always asked for"),
        longest=200,
        required=False,
    )
    groups_claim = _text(
        gettext_lazy("Claim with the groups"), gettext_lazy("realm_access.roles is one within another"), longest=100
    )
    name_claim = _text(
        gettext_lazy("Claim with the user name"),
        gettext_lazy("For people who are made at their first sign-in"),
        longest=100,
    )
    lets_in_unknown = forms.BooleanField(
        label=gettext_lazy("Let in people who have no account here yet"),
        required=False,
        help_text=gettext_lazy("They are made at their first sign-in, if one of their groups has a role"),
    )
    trusts_mail = forms.BooleanField(
        label=gettext_lazy("Believe e-mail addresses that are not marked as verified"),
        required=False,
        help_text=gettext_lazy(
            "Only if nobody but your own administrators can set them there. It never opens an administrator's account."
        ),
    )
    counts_second_step = forms.BooleanField(
        label=gettext_lazy("A second step made there counts here"),
        required=False,
        help_text=gettext_lazy("If the provider says so in amr or acr"),
    )
    only_by_provider = forms.BooleanField(
        label=gettext_lazy("Passwords and passkeys let in only those who can change roles"),
        required=False,
        help_text=gettext_lazy("So there is a way in on the day on which the provider is down"),
    )

    def __init__(self, data: Any = None, *, row: Provider, only_by_provider: bool) -> None:
        initial = {name: getattr(row, name) for name in (*_PLAIN, *_TICKS)} | {"only_by_provider": only_by_provider}
        super().__init__(data, initial=initial, auto_id="single-sign-on-%s")
        self._row = row

    def clean_issuer(self) -> str:
        issuer = str(self.cleaned_data["issuer"])
        try:
            parts = checked_address(issuer)
        except NotLetIn:
            raise forms.ValidationError(_("An address that begins with https:// is needed.")) from None
        if parts.query or parts.fragment:
            raise forms.ValidationError(_("An issuer has neither ? nor #."))
        return issuer

    def clean_further_scopes(self) -> str:
        scopes = str(self.cleaned_data["further_scopes"])
        if not re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e ]*", scopes):
            raise forms.ValidationError(_("Words with a space between them, such as: groups offline_access"))
        return " ".join(scopes.split())

    def value(self) -> Provider:
        for name in (*_PLAIN, *_TICKS):
            setattr(self._row, name, self.cleaned_data[name])
        if self.cleaned_data["client_secret"]:
            self._row.client_secret = self.cleaned_data["client_secret"]
        return self._row


class GroupForm(WindowForm):
    group = forms.CharField(
        label=gettext_lazy("Group"),
        max_length=300,
        widget=forms.TextInput(attrs=_LTR),
        help_text=gettext_lazy("As the provider writes it: a name, or an id"),
    )
    roles = forms.MultipleChoiceField(label=gettext_lazy("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="group-%s")
        self._roles = {str(role.pk): role for role in current_roles()}
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(pk, role.shown_name) for pk, role in self._roles.items()]

    def chosen(self) -> list[Role]:
        return [self._roles[pk] for pk in self.cleaned_data["roles"]]
