"""What one types about the company itself."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.forms import PasswordField, TextWithSuggestions, UserNameField
from callcard.staff.models import Company, Line, User
from callcard.staff.places import (
    countries,
    country_of,
    currencies,
    is_time_zone,
    machine_zone,
    time_zones,
    zones_of_countries,
)
from callcard.telephony.numbers import read_number
from callcard.ui.forms import WindowForm


class _OfPlace(WindowForm):
    """Where the company is."""

    company_name = forms.CharField(label=gettext_lazy("Name of the company"), max_length=200)
    region = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=countries,
        help_text=gettext_lazy("How numbers without a country's code are read"),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        widget=TextWithSuggestions(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        help_text=gettext_lazy("Type the name of a large city nearby"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["time_zone"].widget
        assert isinstance(zone, TextWithSuggestions)
        zone.suggestions = time_zones()

    def clean_time_zone(self) -> str:
        """A city alone is enough, when there is one of its name."""
        typed = str(self.cleaned_data["time_zone"]).strip().replace(" ", "_")
        if is_time_zone(typed):
            return typed
        meant = [name for name in time_zones() if typed.casefold() in {name.casefold(), _city(name)}]
        if len(meant) != 1:
            raise forms.ValidationError(_("This is not a time zone. Choose one of the list."))
        return meant[0]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].casefold()


class CompanyForm(_OfPlace):
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=currencies)

    field_order = ("company_name", "region", "currency", "time_zone")

    def __init__(self, data: Any = None, *, company: Company) -> None:
        names = ("region", "currency", "time_zone")
        initial = {"company_name": company.name} | {name: getattr(company, name) for name in names}
        super().__init__(data, initial=initial, auto_id="company-%s")


class LineForm(WindowForm):
    number = forms.CharField(label=gettext_lazy("Number"), max_length=64, help_text=gettext_lazy("Written as you like"))
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, required=False, help_text=gettext_lazy("Such as Sales or Service")
    )

    def __init__(self, data: Any = None, *, region: str) -> None:
        super().__init__(data, auto_id="line-%s")
        self.region = region
        self.fields["number"].widget.attrs |= {"inputmode": "tel", "dir": "ltr", "autocomplete": "off"}

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"])
        if not any(mark.isdigit() for mark in number):
            raise forms.ValidationError(_("There are no digits in it."))
        e164 = read_number(number, self.region).e164
        same = Line.objects.filter(e164=e164) if e164 else Line.objects.filter(number=number)
        if same.exists():
            raise forms.ValidationError(_("This line is in the list already."))
        return number


class FirstStartForm(_OfPlace):
    first_name = forms.CharField(label=gettext_lazy("Your first name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Your last name"), max_length=150, required=False)
    username = UserNameField(initial="admin", help_text=gettext_lazy("You type it when signing in"))
    password = PasswordField(label=gettext_lazy("Password"))
    repeated = PasswordField(label=gettext_lazy("The password again"))

    def __init__(self, data: Any = None) -> None:
        zone = machine_zone()
        country = country_of(zone)  # a machine on UTC was never told where it stands
        super().__init__(data, initial={"time_zone": country and zone, "region": country}, auto_id="start-%s")
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = [("", ""), *countries()]  # nobody's country is the first of the list by mistake
        region.widget.attrs["data-zones"] = json.dumps(zones_of_countries(), separators=(",", ":"))
        self.fields["time_zone"].required = False
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_time_zone(self) -> str:
        """That of the country, when it has but one and none was chosen."""
        if self.cleaned_data["time_zone"]:
            return super().clean_time_zone()
        zones = zones_of_countries().get(self.cleaned_data.get("region", ""), [])
        if len(zones) != 1:
            raise forms.ValidationError(_("The country has no single time zone: choose one of the list."))
        return zones[0]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if password := values.get("password", ""):
            self._check_password(password, values)
        return values

    def _check_password(self, password: str, values: dict[str, Any]) -> None:
        if password != values.get("repeated"):
            self.add_error("repeated", _("The two passwords are not the same."))
        person = User(**{name: values.get(name, "") for name in ("username", "first_name", "last_name")})
        try:
            validate_password(password, person)
        except forms.ValidationError as error:
            self.add_error("password", error)
