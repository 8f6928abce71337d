"""Distinguished names (RFC 4514): written safely, and compared as directories compare them."""

from __future__ import annotations

import re
from typing import TypeAlias

Name: TypeAlias = tuple[frozenset[tuple[str, str]], ...]
"""From the entry itself up to the root; each step a set of (type, value), both folded."""

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)*")
_SPECIAL = set(',+"\\<>;=')


class NameNotValid(ValueError):
    pass


def as_value(text: str) -> str:
    """As one value within a distinguished name, whatever signs it has."""
    made = "".join(f"\\{mark}" if mark in _SPECIAL else "\\00" if mark == "\x00" else mark for mark in text)
    if made[:1] in (" ", "#"):
        made = "\\" + made
    if text.endswith(" ") and len(text) > 1:
        made = made[:-1] + "\\ "
    return made


def read_name(text: str) -> Name:
    """Raises NameNotValid."""
    return tuple(
        frozenset((kind.casefold(), _folded(value)) for kind, value in map(_pair, _split(step, "+")))
        for step in (_split(text, ",") if text.strip() else [])
    )


def is_below(name: Name, base: Name) -> bool:
    """Whether it is `base` or lies under it."""
    return name[len(name) - len(base) :] == base if len(name) >= len(base) else False


def own_value(text: str) -> str:
    """ "Sales" of "cn=Sales,ou=groups,dc=example,dc=com", as it is written there. Raises NameNotValid."""
    return _pair(_split(_split(text, ",")[0], "+")[0])[1]


def root_of(base: Name) -> str:
    """ "example.com" of a base that ends in dc=example,dc=com; else the base itself in one way of writing."""
    parts = [dict(step).get("dc", "") for step in base]
    parts = parts[next((at for at in range(len(parts)) if all(parts[at:])), len(parts)) :]
    return ".".join(parts) or ",".join("+".join(sorted(f"{kind}={value}" for kind, value in step)) for step in base)


def _split(text: str, mark: str) -> list[str]:
    """At marks that no backslash precedes."""
    parts, begins, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == mark:
            parts.append(text[begins:at])
            begins = at + 1
        at += 1
    return [*parts, text[begins:]]


def _pair(text: str) -> tuple[str, str]:
    kind, equals, value = text.partition("=")
    if not equals or not _TYPE.fullmatch(kind.strip()):
        raise NameNotValid(text)
    return kind.strip(), _unescaped(_trimmed(value))


def _trimmed(value: str) -> str:
    """Without spaces around; one after a backslash belongs to the value."""
    value = value.lstrip(" ")
    ends = value.rstrip(" ")
    backslashes = len(ends) - len(ends.rstrip("\\"))
    return ends + " " if backslashes % 2 and len(ends) < len(value) else ends


def _unescaped(value: str) -> str:
    if value.endswith("\\") and (len(value) - len(value.rstrip("\\"))) % 2:
        raise NameNotValid(value)
    pieces = re.findall(r"(?:\\[0-9A-Fa-f]{2})+|\\.|[^\\]+", value, re.DOTALL)
    return "".join(map(_piece, pieces))


def _piece(piece: str) -> str:
    if piece[0] != "\\":
        return piece
    if re.fullmatch(r"(\\[0-9A-Fa-f]{2})+", piece):
        return bytes.fromhex(piece.replace("\\", "")).decode("utf-8", errors="replace")
    return piece[1:]


def _folded(value: str) -> str:
    """Case, and how many spaces there are, do not count."""
    return " ".join(value.casefold().split())
