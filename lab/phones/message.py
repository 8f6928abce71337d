"""SIP messages as text (RFC 3261 section 7).

Bytes that are not UTF-8 survive both ways, so a caller's name may be anything.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

_SHORT = {
    "f": "from",
    "t": "to",
    "i": "call-id",
    "v": "via",
    "m": "contact",
    "r": "refer-to",
    "l": "content-length",
}


class NotSip(ValueError):
    """The datagram is not a SIP message."""


@dataclass(slots=True)
class Message:
    """A request or a response; header names keep their order and repeat."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Raises NotSip."""
        head, _, body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        if "SIP/2.0" not in start:
            raise NotSip(start[:40])
        pairs = (line.partition(":") for line in lines if ":" in line)
        return cls(start, [(name.strip(), value.strip()) for name, _, value in pairs], body)

    def encode(self) -> bytes:
        body = self.body.encode("utf-8", "surrogateescape")
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        head = f"{self.start}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        return head.encode("utf-8", "surrogateescape") + body

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return [v for k, v in self.headers if _SHORT.get(k.lower(), k.lower()) == wanted]

    def get(self, name: str) -> str:
        """The first value of a header, or empty."""
        return next(iter(self.all(name)), "")

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of the request, or of the request that is answered."""
        return self.get("cseq").split()[-1] if self.get("cseq") else ""

    @property
    def sequence(self) -> int:
        return int(self.get("cseq").split()[0])

    @property
    def call_id(self) -> str:
        return self.get("call-id")

    @property
    def branch(self) -> str:
        """Of the topmost Via: the transaction."""
        return parameter(self.get("via"), "branch")

    def reply(self, code: int, reason: str, *, tag: str, contact: str, body: str = "") -> Message:
        """The response to this request (section 8.2.6)."""
        to = self.get("to")
        if code > 100 and not parameter(to, "tag"):
            to += f";tag={tag}"
        copied = [("Via", via) for via in self.all("via")] + [("From", self.get("from")), ("To", to)]
        copied += [("Call-ID", self.call_id), ("CSeq", self.get("cseq")), ("Contact", f"<{contact}>")]
        if body:
            copied.append(("Content-Type", "application/sdp"))
        return Message(f"SIP/2.0 {code} {reason}", copied, body)


Headers = Sequence[tuple[str, str]]


def parameter(value: str, name: str) -> str:
    """`;name=value` of a header value, or empty."""
    found = re.search(rf';\s*{name}="?([^;,>"\s]+)', value)
    return found[1] if found else ""


def uri(value: str) -> str:
    """The address inside `"Name" <sip:user@host>;tag=x`."""
    rest = _split(value)[1]
    found = re.search(r"<([^>]*)>", rest)
    return found[1] if found else rest.split(";")[0].strip()


def user(value: str) -> str:
    """The user part of an address, or empty."""
    found = re.match(r"sips?:([^@;>]+)@", uri(value))
    return found[1] if found else ""


def display_name(value: str) -> str:
    """The quoted or bare name before the address."""
    return _split(value)[0]


def _split(value: str) -> tuple[str, str]:
    """Name and the rest. A quoted name may hold anything, even angle brackets."""
    quoted_name = re.match(r'\s*"((?:[^"\\]|\\.)*)"', value)
    if quoted_name:
        return re.sub(r"\\(.)", r"\1", quoted_name[1]), value[quoted_name.end() :]
    name, bracket, rest = value.partition("<")
    return (name.strip(), bracket + rest) if bracket else ("", value)


def quoted(name: str | bytes) -> str:
    """A display name as it stands in From, quoted when there is one."""
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '" ' if text else ""


def token() -> str:
    """A random word for tags, branches and call ids."""
    return secrets.token_hex(6)
