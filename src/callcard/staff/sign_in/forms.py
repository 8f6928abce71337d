"""What is typed to sign in, and to prove once more that it is oneself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from callcard.staff.models import User
from callcard.ui.forms import WindowForm


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1000, strip=False)

    def clean_username(self) -> str:
        return str(User.normalize_username(self.cleaned_data["username"]))


class CodeForm(WindowForm):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        ),
    )

    def __init__(self, data: Any = None, *, auto_id: str = "code-%s") -> None:
        super().__init__(data, auto_id=auto_id)


class PasswordForm(WindowForm):
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
