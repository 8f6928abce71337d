"""What is said over FastAGI. Source: Asterisk's "Asterisk Gateway Interface (AGI)" and the text of its command
`agi show commands topic set variable`; res_agi cuts a line off at 2048 bytes.

Asterisk begins with lines "agi_callerid: +85620…" and an empty one, then answers each command with one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callcard.telephony.callers import CallerTold

LONGEST_LINE = 2048
MOST_LINES = 160
_LONGEST_VALUE = 400
_OURS = "CALLCARD_"
_NO_NUMBER = ("", "unknown")
# Bits 5 and 6 of Q.931's presentation indicator: shown, restricted, not available.
_PRESENTATION = 0x60


class NotAgi(ValueError):
    """What came is no AGI."""


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """`script`: the path of the address that the dial plan asked; `arguments`: what it gave behind it."""

    script: str = ""
    number: str = ""
    arguments: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def read_request(lines: Iterable[bytes]) -> AgiRequest:
    """Of the lines before the empty one. Raises NotAgi. Bytes that are no UTF-8 are replaced."""
    values: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("utf-8", "replace").strip("\r\n").partition(":")
        if not colon or not name.startswith("agi_"):
            raise NotAgi(name[:40])
        values.setdefault(name, value.strip()[:_LONGEST_VALUE])
    if "agi_request" not in values:
        raise NotAgi("no agi_request")
    numbered = sorted((int(n[8:]), v) for n, v in values.items() if n.startswith("agi_arg_") and _is_count(n[8:]))
    arguments = tuple(value for _, value in numbered)
    return AgiRequest(values.get("agi_network_script", ""), _number(values, arguments), arguments, values)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _number(values: Mapping[str, str], arguments: tuple[str, ...]) -> str:
    """What the dial plan gave, else who calls; empty when the caller does not want to be known."""
    if arguments:
        return arguments[0]
    number = values.get("agi_callerid", "")
    shown = values.get("agi_callingpres", "0")
    is_hidden = _is_count(shown) and int(shown) & _PRESENTATION
    return "" if is_hidden or number.lower() in _NO_NUMBER else number


def answers(told: CallerTold) -> tuple[tuple[str, str], ...]:
    """Variables to set on the caller's channel. A name that the network gave stays when we know none."""
    name = (("CALLERID(name)", told.name),) if told.name else ()
    blocked = "1" if told.is_blocked else "0"
    return (*name, (_OURS + "EXTENSION", told.extension), (_OURS + "BLOCKED", blocked))


def set_variable(name: str, value: str) -> bytes:
    return f"SET VARIABLE {name} {quoted(value)}\n".encode()


def quoted(value: str) -> str:
    """One argument, whatever it holds: no line ends within it, and no quote ends it early."""
    plain = "".join(" " if ord(mark) < 32 or mark in "\x7f\x85\u2028\u2029" else mark for mark in value)
    plain = plain.encode("utf-8", "ignore").decode()
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_taken(reply: bytes) -> bool:
    """Whether Asterisk did it. Not so when the channel is gone ("HANGUP", "511") or the command unknown ("510")."""
    return reply.startswith(b"200 result=1")
