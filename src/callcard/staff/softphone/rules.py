"""Pure decisions about softphones: which addresses a browser may be sent to."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])"
# Strict, because it is written into a header of every page.
_SOCKET = re.compile(
    rf"(?P<origin>(?P<scheme>wss?)://(?P<host>{_HOST})(?::[0-9]{{1,5}})?)(?P<path>/[A-Za-z0-9._~/-]*)?"
)
_STUN = re.compile(rf"stuns?:{_HOST}(?::[0-9]{{1,5}})?")
_TURN = re.compile(rf"turns?:{_HOST}(?::[0-9]{{1,5}})?(?:\?transport=(?:udp|tcp))?")
_BETWEEN = re.compile(r"[\s,;]+")
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


class AddressNotValid(ValueError):
    """`reason`: "form" (not an address of that kind) or "plain" (not encrypted); `word` is what was typed."""

    def __init__(self, reason: str, word: str) -> None:
        super().__init__(f"{reason}: {word}")
        self.reason, self.word = reason, word


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """`origin` is what the page's policy names, `host` what SIP calls the domain."""

    address: str
    origin: str
    host: str


def read_socket_address(text: str) -> SocketAddress:
    """Where a PBX takes SIP over WebSocket. Raises AddressNotValid.

    Without encryption only on this machine: browsers give no microphone to a page that could speak to another so.
    """
    text = text.strip()
    found = _SOCKET.fullmatch(text)
    if not found:
        raise AddressNotValid("form", text)
    if found["scheme"] == "ws" and found["host"].lower() not in _LOOPBACK:
        raise AddressNotValid("plain", text)
    return SocketAddress(text, found["origin"], found["host"])


def read_stun(text: str) -> tuple[str, ...]:
    """`stun:` addresses, separated in any way. Raises AddressNotValid."""
    return _each(text, _STUN)


def read_turn(text: str) -> tuple[str, ...]:
    """`turn:` and `turns:` addresses, separated in any way. Raises AddressNotValid."""
    return _each(text, _TURN)


def _each(text: str, shape: re.Pattern[str]) -> tuple[str, ...]:
    words = tuple(word for word in _BETWEEN.split(text) if word)
    for word in words:
        if not shape.fullmatch(word):
            raise AddressNotValid("form", word)
    return words
