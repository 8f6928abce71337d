"""Somebody's name and password are asked of the directory: counted before, and believed only about who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from callcard.staff.directory.ldap.messages import Entry
from callcard.staff.directory.models import Directory
from callcard.staff.directory.rules import claims_of, counted_name, named_groups, subject_of
from callcard.staff.directory.talk import Found, Talk, found_by_name
from callcard.staff.models import User
from callcard.staff.roles.rules import CHANGES_ROLES
from callcard.staff.services import take_over_details
from callcard.staff.sign_in.entering import HasToWait
from callcard.staff.sign_in.guessing import Counter, begin_guess, counters_elsewhere, longest_wait, waits_now, was_right
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.visitors import known_device
from callcard.staff.single_sign_on.models import Group, Identity
from callcard.staff.single_sign_on.people import come_in
from callcard.staff.single_sign_on.rules import NotLetIn, Why

HOW = "directory"
# Of these a directory may count one more wrong password, or has done so.
_STAY_COUNTED = {Why.PASSWORD, Why.LOCKED_THERE, Why.AWAY}


@dataclass(frozen=True, slots=True)
class Proved:
    """What the directory says of whoever's password was right."""

    entry: Entry
    claims: dict[str, Any]


@sensitive_variables("password")
def proved(request: HttpRequest, row: Directory, name: str, password: str, *, owner: User | None = None) -> Proved:
    """`owner`: who is signed in and proves themselves. Raises NotLetIn, HasToWait."""
    with found_by_name(row, name) as (talk, found):
        counted = _counted(request, row, found, name, owner)
        left = begin_guess(counted)
        if left:
            raise HasToWait(left, longest_wait(counted))
        try:
            entry = talk.prove(found, password)
        except NotLetIn as error:
            _note(request, error, counted, name)
            raise
        was_right(counted)
        return Proved(entry, claims_in(row, talk, entry))


def _counted(request: HttpRequest, row: Directory, found: Found, name: str, owner: User | None) -> list[Counter]:
    """By the entry, so that one person is not counted under several names for the same."""
    device = known_device(request, owner.username if owner else _name_here(row, found) or name)
    person = counted_name(found.name if found.is_known else name)
    wait = timedelta(minutes=row.guess_minutes)
    return counters_elsewhere(person=person, device=device, free=row.guesses, wait=wait)


def _name_here(row: Directory, found: Found) -> str:
    """By what name they are known to browsers in which they have been; empty: they never came."""
    subject = subject_of(found.entry) if found.entry else ""
    known = Identity.objects.filter(issuer=row.issuer, subject=subject).select_related("user").first()
    return known.user.username if subject and known else ""


def _note(request: HttpRequest, error: NotLetIn, counted: list[Counter], name: str) -> None:
    if error.why not in _STAY_COUNTED:
        was_right(counted)
    elif waits_now(counted):
        write_down(What.CLOSED, request, user=None, username=name, how=HOW)


def claims_in(row: Directory, talk: Talk, entry: Entry) -> dict[str, Any]:
    """Raises NotLetIn where it says nothing by which they stay the same person."""
    groups = named_groups(talk.groups(entry), Group.objects.values_list("name", flat=True))
    claims = claims_of(entry, name_attribute=row.name_attribute, groups=groups)
    if not claims["sub"]:
        raise NotLetIn(Why.SUBJECT)
    return claims


@sensitive_variables("password")
def enter(request: HttpRequest, row: Directory, name: str, password: str) -> User:
    """Who they are here; roles and details are as the directory says from now on. Raises NotLetIn, HasToWait."""
    said = proved(request, row, name, password)
    user = come_in(request, row, said.claims, how=HOW)
    trusts_mail = row.trusts_mail and not user.may(CHANGES_ROLES)
    take_over_details(
        user=user,
        first_name=said.claims["given_name"],
        last_name=said.claims["family_name"],
        email=said.claims["email"] if trusts_mail else "",
        team=said.entry.text(row.department_attribute) if row.department_attribute else "",
    )
    return user
