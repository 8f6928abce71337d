"""The directory, as an administrator types it."""

from __future__ import annotations

import ssl
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from callcard.staff.directory.ldap.filters import FilterNotValid, read_filter
from callcard.staff.directory.ldap.names import NameNotValid, read_name
from callcard.staff.directory.models import Directory
from callcard.staff.directory.rules import ServerNotValid, read_servers
from callcard.staff.directory.settings_fields import DirectoryFields

_NAMES = ("bind_name", "base", "groups_base")


class DirectoryForm(DirectoryFields):
    def __init__(self, data: Any = None, *, row: Directory) -> None:
        names = [name for name in self.base_fields if name != "bind_password"]
        super().__init__(data, initial={name: getattr(row, name) for name in names}, auto_id="directory-%s")
        self._row = row

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
