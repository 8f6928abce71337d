"""Writes about the people of the company."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from callcard.live.services import check_sessions
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, Extension, Team, User
from callcard.staff.queries import owners_of
from callcard.staff.roles.models import Role
from callcard.staff.roles.rules import CHANGES_ROLES, joined
from callcard.staff.rules import folded
from callcard.staff.sign_in.standing import forget_standing

_DETAILS = ("first_name", "last_name", "email", "team")


class NoLongerAdministrator(Exception):
    """Who asks was shut out a moment ago; so of two who shut each other out, one stays."""


class OwnAccess(Exception):
    """Nobody shuts themselves out or takes from themselves the right to change roles."""


class UserNameTaken(Exception):
    """By somebody who was added in the same moment."""


class ExtensionTaken(Exception):
    """`owners`: extension -> the colleague whose it is."""

    def __init__(self, owners: dict[str, User]) -> None:
        super().__init__(", ".join(owners))
        self.owners = owners


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What an administrator says of a user. `team` is a name and is made when it is new; empty: none."""

    username: str
    first_name: str
    last_name: str
    email: str
    roles: tuple[Role, ...]
    team: str
    language: str
    extensions: tuple[str, ...]


@transaction.atomic
def add_person(person: Person, *, password: str, by: User | None = None, moved: frozenset[str] = frozenset()) -> User:
    """`moved`: extensions that may be taken from colleagues.

    Raises ExtensionTaken, UserNameTaken; then nothing is written.
    """
    user = User(username=person.username)
    user.set_password(password)
    _write(user, person, moved, by)
    return user


@transaction.atomic
def change_person(person: Person, *, user: User, by: User, moved: frozenset[str] = frozenset()) -> User:
    """Raises what `add_person` does, OwnAccess and NoLongerAdministrator; then nothing is written."""
    administrators = locked_administrators()
    user = User.objects.select_for_update().get(pk=user.pk)
    stays_one = joined(role.given for role in person.roles).may(CHANGES_ROLES)
    if user.may(CHANGES_ROLES) and not stays_one:
        _check_may_shut_out(user, by, administrators)
    _write(user, person, moved, by)
    return user


def _write(user: User, person: Person, moved: frozenset[str], by: User | None) -> None:
    for name in ("username", "first_name", "last_name", "email", "language"):
        setattr(user, name, getattr(person, name))
    user.team = _team_named(person.team)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise UserNameTaken from error
    give_roles(user=user, roles=person.roles, by=by)
    _set_extensions(user, person.extensions, moved)


@transaction.atomic
def take_over_details(*, user: User, first_name: str, last_name: str, email: str, team: str) -> None:
    """What the company's directory says of somebody; the history knows it. Empty: as it is here."""
    before = snapshot(user, _DETAILS)
    for name, said in (("first_name", first_name[:150]), ("last_name", last_name[:150]), ("email", email[:254])):
        setattr(user, name, said.replace("\x00", "") or getattr(user, name))
    user.team = _team_named(team[:100].replace("\x00", "")) or user.team
    after = snapshot(user, _DETAILS)
    if before == after:
        return
    user.save(update_fields=_DETAILS)
    record_change(
        about="user",
        object_id=user.pk,
        customer_id=None,
        action=Change.Action.CHANGED,
        before=before,
        after=after,
        by=None,
    )


def give_roles(*, user: User, roles: Iterable[Role], by: User | None) -> None:
    """These and no others; the history knows who gave them."""
    before = _names_of_roles(user)
    user.take_roles(roles)
    transaction.on_commit(forget_standing)
    record_change(
        about="user",
        object_id=user.pk,
        customer_id=None,
        action=Change.Action.CHANGED,
        before={"roles": before},
        after={"roles": _names_of_roles(user)},
        by=by,
    )


def _names_of_roles(user: User) -> str:
    names = ", ".join(role.shown_name for role in user.roles.order_by("pk"))
    return f"{user.username}: {names}"


def _team_named(name: str) -> Team | None:
    if not name:
        return None
    there = [team for team in Team.objects.order_by("pk") if folded(team.name) == folded(name)]
    return there[0] if there else Team.objects.create(name=name)


def _set_extensions(user: User, numbers: tuple[str, ...], moved: frozenset[str]) -> None:
    taken = {number: owner for number, owner in owners_of(numbers).items() if owner != user and number not in moved}
    if taken:
        raise ExtensionTaken(taken)
    Extension.objects.filter(user=user).exclude(number__in=numbers).delete()
    for number in numbers:
        Extension.objects.update_or_create(number=number, defaults={"user": user})


def give_password(*, user: User, password: str) -> None:
    """Whoever is signed in with the old one is signed out everywhere, at once."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        user.open_sessions.all().delete()
        check_sessions(user_id=user.pk)


def deactivate_person(*, user: User, by: User) -> None:
    """They are signed out everywhere at once and cannot sign in; what they did and have stays.

    Raises OwnAccess, NoLongerAdministrator.
    """
    with transaction.atomic():
        administrators = locked_administrators()
        user = User.objects.select_for_update().get(pk=user.pk)
        _check_may_shut_out(user, by, administrators)
        user.is_active = False
        user.session_round += 1
        user.save(update_fields=["is_active", "session_round"])
        user.open_sessions.all().delete()
        check_sessions(user_id=user.pk)


def activate_person(*, user: User) -> None:
    """They may sign in again, with the password they had."""
    User.objects.filter(pk=user.pk).update(is_active=True)


def locked_administrators() -> set[int]:
    """Who may change roles. Always locked first and in one order, so that two who change each other wait and do not
    stand still."""
    return set(User.objects.who_may(CHANGES_ROLES).order_by("pk").select_for_update().values_list("pk", flat=True))


def _check_may_shut_out(user: User, by: User, administrators: set[int]) -> None:
    """An administrator is left, because who asks stays one."""
    if user.pk == by.pk:
        raise OwnAccess
    if by.pk not in administrators:
        raise NoLongerAdministrator
