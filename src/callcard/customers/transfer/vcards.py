"""vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350): read leniently, written as 3.0, which every phone takes."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LONGEST_LINE = 100_000
MOST_LINES = 5_000
_TEXT_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FOLD_OCTETS = 74


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card. `value` is as written, escapes included; `labels`: what it says of its type, lower case."""

    name: str
    value: str
    labels: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return unescape(self.value)

    def parts(self, separator: str = ";") -> list[str]:
        """The parts of a value such as N, ADR or CATEGORIES."""
        return [unescape(part).strip() for part in re.split(rf"(?<!\\){re.escape(separator)}", self.value)]


@dataclass(slots=True)
class Card:
    properties: list[Property] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name and one.value.strip()]

    def first(self, name: str) -> str:
        found = self.all(name)
        return found[0].text.strip() if found else ""


def read_cards(lines: Iterable[str]) -> Iterator[Card]:
    """Card after card; what is not understood is left out. A card without an end ends where the next begins."""
    card: Card | None = None
    for line in _unfolded(lines):
        upper = line[:20].strip().upper()
        if upper.startswith("BEGIN:VCARD"):
            if card is not None and card.properties:
                yield card
            card = Card()
        elif upper.startswith("END:VCARD"):
            if card is not None:
                yield card
            card = None
        elif card is not None and len(card.properties) < MOST_LINES:
            found = _property(line)
            if found is not None:
                card.properties.append(found)
    if card is not None and card.properties:
        yield card


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    held = ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if held and line[:1] in (" ", "\t"):
            held = (held + line[1:])[:LONGEST_LINE]
        elif held.endswith("=") and "QUOTED-PRINTABLE" in held.partition(":")[0].upper():
            held = (held[:-1] + line)[:LONGEST_LINE]
        else:
            if held:
                yield held
            held = line[:LONGEST_LINE]
    if held:
        yield held


def _property(line: str) -> Property | None:
    head, colon, value = _parted(line)
    name, *parameters = head.split(";")
    name = name.rpartition(".")[2].strip().upper()  # "item1.TEL": a group
    if not colon or not name:
        return None
    labels: list[str] = []
    charset, is_quoted = "utf-8", False
    for parameter in parameters:
        key, equals, words = parameter.partition("=")
        key = key.strip().upper() if equals else "TYPE"
        words = words if equals else parameter
        if key == "ENCODING" or (not equals and words.upper() in ("QUOTED-PRINTABLE", "BASE64")):
            is_quoted = words.upper() == "QUOTED-PRINTABLE"
        elif key == "CHARSET":
            charset = words.strip('"')
        elif key == "TYPE":
            labels += [word.strip().lower() for word in words.replace('"', "").split(",")]
    if is_quoted:
        value = _quoted_printable(value, charset)
    return Property(name, value, tuple(labels))


def _parted(line: str) -> tuple[str, str, str]:
    """At the first colon that is in no quotes."""
    inside = False
    for place, sign in enumerate(line[:2000]):
        if sign == '"':
            inside = not inside
        elif sign == ":" and not inside:
            return line[:place], ":", line[place + 1 :]
    return line.partition(":")


def _quoted_printable(value: str, charset: str) -> str:
    octets = quopri.decodestring(value.encode("utf-8", "ignore"))
    try:
        return octets.decode(charset, "replace")
    except LookupError:
        return octets.decode("utf-8", "replace")


def unescape(value: str) -> str:
    return _TEXT_ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def escape(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def write_card(properties: Iterable[tuple[str, str]]) -> str:
    """A vCard of (name with parameters, value as it stands in the file)."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", *(f"{name}:{value}" for name, value in properties), "END:VCARD"]
    return "".join(_folded(line) for line in lines)


def _folded(line: str) -> str:
    """At most 75 octets in a line, and no letter is cut in two."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _FOLD_OCTETS:
            pieces.append(piece)
            piece, size = "", 1
        piece, size = piece + sign, size + width
    return "\r\n ".join([*pieces, piece]) + "\r\n"
