"""Basic Encoding Rules as LDAP uses them (RFC 4511, 5.1): definite lengths and tags of one byte."""

from __future__ import annotations

from dataclasses import dataclass

BOOLEAN, INTEGER, TEXT, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31


class NotValid(ValueError):
    """What was sent is no BER, or not what was expected there."""


@dataclass(frozen=True, slots=True)
class Element:
    tag: int
    content: bytes

    def parts(self) -> list[Element]:
        """Of a constructed one. Raises NotValid."""
        return read_all(self.content)

    def number(self) -> int:
        if not 0 < len(self.content) <= 8:
            raise NotValid("a number of no length or a great one")
        return int.from_bytes(self.content, "big", signed=True)

    def text(self) -> str:
        """What is no UTF-8 is shown as such."""
        return self.content.decode("utf-8", errors="replace")


def element(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return bytes([tag]) + _length(len(content)) + content


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    sized = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(sized)]) + sized


def number(value: int, tag: int = INTEGER) -> bytes:
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def text(value: str | bytes, tag: int = TEXT) -> bytes:
    return element(tag, value.encode() if isinstance(value, str) else value)


def truth(value: bool, tag: int = BOOLEAN) -> bytes:
    return element(tag, b"\xff" if value else b"\x00")


def whole_length(data: bytes) -> int | None:
    """Of the first element with its tag and length; None: more bytes are needed to know. Raises NotValid."""
    if len(data) < 2:
        return None
    if data[0] & 0x1F == 0x1F:
        raise NotValid("a tag of several bytes")
    first = data[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    if not 0 < count <= 4:
        raise NotValid("an indefinite or far too great length")
    if len(data) < 2 + count:
        return None
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def read_all(data: bytes) -> list[Element]:
    """The elements that lie one after another. Raises NotValid."""
    found = []
    at = 0
    while at < len(data):
        size = whole_length(data[at : at + 6])
        if size is None or at + size > len(data):
            raise NotValid("it ends in the middle")
        first = data[at + 1]
        begins = at + 2 + (first & 0x7F if first >= 0x80 else 0)
        found.append(Element(data[at], data[begins : at + size]))
        at += size
    return found
