"""Fetching a file from an address that somebody else named, without being led to places that are not meant.

Only http and https; only addresses of the open internet, except for a host that the administrator has entered; what was
checked is what is connected to, so a name cannot change its meaning in between; each redirect is checked again.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

_MOST_REDIRECTS = 4
_CHUNK_BYTES = 256 * 1024
_SCHEMES = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GOOD = 200

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


class FetchFailed(Exception):
    """`problem` is one of: address, forbidden, away, slow, login, gone, status, too_large. `detail` is for people."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem, self.detail = problem, detail[:200]


def resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`own`: (scheme, host, port) that the administrator entered: it may be in the own network, and gets the login.

    `seconds`: for the whole file.
    """

    own: tuple[str, str, int] | None = None
    username: str = ""
    secret: str = field(default="", repr=False)
    seconds: float = 900.0
    pause_seconds: float = 30.0
    resolve: Resolve = resolve


@dataclass(frozen=True, slots=True)
class Reply:
    """`chunks` raises FetchFailed when the line breaks or it takes too long. `size` is -1 when it was not said."""

    chunks: Iterator[bytes]
    size: int
    media_type: str
    name: str


def place_of(address: str) -> tuple[str, str, int]:
    """(scheme, host, port). Raises FetchFailed of what is no such address."""
    parts = _split(address)
    return parts.scheme, _host(parts), parts.port or _SCHEMES[parts.scheme]


def is_allowed(address: Address, *, is_own: bool) -> bool:
    """Whether one may connect there. Link-local is nobody's telephone system, but where clouds tell their secrets."""
    inner = _inner(address)
    if inner is not address:
        return is_allowed(inner, is_own=is_own)
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if is_own:
        return True
    return address.is_global and not address.is_reserved and not (address.version == 6 and address.is_site_local)


@contextmanager
def fetched(address: str, access: Access) -> Iterator[Reply]:
    """The file at the address, while the line is open. Raises FetchFailed."""
    until = time.monotonic() + access.seconds
    for _ in range(_MOST_REDIRECTS + 1):
        line, response = _ask(address, access)
        try:
            if response.status in _REDIRECTS:
                address = _followed(address, response.getheader("Location", ""))
                continue
            _check_status(response.status)
            yield _reply(address, response, until)
            return
        finally:
            line.close()
    raise FetchFailed("forbidden", "too many redirects")


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as error:
        raise FetchFailed("address", str(error)) from None
    if parts.scheme not in _SCHEMES or not parts.hostname or port == 0 or "@" in parts.netloc:
        raise FetchFailed("address", "http:// or https:// and a host are wanted, without a password")
    if any(ord(mark) < 33 or ord(mark) == 127 for mark in address.strip()):
        raise FetchFailed("address", "blanks or control characters")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    try:
        written = (host if host.isascii() else host.encode("idna").decode("ascii")).rstrip(".")
    except UnicodeError:
        raise FetchFailed("address", "the host cannot be written") from None
    if not written:  # nothing but dots, in whatever script
        raise FetchFailed("address", "a host is wanted")
    return written


def _followed(address: str, told: str) -> str:
    if not told:
        raise FetchFailed("status", "a redirect that leads nowhere")
    following = urljoin(address, told)
    if _split(address).scheme == "https" and _split(following).scheme == "http":
        raise FetchFailed("forbidden", "a redirect from https to http")
    return following


@dataclass(frozen=True, slots=True)
class Line:
    """A connection to a checked address. `path` and `host` are to be asked with: those of the address."""

    connection: http.client.HTTPConnection
    path: str
    host: str
    is_own: bool


def line_to(address: str, access: Access) -> Line:
    """Connects, and asks nothing yet. Raises FetchFailed."""
    parts = _split(address)
    place = place_of(address)
    is_own = place == access.own
    connection = _connection(place, _checked(place, is_own, access.resolve), access.pause_seconds)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe=_QUERY)}" if parts.query else ""
    )
    return Line(connection, path, _host_header(place), is_own)


def _ask(address: str, access: Access) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    line = line_to(address, access)
    headers = {"Host": line.host, "Accept": "audio/*, */*;q=0.5", "Accept-Encoding": "identity"}
    if line.is_own and access.username:
        login = base64.b64encode(f"{access.username}:{access.secret}".encode()).decode()
        headers["Authorization"] = f"Basic {login}"
    try:
        line.connection.request("GET", line.path, headers=headers)
        return line.connection, line.connection.getresponse()
    except (TimeoutError, OSError, http.client.HTTPException) as error:
        line.connection.close()
        raise away(error) from error


_QUERY = "/%:@!$&'()*+,;=~-._?"


def _host_header(place: tuple[str, str, int]) -> str:
    scheme, host, port = place
    shown = f"[{host}]" if ":" in host else host
    return shown if port == _SCHEMES[scheme] else f"{shown}:{port}"


def _checked(place: tuple[str, str, int], is_own: bool, look_up: Resolve) -> list[str]:
    """All addresses of the host. One that is forbidden forbids all: it is a trick, or a mistake to be mended."""
    _scheme, host, port = place
    try:
        found = look_up(host, port)
    except (OSError, UnicodeError) as error:
        raise FetchFailed("away", f"{host}: {error}") from None
    for one in found:
        if not is_allowed(ipaddress.ip_address(one.partition("%")[0]), is_own=is_own):
            raise FetchFailed("forbidden", f"{host} is {one}")
    if not found:
        raise FetchFailed("away", host)
    return found


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if wrapped is None and (address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1)):
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return wrapped or address


def _connection(place: tuple[str, str, int], addresses: list[str], seconds: float) -> http.client.HTTPConnection:
    scheme, host, port = place
    try:
        opened = _connected(addresses, port, seconds)
        if scheme == "https":
            opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    except (TimeoutError, OSError) as error:
        raise away(error) from error
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    connection.sock = opened
    return connection


def _connected(addresses: list[str], port: int, seconds: float) -> socket.socket:
    last: OSError | None = None
    for address in addresses[:4]:
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            last = error
    raise last or OSError("no address")


def _check_status(status: int) -> None:
    if status in (401, 403):
        raise FetchFailed("login", str(status))
    if status in (404, 410):
        raise FetchFailed("gone", str(status))
    if status != _GOOD:
        raise FetchFailed("status", str(status))


def _reply(address: str, response: http.client.HTTPResponse, until: float) -> Reply:
    said = response.getheader("Content-Length", "")
    size = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else -1
    name = urlsplit(address).path.rpartition("/")[2]
    media_type = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    return Reply(_chunks(response, size, until), size, media_type, name)


def _chunks(response: http.client.HTTPResponse, size: int, until: float) -> Iterator[bytes]:
    seen = 0
    while True:
        try:
            chunk = response.read1(_CHUNK_BYTES)
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            raise away(error) from error
        if not chunk:
            break
        seen += len(chunk)
        yield chunk
        if time.monotonic() > until:
            raise FetchFailed("slow")
    if seen < size:
        raise FetchFailed("away", "the line broke before the end")


def away(error: Exception) -> FetchFailed:
    """What became of the line, of an error of the standard library's."""
    if isinstance(error, TimeoutError):
        return FetchFailed("slow")
    return FetchFailed("away", str(error) or type(error).__name__)
