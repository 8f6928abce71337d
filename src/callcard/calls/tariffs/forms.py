"""Forms of price lists, their rows, budgets, and what a call would cost."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.calls.log_columns import distinct
from callcard.calls.tariffs.models import Budget, PriceList
from callcard.calls.tariffs.queries import line_key
from callcard.calls.tariffs.rules import Asked
from callcard.sales.forms import AmountField, used_currencies
from callcard.staff.company import company, company_zone
from callcard.staff.line_names import line_choices as named_lines
from callcard.staff.models import Line, Team, User
from callcard.tasks.forms import DayField, time_field
from callcard.telephony.numbers import read_number
from callcard.ui.forms import WindowForm

_LASTED = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])|([0-9]{1,4})", re.ASCII)
_MOST_BYTES = 5_000_000
_LONGEST_DAYS = 3 * 366


def line_choices(held: str = "") -> list[tuple[str, str]]:
    """The company's lines, and what telephone systems have called theirs; `held` stays to choose."""
    region = company().region
    written = [line.e164 or line.number for line in Line.objects.order_by("name", "number")]
    keys = dict.fromkeys(line_key(one, region) for one in [*written, *distinct("line"), *filter(None, [held])])
    return [("", _("All lines")), *named_lines(keys)]


class PriceListForm(WindowForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    direction = forms.ChoiceField(label=gettext_lazy("Calls"), choices=PriceList.Direction.choices)
    line = forms.ChoiceField(
        label=gettext_lazy("Line"),
        required=False,
        help_text=gettext_lazy("A list of one line is asked before those of all lines."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    rounding = forms.ChoiceField(label=gettext_lazy("Costs are rounded"), choices=PriceList.Rounding.choices)
    decimals = forms.IntegerField(label=gettext_lazy("to so many decimals"), min_value=0, max_value=4)
    charges_unanswered = forms.BooleanField(
        label=gettext_lazy("Calls that nobody answered cost the connection fee"), required=False
    )
    valid_from = DayField(label=gettext_lazy("Valid from"), required=False)
    valid_until = DayField(label=gettext_lazy("Valid until"), required=False)

    def __init__(self, data: Any = None, *, price_list: PriceList) -> None:
        self.price_list = price_list
        initial = {name: getattr(price_list, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id=f"price-list-{price_list.pk or 'new'}-%s")
        self.fields["line"].choices = line_choices(price_list.line)  # type: ignore[attr-defined]
        self.fields["currency"].choices = used_currencies()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("valid_from") and given.get("valid_until") and given["valid_until"] < given["valid_from"]:
            self.add_error("valid_until", _("This is before the first day."))
        return given

    def filled(self) -> PriceList:
        for name, value in self.cleaned_data.items():
            setattr(self.price_list, name, value)
        return self.price_list


class RowsForm(WindowForm):
    rows = forms.CharField(
        label=gettext_lazy("Rows"),
        required=False,
        strip=False,
        max_length=_MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "ltr", "spellcheck": "false", "wrap": "off"}),
        help_text=gettext_lazy(
            "The first line names the columns; paste from a spreadsheet or change them here. Days: 1-5 is Monday to "
            "Friday; an empty prefix fits all numbers."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a CSV file"),
        required=False,
        help_text=gettext_lazy("With the same columns; it takes the place of all rows."),
    )

    def clean(self) -> dict[str, Any]:
        """`text`: of the file, else what was typed."""
        given = self.cleaned_data
        sent = given.get("file")
        given["text"] = str(given.get("rows") or "")
        if sent is not None:
            if sent.size > _MOST_BYTES:
                raise forms.ValidationError(_("This file is too large."))
            try:
                given["text"] = sent.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("This file is no text in UTF-8. Save it as “CSV UTF-8”.")) from None
        return given


class TryForm(WindowForm):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel", "autocomplete": "off"}),
    )
    direction = forms.ChoiceField(label=gettext_lazy("Calls"), choices=PriceList.Direction.choices, required=False)
    line = forms.ChoiceField(label=gettext_lazy("Line"), required=False)
    lasted = forms.CharField(
        label=gettext_lazy("How long you talked"),
        max_length=10,
        help_text=gettext_lazy("Minutes, or minutes and seconds as 3:20"),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
    )
    on = DayField(label=gettext_lazy("Day"), required=False, help_text=gettext_lazy("Empty: today"))
    at = time_field(label=gettext_lazy("Time"), required=False, help_text=gettext_lazy("Empty: now"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="try-call-%s")
        self.fields["line"].choices = line_choices()  # type: ignore[attr-defined]

    def clean_lasted(self) -> int:
        """Seconds."""
        found = _LASTED.fullmatch(self.cleaned_data["lasted"].strip())
        if found is None:
            raise forms.ValidationError(_("Write minutes, such as 5, or minutes and seconds, such as 4:30."))
        hours, minutes, seconds, only = (int(part or 0) for part in found.groups())
        return hours * 3600 + (minutes or only) * 60 + seconds

    def asked(self) -> Asked:
        given, now = self.cleaned_data, timezone.now().astimezone(company_zone())
        on: date = given.get("on") or now.date()
        at: time = given.get("at") or now.time()
        return Asked(
            number=read_number(given["number"], company().region).e164 or given["number"],  # as the calls have it
            direction=given.get("direction") or PriceList.Direction.OUTBOUND,
            line=given.get("line") or "",
            at=datetime.combine(on, at.replace(tzinfo=None), company_zone()),
            seconds=given["lasted"],
        )


class PeriodForm(WindowForm):
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Until"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("since") and given.get("until"):
            if given["until"] < given["since"]:
                self.add_error("until", _("This is before the first day."))
            elif (given["until"] - given["since"]).days > _LONGEST_DAYS:
                self.add_error("until", _("These are more than three years: take a shorter period."))
        return given


class BudgetForm(WindowForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    amount = AmountField(label=gettext_lazy("A month"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    scope = forms.ChoiceField(label=gettext_lazy("Of"), choices=Budget.Scope.choices)
    line = forms.ChoiceField(label=gettext_lazy("Line"), required=False)
    user = forms.ModelChoiceField(label=gettext_lazy("Person"), queryset=User.objects.none(), required=False)
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False)

    def __init__(self, data: Any = None, *, budget: Budget) -> None:
        self.budget = budget
        initial = {name: getattr(budget, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id=f"budget-{budget.pk or 'new'}-%s")
        lines = line_choices(budget.line)
        self.fields["line"].choices = [("", "—"), *lines[1:]]  # type: ignore[attr-defined]
        self.fields["currency"].choices = used_currencies()  # type: ignore[attr-defined]
        self.fields["user"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        for name in ("user", "team"):
            self.fields[name].empty_label = "—"  # type: ignore[attr-defined]

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if not 0 < amount < 10**12 or amount != round(amount, 2):
            raise forms.ValidationError(_("More than 0, with two decimals at most."))
        return amount

    def clean(self) -> dict[str, Any]:
        """Only what the scope asks for is kept."""
        given = self.cleaned_data
        scope = given.get("scope")
        for name, nothing in (("line", ""), ("user", None), ("team", None)):
            if scope != name:
                given[name] = nothing
            elif not given.get(name) and name not in self.errors:
                self.add_error(name, _("Which one?"))
        return given

    def filled(self) -> Budget:
        for name, value in self.cleaned_data.items():
            setattr(self.budget, name, value)
        return self.budget
