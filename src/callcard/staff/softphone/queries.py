"""Reads about softphones. Secrets come out of here only in the account of somebody's own extension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callcard.kit.remembered import Remembered
from callcard.staff.models import Extension, User
from callcard.staff.softphone.models import SecretGiven, SipAccount, SoftphoneServer
from callcard.staff.softphone.rules import AddressNotValid, read_socket_address, read_stun, read_turn

GIVEN_SHOWN = 20


def server() -> SoftphoneServer | None:
    return SoftphoneServer.objects.order_by("pk").first()


def account_of(user: User) -> SipAccount | None:
    """Of the first of the user's extensions that has one."""
    own = SipAccount.objects.filter(extension__user=user).select_related("extension")
    return own.order_by("extension__pk").first()


@dataclass(frozen=True, slots=True)
class Colleague:
    number: str
    name: str


def colleagues_of(user: User) -> list[Colleague]:
    """Whom a call can be handed on to."""
    rows = Extension.objects.filter(user__is_active=True).exclude(user=user).select_related("user").order_by("number")
    return [Colleague(row.number, row.user.shown_name) for row in rows if row.user is not None]


def ice_servers(of: SoftphoneServer) -> list[dict[str, Any]]:
    """As a browser's RTCPeerConnection takes them."""
    found: list[dict[str, Any]] = []
    if stun := read_stun(of.stun):
        found.append({"urls": list(stun)})
    if turn := read_turn(of.turn):
        found.append({"urls": list(turn), "username": of.turn_user_name, "credential": of.turn_secret})
    return found


def given(extension: str) -> list[SecretGiven]:
    """To whom this extension's secret was given of late, the latest first."""
    rows = SecretGiven.objects.filter(extension=extension).select_related("user")
    return list(rows.order_by("-last_at")[:GIVEN_SHOWN])


def server_origin() -> str:
    """What the pages of those with a softphone may speak to beside their own server; empty without a server."""
    return _origin.get()


def forget_server_origin() -> None:
    """Somebody has just changed it."""
    _origin.forget()


def _read_origin() -> str:
    found = server()
    try:
        return read_socket_address(found.address).origin if found else ""
    except AddressNotValid:
        return ""


_origin = Remembered(_read_origin)
