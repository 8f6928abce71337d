"""How a role signs in, as an administrator types it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.sign_in.models import RoleTerms
from callcard.staff.sign_in.rules import NetworkNotValid, read_networks
from callcard.staff.sign_in.terms_services import TermsValues
from callcard.ui.forms import WindowForm

_LONGEST_MINUTES = 480


class TermsForm(WindowForm):
    needs_second_step = forms.BooleanField(
        label=gettext_lazy("Asks for a second step"),
        required=False,
        help_text=gettext_lazy("Whoever has none yet sets it up at the next page, and sees nothing else before"),
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=[(str(day + 1), name) for day, name in WEEKDAYS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: every day"),
    )
    begins = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("On the company's clock. A time before the first one is on the next day."),
    )
    networks = forms.CharField(
        label=gettext_lazy("Networks"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}),
        help_text=gettext_lazy("Addresses such as 192.168.1.0/24, one a line. Empty: from anywhere."),
    )

    def __init__(self, data: Any = None, *, row: RoleTerms) -> None:
        initial = {
            "needs_second_step": row.needs_second_step,
            "days": list(row.days),
            "begins": row.begins,
            "ends": row.ends,
            "networks": row.networks,
        }
        super().__init__(data, initial=initial, auto_id=f"terms-{row.role_id}-%s")

    def clean_networks(self) -> str:
        try:
            return "\n".join(str(network) for network in read_networks(self.cleaned_data["networks"]))
        except NetworkNotValid as error:
            words = _("%(word)s is no network. One is 192.168.1.0/24.") % {"word": error.word[:60]}
            raise forms.ValidationError(words) from error

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        begins, ends = values.get("begins"), values.get("ends")
        if (begins is None) != (ends is None):
            self.add_error("ends" if ends is None else "begins", _("Both times, or neither."))
        elif begins is not None and begins == ends:
            self.add_error("ends", _("The two times are the same: leave both empty for the whole day."))
        return values

    def value(self) -> TermsValues:
        said = self.cleaned_data
        return TermsValues(
            needs_second_step=said["needs_second_step"],
            days="".join(sorted(said["days"])),
            begins=said["begins"],
            ends=said["ends"],
            networks=said["networks"],
        )


class LockForm(WindowForm):
    minutes = forms.IntegerField(
        label=gettext_lazy("Lock the screen after so many minutes without a key or a click"),
        min_value=0,
        max_value=_LONGEST_MINUTES,
        help_text=gettext_lazy("0: only by hand, in the user's menu or with Alt+L"),
    )

    def __init__(self, data: Any = None, *, minutes: int) -> None:
        super().__init__(data, initial={"minutes": minutes}, auto_id="lock-%s")
