"""What an administrator types about an entry of one of the company's own lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.own_lists import OwnList
from callcard.staff.rules import folded
from callcard.ui.forms import dress

TONES = (
    ("blue", gettext_lazy("Blue")),
    ("teal", gettext_lazy("Teal")),
    ("green", gettext_lazy("Green")),
    ("yellow", gettext_lazy("Yellow")),
    ("orange", gettext_lazy("Orange")),
    ("red", gettext_lazy("Red")),
    ("pink", gettext_lazy("Pink")),
    ("purple", gettext_lazy("Purple")),
    ("grey", gettext_lazy("Grey")),
)
ICONS = (
    ("", gettext_lazy("None")),
    ("user", gettext_lazy("Person")),
    ("users", gettext_lazy("People")),
    ("building-2", gettext_lazy("Building")),
    ("wallet", gettext_lazy("Wallet")),
    ("package", gettext_lazy("Parcel")),
    ("tag", gettext_lazy("Label")),
    ("globe", gettext_lazy("Globe")),
    ("map-pin", gettext_lazy("Place")),
    ("bell", gettext_lazy("Bell")),
    ("clock", gettext_lazy("Clock")),
    ("moon", gettext_lazy("Moon")),
    ("sun", gettext_lazy("Sun")),
    ("activity", gettext_lazy("Pulse")),
    ("headset", gettext_lazy("Headset")),
    ("triangle-alert", gettext_lazy("Warning")),
)


class ToneInput(forms.RadioSelect):
    template_name = "staff/tones.html"


class IconInput(forms.RadioSelect):
    template_name = "staff/entry_icons.html"


class EntryForm(forms.Form):
    """The fields of the list's own model that the list names."""

    def __init__(self, own_list: OwnList, data: Any = None, *, entry: Any = None) -> None:
        initial = {name: getattr(entry, name) for name in own_list.fields} if entry is not None else None
        super().__init__(data, initial=initial, auto_id=f"entry-{own_list.slug}-{entry.pk if entry else 'new'}-%s")
        self.own_list, self.entry = own_list, entry
        for name in own_list.fields:
            self.fields[name] = _form_field(own_list.model._meta.get_field(name))
        dress(self)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).replace("\x00", "").strip()
        others = self.own_list.entries().exclude(pk=self.entry.pk if self.entry else None)
        if any(folded(other) == folded(name) for other in others.values_list("name", flat=True)):
            raise forms.ValidationError(_("There is such an entry already, perhaps among the archived ones."))
        return name


def _form_field(column: Any) -> forms.Field:
    if column.name == "colour":
        return forms.ChoiceField(label=capfirst(column.verbose_name), choices=TONES, initial="blue", widget=ToneInput)
    if column.name == "icon":
        return forms.ChoiceField(label=capfirst(column.verbose_name), choices=ICONS, required=False, widget=IconInput)
    assert isinstance(column, models.Field)
    field: forms.Field | None = column.formfield()
    assert field is not None, f"{column.name} cannot be typed"
    return field
