"""What is asked of the provider over the network.

Its issuer is what the administrator typed and may be in the company's own network. Where the issuer's document leads to
other hosts, these must be of the open internet. No redirect is followed; the address that was checked is connected to.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from callcard.staff.single_sign_on.rules import NotLetIn, Why

_SECONDS = 8.0
_MOST_BYTES = 512 * 1024
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Answer:
    """`said`: its JSON object; empty when it is none. `at`: Unix time by the peer's clock; None: it does not say."""

    status: int
    said: dict[str, Any]
    at: float | None


def checked_address(address: str) -> SplitResult:
    """https, or http on this very machine. Raises NotLetIn."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotLetIn(Why.ADDRESS, address[:200]) from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))
    if not host or not is_safe or parts.username is not None or not address.isascii() or not address.isprintable():
        raise NotLetIn(Why.ADDRESS, address[:200])
    return parts


def ask(
    address: str, *, own: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """GET, or POST of a form. `own`: the issuer. Raises NotLetIn (AWAY, ADDRESS)."""
    parts = checked_address(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept": "application/json", "Host": parts.netloc, **(headers or {})}
    body = None
    if form is not None:
        body, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
    until = time.monotonic() + 2 * _SECONDS
    try:
        connection = _connected(parts, own)
        try:
            connection.request("GET" if form is None else "POST", path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, _object(_body(response, until)), _clock(response))
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotLetIn(Why.AWAY, f"{parts.hostname}: {error}"[:200]) from error


def _connected(parts: SplitResult, own: str) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    opened = open_socket(host, port, is_own=host == urlsplit(own).hostname, seconds=_SECONDS)
    if parts.scheme == "https":
        opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    connection.sock = opened
    return connection


def open_socket(host: str, port: int, *, is_own: bool, seconds: float) -> socket.socket:
    """To the address that was checked. `is_own`: an administrator typed this host. Raises OSError, NotLetIn."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for one in found:
        _check_place(host, one, is_own=is_own)
    until = time.monotonic() + seconds
    last: OSError = OSError("no address")
    for one in found[:4]:
        try:
            return socket.create_connection((one, port), timeout=max(until - time.monotonic(), 0.1))
        except OSError as error:
            last = error
    raise last


def _check_place(host: str, found: str, *, is_own: bool) -> None:
    address = ipaddress.ip_address(found.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    is_never = address.is_link_local or address.is_multicast or address.is_unspecified
    if is_never or not (is_own or address.is_global):
        raise NotLetIn(Why.ADDRESS, f"{host} is {found}")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(response: http.client.HTTPResponse, until: float) -> bytes:
    read = b""
    while chunk := response.read1(64 * 1024):
        read += chunk
        if len(read) > _MOST_BYTES or time.monotonic() > until:
            raise OSError("too long")
    return read


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _clock(response: http.client.HTTPResponse) -> float | None:
    try:
        return parsedate_to_datetime(response.getheader("Date", "")).timestamp()
    except (TypeError, ValueError):
        return None
