"""One connection to one server of a directory. It ends at a moment that was given, whatever the server does.

No referral is followed, and no password is sent before the way is encrypted, unless the caller says that it may.
"""

from __future__ import annotations

import itertools
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from callcard.staff.directory.ldap import ber, messages
from callcard.staff.directory.ldap.messages import Entry, Message, Result, Scope

Given = TypeVar("Given")
T = TypeVar("T")
_MOST_BYTES = 2 * 1024 * 1024  # of one message, and of one search
_CHUNK = 64 * 1024
_SUCCESS, _TOO_MANY = 0, 4
_BUSY = (51, 52)  # and "unavailable": another server may know
_ABOUT_THE_CONNECTION = 0


class Way(StrEnum):
    """How it is encrypted."""

    TLS = "ldaps"
    START_TLS = "starttls"
    PLAIN = "plain"


class NotDone(Exception):
    """The server answers, and refuses."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"{result.code}: {result.said}" if result.said else str(result.code))
        self.result = result


class Connection:
    """Raises OSError when the server is away, too slow, not who it should be, or speaks no LDAP."""

    def __init__(
        self, open_socket: Callable[[float], socket.socket], host: str, way: Way, *, authority: str, until: float
    ) -> None:
        """`authority`: certificates in PEM; empty: those that this machine trusts. `until`: of time.monotonic()."""
        self._until = until
        self._ids = itertools.count(1)
        self._unread = b""
        self._socket = open_socket(self._left())
        try:
            if way is Way.START_TLS:
                self._ask_for_tls()
            if way is not Way.PLAIN:
                self._encrypt(host, authority)
        except BaseException:
            self._socket.close()
            raise

    def bind(self, name: str, password: str) -> Result:
        """Neither may be empty: a bind without a password succeeds for everybody (RFC 4513, 5.1.2)."""
        if not name or not password:
            raise ValueError("a bind without name or password proves nothing")
        id = next(self._ids)
        self._send(messages.bind(id, name, password))
        return _checked(_read(messages.result_of, self._answer(id, messages.BOUND)))

    def search(
        self, base: str, scope: Scope, filter: bytes, attributes: Iterable[str], *, most: int = 1000
    ) -> list[Entry]:
        """At most `most` entries, although there may be more. Raises NotDone."""
        id = next(self._ids)
        seconds = max(int(self._left()), 1)
        self._send(messages.search(id, base, scope, filter, attributes, most=most, seconds=seconds))
        found: list[Entry] = []
        bytes_left = _MOST_BYTES
        while (message := self._next(id)).tag != messages.DONE:
            if message.tag == messages.ENTRY:
                found.append(_read(messages.entry_of, message))
            bytes_left -= sum(len(part.content) for part in message.parts)
            if bytes_left < 0:
                raise OSError("too long an answer")
        result = _checked(_read(messages.result_of, message))
        if result.code not in (_SUCCESS, _TOO_MANY):
            raise NotDone(result)
        return found

    def close(self) -> None:
        try:
            self._socket.settimeout(1)
            self._socket.sendall(messages.unbind(next(self._ids)))
        except OSError:
            pass
        finally:
            self._socket.close()

    def _ask_for_tls(self) -> None:
        id = next(self._ids)
        self._send(messages.start_tls(id))
        result = _read(messages.result_of, self._answer(id, messages.EXTENDED))
        if result.code != _SUCCESS:
            raise OSError(f"StartTLS is refused: {result.code} {result.said}")
        if self._unread:
            raise OSError("more was said than asked before the way was encrypted")

    def _encrypt(self, host: str, authority: str) -> None:
        context = ssl.create_default_context(cadata=authority or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._socket.settimeout(self._left())
        self._socket = context.wrap_socket(self._socket, server_hostname=host)

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(data)

    def _answer(self, id: int, tag: int) -> Message:
        message = self._next(id)
        if message.tag != tag:
            raise OSError("another answer than was asked for")
        return message

    def _next(self, id: int) -> Message:
        message = _read(messages.read_message, self._whole())
        if message.id == _ABOUT_THE_CONNECTION:
            raise OSError("the server ends the connection")
        if message.id != id:
            raise OSError("an answer to something else")
        return message

    def _whole(self) -> bytes:
        while (size := _read(ber.whole_length, self._unread)) is None or size > len(self._unread):
            if size is not None and size > _MOST_BYTES:
                raise OSError("too long an answer")
            self._socket.settimeout(self._left())
            more = self._socket.recv(_CHUNK)
            if not more:
                raise OSError("the server has hung up")
            self._unread += more
        whole, self._unread = self._unread[:size], self._unread[size:]
        return whole

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("too slow")
        return left


def _read(reader: Callable[[Given], T], given: Given) -> T:
    try:
        return reader(given)
    except ber.NotValid as error:
        raise OSError(f"no LDAP: {error}") from error


def _checked(result: Result) -> Result:
    if result.code in _BUSY:
        raise OSError(f"it is busy: {result.code} {result.said}")
    return result
