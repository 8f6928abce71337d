"""The directory, as an administrator types it."""

from __future__ import annotations

import ssl
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.directory.ldap.filters import FilterNotValid, read_filter
from callcard.staff.directory.ldap.names import NameNotValid, read_name
from callcard.staff.directory.models import Directory, GroupsBy
from callcard.staff.directory.rules import ServerNotValid, read_servers
from callcard.ui.forms import WindowForm

_LTR = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_NAMES = ("bind_name", "base", "groups_base")


def _text(label: Any, help_text: Any = "", *, longest: int = 300, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs=_LTR)
    return forms.CharField(label=label, help_text=help_text, max_length=longest, required=required, widget=widget)


def _lines(label: Any, help_text: Any, *, rows: int, longest: int, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={**_LTR, "rows": rows})
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


class DirectoryForm(WindowForm):
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

    def __init__(self, data: Any = None, *, row: Directory) -> None:
        names = [name for name in self.base_fields if name != "bind_password"]
        super().__init__(data, initial={name: getattr(row, name) for name in names}, auto_id="directory-%s")
        self._row = row

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names.split()]) for title, names in _SECTIONS]

    def clean_servers(self) -> str:
        text = str(self.cleaned_data["servers"])
        try:
            found = read_servers(text, port=636)
        except ServerNotValid as error:
            raise forms.ValidationError(_("“%(line)s” is no server.") % {"line": error.line}) from None
        if not 0 < len(found) <= 5:
            raise forms.ValidationError(_("From one to five servers are needed."))
        return text

    def clean_authority(self) -> str:
        text = str(self.cleaned_data["authority"])
        try:
            if text:
                ssl.create_default_context(cadata=text)
        except (ssl.SSLError, ValueError):
            words = _("This is no certificate in PEM (-----BEGIN CERTIFICATE-----).")
            raise forms.ValidationError(words) from None
        return text

    def clean_person_filter(self) -> str:
        text = str(self.cleaned_data["person_filter"])
        try:
            read_filter(text, {"name": "somebody"})
        except FilterNotValid as error:
            if error.at >= len(text):
                raise forms.ValidationError(_("It ends too soon: look whether a bracket is missing.")) from None
            words = _("It cannot be read from sign %(at)d on: %(rest)s")
            raise forms.ValidationError(words % {"at": error.at + 1, "rest": text[error.at :][:60]}) from None
        return _with_name(text)

    def clean_person_name(self) -> str:
        text = str(self.cleaned_data["person_name"])
        return _with_name(_distinguished(text.replace("{name}", "somebody"), text)) if text else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in _NAMES:
            said = given.get(name, "")
            if name == "bind_name" and "@" in said:  # as Active Directory takes it, too
                continue
            try:
                _distinguished(said, "")
            except forms.ValidationError as error:
                self.add_error(name, error)
        if given.get("bind_name") and not (given.get("bind_password") or self._row.bind_password):
            self.add_error("bind_password", _("Without its password the account proves nothing."))
        if given.get("encryption") == Directory.Encryption.PLAIN and not given.get("allows_plain"):
            self.add_error("allows_plain", _("Without encryption nothing is sent unless you tick this."))
        return given

    def value(self) -> Directory:
        for name in self.base_fields:
            if name != "bind_password" or self.cleaned_data[name]:
                setattr(self._row, name, self.cleaned_data[name])
        return self._row


def _distinguished(text: str, wanted: str) -> str:
    try:
        read_name(text)
    except NameNotValid:
        words = _("This is no distinguished name, such as: ou=people,dc=example,dc=com")
        raise forms.ValidationError(words) from None
    return wanted


def _with_name(text: str) -> str:
    if "{name}" not in text:
        raise forms.ValidationError(_("{name} must be in it, for what the person types."))
    return text


class LookUpForm(WindowForm):
    person = forms.CharField(
        label=gettext_lazy("Look somebody up"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs=_LTR),
        help_text=gettext_lazy(
            "A user name, as they would type it: shows which roles they would get. Nothing is changed."
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="directory-look-up-%s")


class ConnectForm(WindowForm):
    username = forms.CharField(
        label=gettext_lazy("User name in the directory"), max_length=150, widget=forms.TextInput(attrs=_LTR)
    )
    password = forms.CharField(
        label=gettext_lazy("Its password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="directory-connect-%s")
