"""Names that are typed to be looked for in the directory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from callcard.ui.forms import WindowForm

LTR = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class LookUpForm(WindowForm):
    person = forms.CharField(
        label=gettext_lazy("Look somebody up"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs=LTR),
        help_text=gettext_lazy(
            "A user name, as they would type it: shows which roles they would get. Nothing is changed."
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="directory-look-up-%s")


class ConnectForm(WindowForm):
    username = forms.CharField(
        label=gettext_lazy("User name in the directory"), max_length=150, widget=forms.TextInput(attrs=LTR)
    )
    password = forms.CharField(
        label=gettext_lazy("Its password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="directory-connect-%s")
