"""Forms of the administrator's settings of recordings."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.calls.log_columns import distinct
from callcard.calls.models import Call
from callcard.calls.recordings.models import RecordingSettings, RecordingSource
from callcard.calls.recordings.pbxs import pbx_names
from callcard.calls.recordings.web import FetchFailed, place_of
from callcard.staff.line_names import line_choices
from callcard.ui.forms import WindowForm

_LONGEST_DAYS = 36_500


class SettingsForm(WindowForm):
    hears = forms.ChoiceField(
        label=gettext_lazy("What managers hear"),
        choices=RecordingSettings.Hears.choices,
        help_text=gettext_lazy("Owners and administrators hear all. Every listening is written down."),
    )
    may_download = forms.BooleanField(label=gettext_lazy("Managers may download what they hear"), required=False)
    may_add = forms.BooleanField(label=gettext_lazy("Managers may add recordings to their own calls"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Days for which recordings are kept"),
        min_value=0,
        max_value=_LONGEST_DAYS,
        help_text=gettext_lazy(
            "0: for good. Older ones are erased once a day, except those that are marked to be kept."
        ),
    )
    largest_mb = forms.IntegerField(
        label=gettext_lazy("Largest recording, MB"),
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("An hour of talk is about 60 MB as WAV and 15 MB as MP3."),
    )
    says_recorded = forms.BooleanField(
        label=gettext_lazy("Say in every window that calls are recorded"),
        required=False,
        help_text=gettext_lazy("For your own people. Callers must be told by an announcement of the telephone system."),
    )


class SourceForm(WindowForm):
    """The secret is never sent to a browser: an empty field keeps the one that is stored."""

    kind = forms.ChoiceField(label=gettext_lazy("Where the recordings are"), choices=RecordingSource.Kind.choices)
    pbx = forms.ChoiceField(label=gettext_lazy("Of which telephone system"), required=False)
    folder = forms.CharField(
        label=gettext_lazy("Folder"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "On this machine, such as /var/spool/pbx/monitor. Names of files must tell the call's id."
        ),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "https://pbx.example.com/monitor/{year}/{month}/{day}/{id}.wav; of a provider: how its addresses begin"
        ),
    )
    username = forms.CharField(label=gettext_lazy("User name"), max_length=120, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Secret"), max_length=300, required=False, widget=forms.PasswordInput(render_value=False)
    )
    expects_all = forms.BooleanField(
        label=gettext_lazy("Look for a recording of every talk"),
        required=False,
        help_text=gettext_lazy("Where the telephone system does not say by itself that it records."),
    )
    is_enabled = forms.BooleanField(label=gettext_lazy("Switched on"), required=False, initial=True)

    def __init__(self, data: Any = None, *, source: RecordingSource | None = None) -> None:
        self.source = source
        initial = {name: getattr(source, name) for name in self.base_fields if name != "secret"} if source else None
        super().__init__(data, initial=initial, auto_id=f"recording-source-{source.pk if source else 'new'}-%s")
        field = self.fields["pbx"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Every one")), *pbx_names().items()]
        for name in ("folder", "address", "username", "secret"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}
        if source and source.secret:
            self.fields["secret"].widget.attrs["placeholder"] = _("kept; type here only to change it")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("kind") == RecordingSource.Kind.FOLDER:
            self._check_folder(str(values.get("folder") or ""))
        elif values.get("kind") and "address" in values:
            self._check_address(values)
        return values

    def _check_folder(self, folder: str) -> None:
        path = PurePosixPath(folder)
        if not path.is_absolute() or ".." in path.parts or len(path.parts) < 3 or "\x00" in folder:
            self.add_error("folder", _("A whole path is wanted, such as /var/spool/pbx/monitor."))

    def _check_address(self, values: dict[str, Any]) -> None:
        address = values["address"]
        try:
            place_of(address)
        except FetchFailed:
            self.add_error("address", _("An address with http:// or https:// is wanted, without a password in it."))
            return
        if values.get("kind") == RecordingSource.Kind.WEB and "{id}" not in address:
            self.add_error("address", _("{id} must stand where the id of the call is."))
        is_moved = self.source and self.source.address and place_of(self.source.address) != place_of(address)
        if is_moved and self.source and self.source.secret and not values.get("secret"):
            self.add_error("secret", _("Type the secret again: another server must not get it by mistake."))


class RuleForm(WindowForm):
    direction = forms.ChoiceField(
        label=gettext_lazy("Calls"), choices=[("", gettext_lazy("All calls")), *Call.Direction.choices], required=False
    )
    line = forms.ChoiceField(label=gettext_lazy("Line"), required=False)
    rule_days = forms.IntegerField(
        label=gettext_lazy("Days"), min_value=0, max_value=_LONGEST_DAYS, help_text=gettext_lazy("0: for good")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="retention-rule-%s")
        field = self.fields["line"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All lines")), *_lines()]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("direction") and not values.get("line") and not self.errors:
            self.add_error(None, _("For all calls of all lines, set the days above."))
        return values


def _lines() -> list[tuple[str, str]]:
    """As calls have them, with their names."""
    return line_choices(line for line in distinct("line") if line)
