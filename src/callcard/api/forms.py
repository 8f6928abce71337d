"""Forms of phone books and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.api.models import DevicePassword, PbxKey, PhoneBook
from callcard.api.rules import read_networks
from callcard.staff.models import User
from callcard.ui.forms import dress

if TYPE_CHECKING:
    _OfBook = forms.ModelForm[PhoneBook]
    _OfDevice = forms.ModelForm[DevicePassword]
    _OfKey = forms.ModelForm[PbxKey]
else:  # Django's class takes no parameters when it runs
    _OfBook = _OfDevice = _OfKey = forms.ModelForm

LARGEST_BOOK = 5000


class PhoneBookForm(_OfBook):
    class Meta:
        model = PhoneBook
        fields = ("name", "category", "responsible", "most", "networks", "is_enabled")
        help_texts = {
            "networks": gettext_lazy("Such as 192.168.1.0/24. Empty: from everywhere."),
            "most": gettext_lazy("Simple phones hold 1000, larger ones up to 5000."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "phone-book-%s", **kwargs})
        people = self.fields["responsible"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = User.objects.filter(is_active=True).order_by("first_name", "username")
        people.empty_label = _("of everybody")
        _offer_all(self.fields["category"])
        dress(self)

    def clean_most(self) -> int:
        most = int(self.cleaned_data["most"])
        if not 1 <= most <= LARGEST_BOOK:
            raise forms.ValidationError(_("Between 1 and %(most)d.") % {"most": LARGEST_BOOK})
        return most

    def clean_networks(self) -> str:
        return _networks(str(self.cleaned_data["networks"]))


class PbxKeyForm(_OfKey):
    class Meta:
        model = PbxKey
        fields = ("name", "networks", "is_enabled")
        help_texts = {"networks": gettext_lazy("Such as 192.168.1.10. Empty: from everywhere.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "pbx-key-%s", **kwargs})
        dress(self)

    def clean_networks(self) -> str:
        return _networks(str(self.cleaned_data["networks"]))


def _offer_all(field: forms.Field) -> None:
    """The line that limits nothing says so: a row of dashes says nothing."""
    assert isinstance(field, forms.ModelChoiceField)
    field.empty_label = _("all categories")


def _networks(text: str) -> str:
    try:
        return " ".join(map(str, read_networks(text)))
    except ValueError as error:
        raise forms.ValidationError(_("This is no network. Write it as 192.168.1.0/24.")) from error


class DeviceForm(_OfDevice):
    class Meta:
        model = DevicePassword
        fields = ("name", "scope", "category")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "device-%s", **kwargs})
        _offer_all(self.fields["category"])
        dress(self)
