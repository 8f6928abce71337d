"""What is asked of the directory about somebody, and which of its servers is asked."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from callcard.staff.directory.ldap.connection import Connection, NotDone, Way
from callcard.staff.directory.ldap.filters import read_filter
from callcard.staff.directory.ldap.messages import Entry, Scope
from callcard.staff.directory.ldap.names import as_value
from callcard.staff.directory.models import Directory, GroupsBy
from callcard.staff.directory.rules import ATTRIBUTES, SUBJECTS, groups_below, is_closed, read_servers, why_refused
from callcard.staff.single_sign_on.rules import NotLetIn, Why
from callcard.staff.single_sign_on.web import open_socket

_PORTS = {Way.TLS: 636, Way.START_TLS: 389, Way.PLAIN: 389}
# A server that was away is left alone for so long: not everybody has to find out anew.
_LEFT_ALONE_SECONDS = 5.0
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_DEEPEST, _MOST_GROUPS, _AT_ONCE = 10, 1000, 50
_EVERYTHING = "(objectClass=*)"
_away: dict[tuple[str, int], float] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """`entry` is None where the name is made by a template, and read once the password was right; or, if not
    `is_known`, where there is nobody."""

    name: str
    entry: Entry | None = None
    is_known: bool = True


class Talk:
    """With one server. Raises NotLetIn and OSError."""

    def __init__(self, row: Directory, connection: Connection) -> None:
        self._row, self._connection = row, connection

    def as_own_account(self) -> None:
        """Where it has none, it stays nobody, or who was bound before."""
        if self._row.bind_name:
            if not self._row.bind_password:
                raise NotLetIn(Why.ACCOUNT, "no password is set")
            result = self._connection.bind(self._row.bind_name, self._row.bind_password)
            if result.code:
                raise NotLetIn(Why.ACCOUNT, f"{result.code} {result.said}"[:200])

    def find(self, name: str) -> Found:
        if self._row.person_name:
            return Found(self._row.person_name.replace("{name}", as_value(name)))
        self.as_own_account()
        entry = self.look_up(name)
        if entry is None:
            return Found(f"cn=nobody of this name,{self._row.base}", is_known=False)
        return Found(entry.name, entry)

    def look_up(self, name: str) -> Entry | None:
        """By the template or the filter, as whoever is bound."""
        if self._row.person_name:
            return self._itself(self._row.person_name.replace("{name}", as_value(name)))
        wanted = read_filter(self._row.person_filter, {"name": name})
        found = self._search(self._row.base, Scope.BELOW, wanted, most=2)
        if len(found) > 1:
            raise NotLetIn(Why.SEVERAL, name[:100])
        return found[0] if found else None

    def prove(self, found: Found, password: str) -> Entry:
        """Whose password it is. Somebody who is not there is asked about all the same: it takes as long."""
        result = self._connection.bind(found.name, password)
        why = why_refused(result) if found.is_known else Why.PASSWORD
        if why is not None:
            raise NotLetIn(why, f"{result.code} {result.said}"[:200])
        entry = found.entry or self._itself(found.name)
        if is_closed(entry):
            raise NotLetIn(Why.CLOSED_THERE)
        return entry

    def groups(self, entry: Entry) -> list[str]:
        """Their distinguished names, below the base of groups."""
        by = self._row.groups_by
        if by == GroupsBy.ENTRY:
            found: Iterable[str] = entry.texts("memberOf")
        else:
            self.as_own_account()
            found = self._in_chain(entry) if by == GroupsBy.CHAIN else self._by_members(entry)
        return groups_below(found, self._groups_base)

    def base_is_there(self) -> bool:
        return bool(self._search(self._row.base, Scope.ITSELF, read_filter(_EVERYTHING), most=1))

    @property
    def _groups_base(self) -> str:
        return self._row.groups_base or self._row.base

    def _itself(self, name: str) -> Entry:
        found = self._search(name, Scope.ITSELF, read_filter(_EVERYTHING), most=1)
        if not found:
            raise NotLetIn(Why.ANSWER, "their own entry is not readable for them")
        return found[0]

    def _in_chain(self, entry: Entry) -> list[str]:
        wanted = read_filter(f"(member:{_IN_CHAIN}:={{name}})", {"name": entry.name})
        return [group.name for group in self._search(self._groups_base, Scope.BELOW, wanted, most=_MOST_GROUPS)]

    def _by_members(self, entry: Entry) -> list[str]:
        """Groups that have the person, then groups that have these groups, and so on; a ring of groups ends it, too."""
        fresh = self._with_members([entry.name], entry.text(self._row.name_attribute))
        found = dict.fromkeys(fresh)
        for _level in range(_DEEPEST):
            fresh = [name for name in self._with_members(fresh) if name not in found][: _MOST_GROUPS - len(found)]
            if not fresh:
                break
            found |= dict.fromkeys(fresh)
        return list(found)

    def _with_members(self, members: list[str], uid: str = "") -> list[str]:
        found: dict[str, None] = {}
        for at in range(0, len(members), _AT_ONCE):
            wanted = _filter_of(members[at : at + _AT_ONCE], uid)
            groups = self._search(self._groups_base, Scope.BELOW, wanted, most=_MOST_GROUPS)
            found |= dict.fromkeys(group.name for group in groups)
        return list(found)

    def _search(self, base: str, scope: Scope, wanted: bytes, *, most: int) -> list[Entry]:
        own = filter(None, (self._row.name_attribute, self._row.department_attribute))
        try:
            return self._connection.search(base, scope, wanted, (*ATTRIBUTES, *SUBJECTS, *own), most=most)
        except NotDone as error:
            raise NotLetIn(Why.ANSWER, f"{base}: {error}"[:200]) from error


def _filter_of(members: list[str], uid: str = "") -> bytes:
    values = {f"m{at}": name for at, name in enumerate(members)} | {"uid": uid}
    parts = [f"(member={{m{at}}})(uniqueMember={{m{at}}})" for at in range(len(members))]
    return read_filter(f"(|{''.join(parts)}{'(memberUid={uid})' if uid else ''})", values)


def servers_of(row: Directory) -> list[tuple[str, int]]:
    return read_servers(row.servers, port=_PORTS[Way(row.encryption)])


@contextmanager
def talk_to(row: Directory, server: tuple[str, int], until: float) -> Iterator[Talk]:
    """`until`: of time.monotonic(). Raises OSError, NotLetIn."""
    host, port = server
    way = Way(row.encryption)
    if way is Way.PLAIN and not row.allows_plain:
        raise NotLetIn(Why.NOT_ENCRYPTED)
    opener = partial(open_socket, host, port, is_own=True)
    connection = Connection(lambda seconds: opener(seconds=seconds), host, way, authority=row.authority, until=until)
    try:
        yield Talk(row, connection)
    finally:
        connection.close()


@contextmanager
def found_by_name(row: Directory, name: str) -> Iterator[tuple[Talk, Found]]:
    """By the first server that answers; no other one is asked once a password may have been sent. Raises NotLetIn."""
    servers = servers_of(row)
    awake = [server for server in servers if time.monotonic() >= _away.get(server, 0.0)]
    ends = time.monotonic() + 2 * row.seconds
    said: list[str] = []
    if not awake:
        raise NotLetIn(Why.AWAY, "nobody answered a moment ago")
    for server in awake:
        is_found = False
        try:
            with talk_to(row, server, min(time.monotonic() + row.seconds, ends)) as talk:
                found = talk.find(name)
                is_found = True
                yield talk, found
            return
        except OSError as error:
            said.append(f"{server[0]}: {error}")
            _away[server] = time.monotonic() + _LEFT_ALONE_SECONDS
            if is_found:
                break
    raise NotLetIn(Why.AWAY, "; ".join(said)[:200])


def forget_who_was_away() -> None:
    """The administrator has just changed or tested the directory."""
    _away.clear()
