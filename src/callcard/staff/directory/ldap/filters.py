"""Search filters as administrators write them (RFC 4515), made into what is sent (RFC 4511, 4.5.1.7).

What somebody typed is put into a filter that is already read, as a value: there is nothing to break out of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from callcard.staff.directory.ldap import ber

_AND, _OR, _NOT, _EQUAL, _PARTS, _GREATER, _LESS, _THERE, _LIKE, _BY_RULE = range(10)
_CONSTRUCTED, _PLAIN = 0xA0, 0x80
_ATTRIBUTE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.;-]*")
_BY_RULE_PARTS = re.compile(r"([A-Za-z0-9][A-Za-z0-9.;-]*)?(:dn)?(?::([A-Za-z0-9.-]+))?")
_DEEPEST = 20


class FilterNotValid(ValueError):
    """`at`: how many signs of it could be read."""

    def __init__(self, at: int) -> None:
        super().__init__(f"at sign {at + 1}")
        self.at = at


def read_filter(text: str, values: Mapping[str, str | bytes] | None = None) -> bytes:
    """`values`: what `{name}` stands for in the values of the filter. Raises FilterNotValid."""
    reader = _Reader(text.strip(), {f"{{{name}}}".encode(): _bytes(value) for name, value in (values or {}).items()})
    made = reader.filter(0)
    if reader.at != len(reader.text):
        raise FilterNotValid(reader.at)
    return made


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


class _Reader:
    def __init__(self, text: str, values: dict[bytes, bytes]) -> None:
        self.text, self.values, self.at = text, values, 0

    def filter(self, depth: int) -> bytes:
        self._take("(")
        mark = self.text[self.at : self.at + 1]
        if depth > _DEEPEST:
            raise FilterNotValid(self.at)
        if mark and mark in "&|!":
            self.at += 1
            made = self._several(mark, depth)
        else:
            made = self._item()
        self._take(")")
        return made

    def _several(self, mark: str, depth: int) -> bytes:
        parts = []
        while self.text[self.at : self.at + 1] == "(":
            parts.append(self.filter(depth + 1))
        if not parts or (mark == "!" and len(parts) > 1):
            raise FilterNotValid(self.at)
        kind = {"&": _AND, "|": _OR, "!": _NOT}[mark]
        return ber.element(_CONSTRUCTED | kind, *parts)

    def _item(self) -> bytes:
        ends = next((at for at in range(self.at, len(self.text)) if self.text[at] in "()"), len(self.text))
        left, equals, right = self.text[self.at : ends].partition("=")
        if not equals:
            raise FilterNotValid(self.at)
        kind = {"~": _LIKE, ">": _GREATER, "<": _LESS, ":": _BY_RULE}.get(left[-1:], _EQUAL)
        left = left if kind == _EQUAL else left[:-1]
        made = self._by_rule(left, right) if kind == _BY_RULE else self._compared(kind, left, right)
        self.at = ends
        return made

    def _compared(self, kind: int, attribute: str, said: str) -> bytes:
        if not _ATTRIBUTE.fullmatch(attribute):
            raise FilterNotValid(self.at)
        if kind == _EQUAL and said == "*":
            return ber.text(attribute, _PLAIN | _THERE)
        if kind == _EQUAL and "*" in said:
            return self._in_parts(attribute, said.split("*"))
        return ber.element(_CONSTRUCTED | kind, ber.text(attribute), ber.text(self._value(said)))

    def _in_parts(self, attribute: str, said: list[str]) -> bytes:
        begins, *between, ends = said
        parts = [(0, begins), *((1, part) for part in between), (2, ends)]
        made = [ber.text(self._value(part), _PLAIN | place) for place, part in parts if part]
        if not made:
            raise FilterNotValid(self.at)
        return ber.element(_CONSTRUCTED | _PARTS, ber.text(attribute), ber.element(ber.SEQUENCE, *made))

    def _by_rule(self, left: str, said: str) -> bytes:
        found = _BY_RULE_PARTS.fullmatch(left)
        if found is None or not (found[1] or found[3]):
            raise FilterNotValid(self.at)
        parts = [ber.text(found[3], 0x81)] if found[3] else []
        parts += [ber.text(found[1], 0x82)] if found[1] else []
        parts += [ber.text(self._value(said), 0x83)]
        parts += [ber.truth(True, 0x84)] if found[2] else []
        return ber.element(_CONSTRUCTED | _BY_RULE, *parts)

    def _value(self, said: str) -> bytes:
        r"""`\2a` is a byte; every other backslash is a mistake. What was typed by a stranger is looked at no more."""
        if re.search(r"\\(?![0-9A-Fa-f]{2})", said) or "*" in said or "\x00" in said:
            raise FilterNotValid(self.at)
        plain = re.sub(rb"\\([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), said.encode())
        if not self.values:
            return plain
        names = b"|".join(map(re.escape, self.values))
        return re.sub(names, lambda found: self.values[found[0]], plain)

    def _take(self, mark: str) -> None:
        if self.text[self.at : self.at + 1] != mark:
            raise FilterNotValid(self.at)
        self.at += 1
