"""What an administrator types about softphones, and everyone about how they call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from callcard.staff.models import User
from callcard.staff.softphone.models import SipAccount, SoftphoneServer
from callcard.staff.softphone.rules import AddressNotValid, read_socket_address, read_stun, read_turn
from callcard.ui.forms import WindowForm

_TECHNICAL = {"autocomplete": "off", "dir": "ltr", "spellcheck": "false", "autocapitalize": "none"}


class _SecretField(forms.CharField):
    """Never sent to a browser: an empty field keeps what is stored."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        super().__init__(max_length=200, strip=False, required=False, widget=widget, **kwargs)


class ServerForm(WindowForm):
    address = forms.CharField(
        label=gettext_lazy("Address for softphones"),
        max_length=200,
        help_text=gettext_lazy("Where the telephone system takes SIP over WebSocket: wss://pbx.example.com:8089/ws"),
    )
    domain = forms.CharField(
        label=gettext_lazy("SIP domain"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Only where it is not the host of the address"),
    )
    stun = forms.CharField(
        label=gettext_lazy("STUN servers"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only for people outside the office's network: stun:stun.example.com:3478"),
    )
    turn = forms.CharField(
        label=gettext_lazy("TURN servers"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Where firewalls let no sound through: turn:turn.example.com:3478?transport=tcp"),
    )
    turn_user_name = forms.CharField(label=gettext_lazy("TURN user name"), max_length=100, required=False)
    turn_secret = _SecretField(label=gettext_lazy("TURN secret"))

    def __init__(self, data: Any = None, *, server: SoftphoneServer | None) -> None:
        names = ("address", "domain", "stun", "turn", "turn_user_name")
        initial = {name: getattr(server, name) for name in names} if server else None
        super().__init__(data, initial=initial, auto_id="softphones-%s")
        for name in names:
            self.fields[name].widget.attrs |= _TECHNICAL
        if server and server.turn_secret:
            self.fields["turn_secret"].widget.attrs["placeholder"] = gettext("kept; type here only to change it")

    def clean_address(self) -> str:
        try:
            return read_socket_address(self.cleaned_data["address"]).address
        except AddressNotValid as error:
            raise forms.ValidationError(_address_words(error)) from error

    def clean_stun(self) -> str:
        return _checked(self.cleaned_data["stun"], "stun")

    def clean_turn(self) -> str:
        return _checked(self.cleaned_data["turn"], "turn")


def _address_words(error: AddressNotValid) -> str:
    if error.reason == "plain":
        return gettext("Browsers speak ws:// to their own machine only. Use wss://, with a certificate they trust.")
    return gettext("This is no such address. It looks like wss://pbx.example.com:8089/ws.")


def _checked(text: str, kind: str) -> str:
    try:
        return " ".join(read_stun(text) if kind == "stun" else read_turn(text))
    except AddressNotValid as error:
        words = gettext("“%(word)s” is no such address. It looks like %(kind)s:server.example.com:3478.")
        raise forms.ValidationError(words % {"word": error.word, "kind": kind}) from error


class AccountForm(WindowForm):
    user_name = forms.RegexField(
        r"\A[A-Za-z0-9._~!$&*+=,;?/-]*\Z",
        strip=True,
        label=gettext_lazy("SIP user name"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Only where it is not the extension itself"),
    )
    secret = _SecretField(label=gettext_lazy("SIP secret"))

    def __init__(self, data: Any = None, *, account: SipAccount | None, auto_id: str) -> None:
        super().__init__(data, initial={"user_name": account.user_name} if account else None, auto_id=auto_id)
        self.account = account
        self.fields["user_name"].widget.attrs |= _TECHNICAL
        if account:
            self.fields["secret"].widget.attrs["placeholder"] = gettext("kept; type here only to change it")

    def clean_secret(self) -> str:
        secret = str(self.cleaned_data["secret"])
        if not secret and not self.account:
            raise forms.ValidationError(gettext("Type the secret that the telephone system has for this extension."))
        return secret


class CallingForm(WindowForm):
    calls_with = forms.ChoiceField(
        label=gettext_lazy("When I press a number"), choices=User.CallsWith.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial={"calls_with": user.calls_with}, auto_id="calling-%s")
