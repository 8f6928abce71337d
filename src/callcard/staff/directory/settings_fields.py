"""What an administrator is asked about the directory, under its headings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from callcard.staff.directory.forms import LTR
from callcard.staff.directory.models import Directory, GroupsBy
from callcard.ui.forms import WindowForm


def _text(label: Any, help_text: Any = "", *, longest: int = 300, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs=LTR)
    return forms.CharField(label=label, help_text=help_text, max_length=longest, required=required, widget=widget)


def _lines(label: Any, help_text: Any, *, rows: int, longest: int, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={**LTR, "rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=longest, required=required, widget=widget)


def _tick(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


def _number(label: Any, help_text: Any, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most)


_SECTIONS: tuple[tuple[Any, str], ...] = (
    (gettext_lazy("Servers"), "is_on servers encryption allows_plain authority seconds"),
    (gettext_lazy("How people are found"), "base bind_name bind_password person_filter person_name name_attribute"),
    (gettext_lazy("Groups and teams"), "groups_by groups_base department_attribute"),
    (gettext_lazy("Who is let in"), "lets_in_unknown trusts_names trusts_mail"),
    (gettext_lazy("Wrong passwords"), "guesses guess_minutes"),
)


class DirectoryFields(WindowForm):
    is_on = _tick(gettext_lazy("Names and passwords of the directory let in"))
    servers = _lines(
        gettext_lazy("Names of the servers"),
        gettext_lazy("One a line, by the name in its certificate: dc1.example.com. They are asked in turn."),
        rows=3,
        longest=1000,
        required=True,
    )
    encryption = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=Directory.Encryption.choices)
    allows_plain = _tick(
        gettext_lazy("I allow passwords to cross the network without encryption"),
        gettext_lazy("Only needed for “None”. Whoever is between Callcard and the directory then reads them."),
    )
    authority = _lines(
        gettext_lazy("Certificate of your own authority"),
        gettext_lazy("PEM. Empty: the authorities that this machine trusts."),
        rows=4,
        longest=20_000,
    )
    seconds = _number(gettext_lazy("Seconds that a server has for its answers"), "", 1, 30)
    base = _text(gettext_lazy("Base"), gettext_lazy("Under which the people are: dc=example,dc=com"), required=True)
    bind_name = _text(
        gettext_lazy("Callcard's own account"),
        gettext_lazy("With which it looks for people: cn=callcard,dc=example,dc=com. It needs to read, nothing more."),
    )
    bind_password = forms.CharField(
        label=gettext_lazy("Its password"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Kept encrypted and never shown again. Empty: as it is."),
    )
    person_filter = _text(
        gettext_lazy("Filter that finds a person"),
        gettext_lazy("{name} is what was typed. It must find one entry at the most."),
        longest=500,
        required=True,
    )
    person_name = _text(
        gettext_lazy("Or: the name of a person's entry"),
        gettext_lazy("uid={name},ou=people,dc=example,dc=com needs no account of its own. Empty: the filter is used."),
    )
    name_attribute = _text(
        gettext_lazy("Attribute with the user name"),
        gettext_lazy("uid; sAMAccountName in Active Directory"),
        longest=60,
        required=True,
    )
    department_attribute = _text(
        gettext_lazy("Attribute with the team"),
        gettext_lazy("Such as department: the team here follows it at each sign-in. Empty: teams are given here."),
        longest=60,
    )
    groups_by = forms.ChoiceField(label=gettext_lazy("How groups are learned"), choices=GroupsBy.choices)
    groups_base = _text(
        gettext_lazy("Base of the groups"), gettext_lazy("Groups elsewhere do not count. Empty: the base above.")
    )
    lets_in_unknown = _tick(
        gettext_lazy("Let in people who have no account here yet"),
        gettext_lazy("They are made at their first sign-in, if one of their groups has a role"),
    )
    trusts_names = _tick(
        gettext_lazy("The same user name here and there is the same person"),
        gettext_lazy(
            "Only if nobody but your administrators can set names there. It never opens an administrator's account."
        ),
    )
    trusts_mail = _tick(
        gettext_lazy("Believe its e-mail addresses"),
        gettext_lazy(
            "Only if nobody but your administrators can set them there. It never opens an administrator's account."
        ),
    )
    guesses = _number(
        gettext_lazy("Wrong passwords for one person that are passed on"),
        gettext_lazy("Less than half of those after which the directory locks an account"),
        1,
        20,
    )
    guess_minutes = _number(gettext_lazy("Minutes until the next one is"), "", 1, 1440)

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names.split()]) for title, names in _SECTIONS]
