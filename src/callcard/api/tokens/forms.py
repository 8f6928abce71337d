"""A token as its user asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from callcard.staff.models import User
from callcard.staff.roles.rules import MODULES
from callcard.staff.roles.words import NAMES, name_of
from callcard.ui.forms import WindowForm

_DAYS = (
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("a year")),
)


class TokenForm(WindowForm):
    """Offers no right that the user does not have."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=60, help_text=gettext_lazy("Such as the name of the program")
    )
    days = forms.ChoiceField(label=gettext_lazy("Valid for"), choices=_DAYS, initial="90")
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What the program may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick what the program needs.")},
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, auto_id="token-%s")
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [
            (str(NAMES[module.key]), [(right, name_of(right)) for right in module.rights if user.may(right)])
            for module in MODULES
            if any(user.may(right) for right in module.rights)
        ]

    def expires_at(self) -> datetime:
        """Of a valid form."""
        return timezone.now() + timedelta(days=int(self.cleaned_data["days"]))
