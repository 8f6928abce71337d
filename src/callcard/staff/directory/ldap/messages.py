"""What is asked of a directory and what it answers (LDAPv3, RFC 4511), as bytes. No input or output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from callcard.staff.directory.ldap import ber

START_TLS = "1.3.6.1.4.1.1466.20037"
PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # draft-behera-ldap-password-policy

_BIND, _UNBIND, _SEARCH, _EXTENDED, _CONTROLS = 0x60, 0x42, 0x63, 0x77, 0xA0
BOUND, ENTRY, DONE, ELSEWHERE, EXTENDED = 0x61, 0x64, 0x65, 0x73, 0x78
_NEVER_ALIASES = 0


class Scope(IntEnum):
    ITSELF = 0
    BELOW = 2


class Policy(IntEnum):
    """Errors of the password policy that a directory tells beside its answer."""

    EXPIRED = 0
    LOCKED = 1
    MUST_CHANGE = 2


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    tag: int
    parts: tuple[ber.Element, ...]
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`code`: RFC 4511, 4.1.9; `said`: its words, for the administrator."""

    code: int
    said: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`values`: attribute in small letters -> its values."""

    name: str
    values: dict[str, list[bytes]] = field(default_factory=dict)

    def text(self, attribute: str) -> str:
        """The first value; empty where there is none."""
        return next(iter(self.texts(attribute)), "")

    def texts(self, attribute: str) -> list[str]:
        return [value.decode("utf-8", errors="replace").strip() for value in self.values.get(attribute.lower(), [])]


def bind(id: int, name: str, password: str) -> bytes:
    """A simple bind that asks what the password policy says."""
    control = ber.element(ber.SEQUENCE, ber.text(PASSWORD_POLICY))
    simple = ber.element(_BIND, ber.number(3), ber.text(name), ber.text(password, 0x80))
    return _message(id, simple, ber.element(_CONTROLS, control))


def unbind(id: int) -> bytes:
    return _message(id, ber.element(_UNBIND))


def start_tls(id: int) -> bytes:
    return _message(id, ber.element(_EXTENDED, ber.text(START_TLS, 0x80)))


def search(
    id: int, base: str, scope: Scope, filter: bytes, attributes: Iterable[str], *, most: int, seconds: int
) -> bytes:
    """`filter`: as `filters.read_filter` makes it. `most`: entries."""
    wanted = ber.element(ber.SEQUENCE, *map(ber.text, attributes))
    limits = ber.number(most) + ber.number(seconds) + ber.truth(False)
    where = ber.text(base) + ber.number(scope, ber.ENUMERATED) + ber.number(_NEVER_ALIASES, ber.ENUMERATED)
    return _message(id, ber.element(_SEARCH, where, limits, filter, wanted))


def _message(id: int, *parts: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, ber.number(id), *parts)


def read_message(data: bytes) -> Message:
    """One whole message. Raises ber.NotValid."""
    outer = ber.read_all(data)
    inner = outer[0].parts() if len(outer) == 1 and outer[0].tag == ber.SEQUENCE else []
    if len(inner) < 2 or inner[0].tag != ber.INTEGER:
        raise ber.NotValid("no LDAP message")
    controls = inner[2].parts() if len(inner) > 2 and inner[2].tag == _CONTROLS else []
    return Message(inner[0].number(), inner[1].tag, tuple(inner[1].parts()), _policy(controls))


def _policy(controls: list[ber.Element]) -> Policy | None:
    for control in controls:
        parts = control.parts()
        if parts and parts[0].text() == PASSWORD_POLICY and parts[-1].tag == ber.TEXT and len(parts) > 1:
            told = [part for each in ber.read_all(parts[-1].content) for part in each.parts() if part.tag == 0x81]
            if told and told[0].number() in list(Policy):
                return Policy(told[0].number())
    return None


def result_of(message: Message) -> Result:
    """Raises ber.NotValid."""
    if len(message.parts) < 3 or message.parts[0].tag != ber.ENUMERATED:
        raise ber.NotValid("no result")
    return Result(message.parts[0].number(), message.parts[2].text()[:300], message.policy)


def entry_of(message: Message) -> Entry:
    """Raises ber.NotValid."""
    if len(message.parts) < 2:
        raise ber.NotValid("no entry")
    found: dict[str, list[bytes]] = {}
    for attribute in message.parts[1].parts():
        parts = attribute.parts()
        if len(parts) < 2:
            raise ber.NotValid("no attribute")
        found[parts[0].text().lower()] = [value.content for value in parts[1].parts()]
    return Entry(message.parts[0].text(), found)
