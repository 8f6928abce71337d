"""Settings of a PBX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcard.connectors.asterisk.options import (
    PLAIN_PORT,
    TLS_PORT,
    AsteriskOptions,
    OptionsNotValid,
    misfits,
    options_from,
)
from callcard.switchboard.hook_kinds import TOKEN, hook_problems, is_hook, new_token
from callcard.switchboard.kinds import kinds_offered
from callcard.switchboard.models import Pbx
from callcard.switchboard.record_secret import with_secret, without_secret
from callcard.switchboard.words import explain_option
from callcard.ui.forms import WindowForm

# Addresses beside those of the PBXs.
_NO_SLUGS = {"new", "test"}
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1", "[::1]", "ip6-localhost"}


class PbxForm(WindowForm):
    """The secret is never sent to a browser: an empty field keeps the one that is stored."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=kinds_offered)
    host = forms.CharField(label=_("Address"), max_length=200, required=False, initial="127.0.0.1")
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65535, initial=5038)
    username = forms.CharField(label=_("User name"), max_length=80, required=False, initial="callcard")
    secret = forms.CharField(
        label=_("Secret"), max_length=200, required=False, widget=forms.PasswordInput(render_value=False)
    )
    is_enabled = forms.BooleanField(label=_("Switched on"), required=False, initial=True)
    tls = forms.BooleanField(label=_("Encrypted (TLS)"), required=False)
    verify = forms.BooleanField(
        label=_("Check the certificate"),
        required=False,
        initial=True,
        help_text=_("Without it somebody on the way could listen in and place calls. Only for trials."),
    )
    ca_file = forms.CharField(label=_("File with the certificate authority"), max_length=300, required=False)
    dial_channel = forms.CharField(
        label=_("Phone that rings first when somebody presses Call"),
        max_length=200,
        required=False,
        help_text=_("{extension} stands for the extension: PJSIP/{extension}, SIP/{extension}"),
    )
    dial_context = forms.CharField(
        label=_("Context in which numbers are dialled"),
        max_length=80,
        required=False,
        help_text=_("The one your own phones dial in. FreePBX: from-internal"),
    )
    attended_transfer = forms.BooleanField(
        label=_("Offer to ask a colleague first"),
        required=False,
        help_text=_("Only where phones may hand calls on by keys: options t and T of Dial"),
    )
    trunks = forms.CharField(
        label=_("Trunks"),
        max_length=300,
        required=False,
        help_text=_("Only where the calls from outside are taken for our own phones"),
    )
    trunk_contexts = forms.CharField(
        label=_("Contexts of calls from outside"),
        max_length=300,
        required=False,
        help_text=_("Separated by commas; * stands for anything: from-trunk*, incoming"),
    )
    extension_pattern = forms.CharField(
        label=_("How the numbers of own phones look"),
        max_length=200,
        required=False,
        help_text=_("A regular expression. Two to six digits: [0-9]{2,6}"),
    )
    records = forms.CharField(
        label=_("The telephone system's own records of calls (CDR)"),
        max_length=500,
        required=False,
        help_text=_(
            "Calls that nobody listened to are added from there. A file on this machine, such as "
            "/var/log/asterisk/cdr-custom/callcard.csv, or a database: sqlite:////var/log/asterisk/master.db, "
            "postgresql://user:secret@host/name?table=cdr, and FreePBX's own: mysql://user:secret@host/asteriskcdrdb"
        ),
    )
    queue_log = forms.CharField(
        label=_("Log of the queues"),
        max_length=300,
        required=False,
        help_text=_("/var/log/asterisk/queue_log: who waited, and since when they talked"),
    )
    records_zone = forms.CharField(
        label=_("Time zone of the records"),
        max_length=60,
        required=False,
        help_text=_("UTC, Asia/Vientiane. Empty: the company's"),
    )
    records_columns = forms.CharField(
        label=_("Columns of the records"),
        max_length=500,
        required=False,
        help_text=_("Only for a file with a mapping of your own: uniqueid, linkedid, start, answer, end, …"),
    )

    agi_address = forms.CharField(
        label=_("Tells the dial plan who calls, at (FastAGI)"),
        max_length=60,
        required=False,
        help_text=_(
            "127.0.0.1:4573. The phone then shows the customer's name, and blocked numbers do not get through. "
            "Only this machine and the telephone system's address may ask. Empty: off"
        ),
    )

    _MORE = (
        "tls",
        "verify",
        "ca_file",
        "dial_channel",
        "dial_context",
        "attended_transfer",
        "trunks",
        "trunk_contexts",
        "extension_pattern",
        "records",
        "queue_log",
        "records_zone",
        "records_columns",
        "agi_address",
    )
    _OPTIONS = ("host", "port", "username", "secret", *_MORE)

    def __init__(self, data: Any = None, *, pbx: Pbx | None = None) -> None:
        self.pbx = pbx
        super().__init__(data, initial=_initial(pbx) if pbx else None, auto_id=f"pbx-{pbx.slug if pbx else 'new'}-%s")
        for name in self._OPTIONS:
            self.fields[name].widget.attrs |= {"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}
        if pbx and pbx.options.get("secret"):
            self.fields["secret"].widget.attrs["placeholder"] = gettext("kept; type here only to change it")

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self._MORE]

    def more_fields(self) -> list[forms.BoundField]:
        """What FreePBX sites can leave alone."""
        return [self[name] for name in self._MORE]

    def is_more_needed(self) -> bool:
        """Whether something is wrong there, or was set by somebody."""
        stored = self.pbx.options if self.pbx else {}
        return any(name in self.errors or stored.get(name) not in (None, "") for name in self._MORE)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if is_hook(values.get("kind", "")):
            for name, words in hook_problems(values["kind"], self.options()).items():
                self._add_problem(name, words)
        if values.get("kind") == Pbx.Kind.ASTERISK:
            try:
                problems = misfits(options_from(self.options()))
            except OptionsNotValid as error:
                problems = error.problems
            for name, words in problems.items():
                self._add_problem(name, words)
            if same := self._same_host(same_port=True):
                words = gettext("%(name)s is this telephone system already: every call would come twice.")
                self.add_error("host", words % {"name": same.name})
        return values

    def neighbour(self) -> Pbx | None:
        """Another PBX on the same machine: it may be the same one, by another port."""
        return self._same_host(same_port=False)

    def _same_host(self, *, same_port: bool) -> Pbx | None:
        """Another Asterisk that is reached by this host, and by this port too if asked."""
        place = _place(self.cleaned_data)
        others = Pbx.objects.filter(kind=Pbx.Kind.ASTERISK).exclude(pk=self.pbx.pk if self.pbx else 0)
        for other in others:
            there = _place(other.options)
            if there == place if same_port else there[0] == place[0]:
                return other
        return None

    def _add_problem(self, name: str, words: str) -> None:
        if name not in self.fields:
            self.add_error(None, f"{name}: {explain_option(words)}")
        elif name not in self.errors:
            self.add_error(name, explain_option(words))

    def options(self) -> dict[str, Any]:
        """What is kept for the connector: only what differs from its own choice."""
        kept = dict(self.pbx.options) if self.pbx else {}
        given = {name: self.cleaned_data.get(name) for name in self._OPTIONS if self.cleaned_data.get(name)}
        if "records" in given:
            given["records"] = with_secret(str(given["records"]), str(kept.get("records", "")))
        kept = {name: value for name, value in kept.items() if name not in self._OPTIONS or name == "secret"}
        if is_hook(self.cleaned_data.get("kind", "")):
            kept.setdefault(TOKEN, new_token())
        if given.pop("verify", False):
            return kept | given
        return kept | given | {"verify": False}

    def slug(self) -> str:
        """The stored one, else a free one made of the name."""
        if self.pbx:
            return self.pbx.slug
        wanted = slugify(self.cleaned_data["name"])[:30] or self.cleaned_data["kind"]
        taken = set(Pbx.objects.values_list("slug", flat=True)) | _NO_SLUGS
        return next(slug for n in range(1, 10_000) if (slug := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def _place(options: Mapping[str, Any]) -> tuple[str, int]:
    """Host and port, with every name of this machine itself as one."""
    host = str(options.get("host") or AsteriskOptions().host).strip().rstrip(".").lower()
    usual = TLS_PORT if options.get("tls") else PLAIN_PORT
    return "127.0.0.1" if host in _THIS_MACHINE else host, int(options.get("port") or usual)


def _initial(pbx: Pbx) -> dict[str, Any]:
    options = {name: _shown(value) for name, value in pbx.options.items() if name != "secret"}
    if "records" in options:
        options["records"] = without_secret(str(options["records"]))
    return options | {"name": pbx.name, "kind": pbx.kind, "is_enabled": pbx.is_enabled}


def _shown(value: object) -> object:
    """A list as one types it."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
