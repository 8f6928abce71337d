""" "Test the connection": each step in words, and who somebody would be here. Nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from callcard.staff.directory.asking import claims_in
from callcard.staff.directory.ldap.messages import Entry
from callcard.staff.directory.models import Directory
from callcard.staff.directory.settings_row import forget_directory
from callcard.staff.directory.talk import Talk, servers_of, talk_to
from callcard.staff.directory.words import words_for_administrator
from callcard.staff.single_sign_on.checking import Finding
from callcard.staff.single_sign_on.models import Group
from callcard.staff.single_sign_on.people import foreseen, roles_of, user_of
from callcard.staff.single_sign_on.rules import NotLetIn, Why, groups_in

_SHOWN = 15


def check_directory(row: Directory, person: str) -> list[Finding]:
    """`person`: whom to look up, as they would type their name; empty: nobody."""
    forget_directory()
    found: list[Finding] = []
    asked_one = False
    for server in servers_of(row):
        try:
            with talk_to(row, server, time.monotonic() + row.seconds) as talk:
                found.append(Finding("success", _("%(host)s answers%(how)s.") % _place(row, server[0])))
                if not asked_one:
                    asked_one = True
                    found += _of_one(row, talk, person)
        except OSError as error:
            found.append(_wrong(NotLetIn(Why.AWAY, f"{server[0]}: {error}"[:200])))
        except NotLetIn as error:
            found.append(_wrong(error))
    return found


def _place(row: Directory, host: str) -> dict[str, str]:
    is_plain = row.encryption == Directory.Encryption.PLAIN
    return {"host": host, "how": "" if is_plain else _(", encrypted, with a certificate that is trusted")}


def _wrong(error: NotLetIn) -> Finding:
    return Finding("error", words_for_administrator(error))


def _of_one(row: Directory, talk: Talk, person: str) -> Iterator[Finding]:
    talk.as_own_account()
    if row.bind_name:
        yield Finding("success", _("It takes the name and password of Callcard's own account."))
    if not row.bind_name and row.person_name:
        yield Finding("success", _("Callcard has no account of its own there: people are looked at as they sign in."))
        return
    if not talk.base_is_there():
        yield Finding("error", _("Under the base “%(base)s” Callcard's account can read nothing.") % {"base": row.base})
        return
    yield Finding("success", _("The base is there."))
    if person:
        yield from _of_person(row, talk, person)


def _of_person(row: Directory, talk: Talk, person: str) -> Iterator[Finding]:
    entry = talk.look_up(person)
    if entry is None:
        yield Finding("error", _("Nobody is found by the name “%(name)s”.") % {"name": person})
        return
    yield Finding("success", _("Found: %(entry)s") % {"entry": _described(row, entry)})
    groups = talk.groups(entry)
    words = "; ".join(groups[:_SHOWN]) or _("none below the base of groups")
    yield Finding("success" if groups else "warning", _("Groups: %(groups)s") % {"groups": words})
    yield from _foreseen(row, claims_in(row, talk, entry))


def _described(row: Directory, entry: Entry) -> str:
    said = (entry.text("givenName"), entry.text("sn"), entry.text("mail"))
    team = entry.text(row.department_attribute) if row.department_attribute else ""
    return " · ".join(filter(None, (entry.name, entry.text(row.name_attribute), *said, team)))


def _foreseen(row: Directory, claims: dict[str, Any]) -> Iterator[Finding]:
    roles = roles_of(groups_in(claims, row.groups_claim))
    names = ", ".join(role.shown_name for role in roles)
    if Group.objects.exists():
        if not roles:
            yield Finding("error", _("None of these groups has a role here, so they would not be let in."))
            return
        yield Finding("success", _("Roles that they would get by their groups: %(roles)s") % {"roles": names})
    else:
        yield Finding("warning", _("No group has roles here yet: roles stay as they are given by hand."))
    try:
        user = user_of(claims, row) or foreseen(row, claims, roles)
    except NotLetIn as error:
        yield Finding("error", _("They would be told: %(words)s") % {"words": words_for_administrator(error)})
        return
    if user is None:
        yield Finding("success", _("A new account would be made for them."))
    else:
        yield Finding("success", _("They would be let in as %(name)s.") % {"name": user.shown_name})
