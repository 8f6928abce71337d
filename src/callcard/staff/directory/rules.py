"""Pure decisions about what a directory says: why a password does not let in, who an entry is, which groups count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from callcard.staff.directory.ldap.messages import Entry, Policy, Result
from callcard.staff.directory.ldap.names import Name, NameNotValid, is_below, own_value, read_name
from callcard.staff.single_sign_on.rules import Why

_SUCCESS, _CONSTRAINT, _WRONG, _UNWILLING = 0, 19, 49, 53
_NOBODY = (32, 34, 48)  # no such entry, no possible name of one, an entry without a password
# "AcceptSecurityContext error, data 773": what Active Directory says with a bind that is refused.
_ACTIVE_DIRECTORY = re.compile(r"AcceptSecurityContext error, data ([0-9a-f]+)")
_ITS_CODES = {
    "530": Why.CLOSED_THERE,  # not at this hour
    "531": Why.CLOSED_THERE,  # not from this workstation
    "532": Why.EXPIRED_THERE,
    "533": Why.CLOSED_THERE,
    "701": Why.CLOSED_THERE,  # the account has run out
    "773": Why.MUST_CHANGE,
    "775": Why.LOCKED_THERE,
}
_BY_POLICY = {Policy.EXPIRED: Why.EXPIRED_THERE, Policy.LOCKED: Why.LOCKED_THERE, Policy.MUST_CHANGE: Why.MUST_CHANGE}
_BY_CODE = {_CONSTRAINT: Why.LOCKED_THERE, _UNWILLING: Why.CLOSED_THERE}
_BY_CODE |= dict.fromkeys((_WRONG, *_NOBODY), Why.PASSWORD)
_ACCOUNT_DISABLED = 2  # of userAccountControl
# Names of somebody that never change, in the order in which they are taken; the second half of each: are bytes.
_SUBJECTS = (("objectGUID", True), ("entryUUID", False), ("ipaUniqueID", False), ("nsUniqueId", False), ("GUID", True))
ATTRIBUTES = ("mail", "givenName", "sn", "memberOf", "userAccountControl", "nsAccountLock")
SUBJECTS = tuple(name for name, _are_bytes in _SUBJECTS)


def why_refused(result: Result) -> Why | None:
    """What a bind with somebody's password came to. None: it is right, and may be used."""
    if result.policy is not None:
        return _BY_POLICY[result.policy]
    found = _ACTIVE_DIRECTORY.search(result.said) if result.code == _WRONG else None
    if found:
        return _ITS_CODES.get(found[1], Why.PASSWORD)
    return None if result.code == _SUCCESS else _BY_CODE.get(result.code, Why.ANSWER)


def is_closed(entry: Entry) -> bool:
    """Whether the account is switched off, in a directory that lets it bind all the same."""
    control = entry.text("userAccountControl")
    is_disabled = control.lstrip("-").isdecimal() and bool(int(control) & _ACCOUNT_DISABLED)
    return is_disabled or entry.text("nsAccountLock").casefold() == "true"


def subject_of(entry: Entry) -> str:
    """By which it stays the same person when names change; empty: it says none."""
    for name, are_bytes in _SUBJECTS:
        value = next(iter(entry.values.get(name.lower(), [])), b"")
        if value and are_bytes:
            return str(UUID(bytes_le=value)) if len(value) == 16 else value.hex()[:255]
        if value:
            return entry.text(name)[:255]
    return ""


def counted_name(name: str) -> str:
    """A distinguished name in the one way in which guesses at it are counted: directories pass over signs that nobody
    sees, case and spaces."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKC", name) if unicodedata.category(mark)[0] != "C")
    found = _name_or_none(plain)
    return repr([sorted(step) for step in found]) if found else plain.casefold()


def claims_of(entry: Entry, *, name_attribute: str, groups: Iterable[str]) -> dict[str, Any]:
    """What single sign-on would be told of the same person. No directory says that an address is verified."""
    return {
        "sub": subject_of(entry),
        "name": entry.text(name_attribute),
        "email": entry.text("mail"),
        "given_name": entry.text("givenName"),
        "family_name": entry.text("sn"),
        "groups": list(groups),
    }


def groups_below(names: Iterable[str], base: str) -> list[str]:
    """Groups of other places may be called the same and be anybody's."""
    top = read_name(base)
    return [name for name in names if (found := _name_or_none(name)) is not None and is_below(found, top)]


def named_groups(names: Iterable[str], table: Iterable[str]) -> list[str]:
    """Which groups of the table are among these distinguished names; the table has these, or their own values alone."""
    full: set[Name] = set()
    short: set[str] = set()
    for name in names:
        found = _name_or_none(name)
        if found is not None:
            full.add(found)
            short.add(_folded(own_value(name)))
    return [said for said in table if _folded(said) in short or _name_or_none(said) in full]


def _name_or_none(text: str) -> Name | None:
    try:
        return read_name(text) or None
    except NameNotValid:
        return None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


class ServerNotValid(ValueError):
    """`line` is what was typed in place of a server."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def read_servers(text: str, *, port: int) -> list[tuple[str, int]]:
    """Host and port of each line; `port` where it says none. Raises ServerNotValid."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        said = re.fullmatch(r"(?:ldaps?://)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?/?", line)
        if said is None or not 0 < int(said[2] or port) < 65536:
            raise ServerNotValid(line)
        found.append((said[1].strip("[]"), int(said[2] or port)))
    return found
