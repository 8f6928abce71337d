"""What the administrator says of one role's calls."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.switchboard.dial_rules import Rules
from callcard.ui.forms import WindowForm

_PREFIX = re.compile(r"\+?[0-9]{1,15}")
_MOST_PREFIXES = 200
_MOST_A_DAY = 100_000
_NO_LIMIT = gettext_lazy("0: no limit")


class PrefixesField(forms.CharField):
    """One on each line, or between commas; `00` is read as `+`."""

    def __init__(self, label: Any, help_text: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"})
        super().__init__(label=label, help_text=help_text, required=False, widget=widget, max_length=4000)

    def to_python(self, value: Any) -> Any:
        found: list[str] = []
        for word in re.split(r"[\n,;]+", str(value or "")):
            prefix = re.sub(r"[\s().-]", "", word)
            if not prefix:
                continue
            prefix = re.sub(r"^00", "+", prefix)
            if not _PREFIX.fullmatch(prefix):
                raise forms.ValidationError(
                    _("This is not the beginning of a number: %(word)s") % {"word": word.strip()}
                )
            found.append(prefix)
        if len(found) > _MOST_PREFIXES:
            raise forms.ValidationError(_("These are too many."))
        return tuple(dict.fromkeys(found))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class RulesForm(WindowForm):
    """Of one role. Its values are those of dial_rules.Rules."""

    customers = forms.BooleanField(label=gettext_lazy("Customers, wherever they are"), required=False)
    national = forms.BooleanField(label=gettext_lazy("Numbers of the own country"), required=False)
    abroad = forms.BooleanField(label=gettext_lazy("Other countries"), required=False)
    may_dare = forms.BooleanField(
        label=gettext_lazy("Dear and unusual numbers, after a question"),
        required=False,
        help_text=gettext_lazy("Premium rate, satellite, a country that nobody has called before"),
    )
    denied = PrefixesField(
        gettext_lazy("Never allowed"),
        gettext_lazy("Beginnings of numbers in international form, such as +882; one on each line"),
    )
    allowed = PrefixesField(
        gettext_lazy("Always allowed"),
        gettext_lazy("Whatever else is ticked here. Of two beginnings that fit, the longer one decides"),
    )
    calls_a_day = forms.IntegerField(
        label=gettext_lazy("Calls a day"), min_value=0, max_value=_MOST_A_DAY, help_text=_NO_LIMIT
    )
    abroad_a_day = forms.IntegerField(
        label=gettext_lazy("Calls abroad a day"), min_value=0, max_value=_MOST_A_DAY, help_text=_NO_LIMIT
    )
    countries_a_day = forms.IntegerField(
        label=gettext_lazy("Countries a day"), min_value=0, max_value=_MOST_A_DAY, help_text=_NO_LIMIT
    )

    def __init__(self, data: Any = None, *, role: str, rules: Rules) -> None:
        super().__init__(data, initial=asdict(rules), auto_id=f"calls-{role}-%s")
        self.role = role

    def rules(self) -> Rules:
        return Rules(**self.cleaned_data)
