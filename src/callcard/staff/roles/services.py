"""Writes about roles. Whoever has a role has its new rights in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.staff.history import put_back, record_change, snapshot
from callcard.staff.models import Change, User
from callcard.staff.roles.giving import rights_in_words
from callcard.staff.roles.models import Role
from callcard.staff.roles.rules import CHANGES_ROLES
from callcard.staff.services import NoLongerAdministrator, OwnAccess, locked_administrators

FIELDS = ("name", "description", "rights", "scope", "removed_at")
_AT_ONCE = 500


class RoleInUse(Exception):
    """Somebody would be left without what they do; they get another role first."""


@dataclass(frozen=True, slots=True)
class RoleValues:
    """What an administrator says of a role. `rights`: of staff.roles.rules.RIGHTS."""

    name: str
    description: str
    rights: frozenset[str]
    scope: str


def add_role(*, values: RoleValues, by: User, kind: str = "") -> Role:
    """`kind`: of the role that it was copied from."""
    with transaction.atomic():
        role = Role(kind=kind)
        _set(role, values)
        role.save(force_insert=True)
        _keep(role, {}, Change.Action.CREATED, by)
    return role


def copy_role(*, role: Role, by: User) -> Role:
    """The same under another name, for somebody to change; nobody has it yet."""
    name = _("%(name)s, copy") % {"name": role.shown_name}
    values = RoleValues(name[:100], role.description, frozenset(role.rights), role.scope)
    return add_role(values=values, by=by, kind=role.kind)


def change_role(*, role: Role, values: RoleValues, by: User) -> None:
    """Raises OwnAccess when whoever asks could change no roles afterwards, NoLongerAdministrator when they cannot now;
    then nothing is written."""
    with transaction.atomic():
        held = _locked(role, by)
        before = snapshot(held, FIELDS)
        _set(held, values)
        _write(held, before, Change.Action.CHANGED, by)


def put_back_role(*, role: Role, change: Change, by: User) -> None:
    """The values of before one step. Raises what `change_role` does, and ValidationError when they no longer fit."""
    with transaction.atomic():
        held = _locked(role, by)
        before = snapshot(held, FIELDS)
        put_back(held, {name: value for name, value in change.before.items() if name in FIELDS})
        _write(held, before, Change.Action.RESTORED, by)


def remove_role(*, role: Role, by: User) -> None:
    """It is offered no more and can be brought back. Raises RoleInUse, NoLongerAdministrator."""
    with transaction.atomic():
        held = _locked(role, by)
        if held.members.exists():
            raise RoleInUse
        before = snapshot(held, FIELDS)
        held.removed_at = timezone.now()
        _write(held, before, Change.Action.REMOVED, by)


def restore_role(*, role: Role, by: User) -> None:
    """Raises NoLongerAdministrator."""
    with transaction.atomic():
        held = _locked(role, by)
        before = snapshot(held, FIELDS)
        held.removed_at = None
        _write(held, before, Change.Action.RESTORED, by)


def _locked(role: Role, by: User) -> Role:
    """Administrators first, as everywhere: two who take each other's roles away wait for each other."""
    if by.pk not in locked_administrators():
        raise NoLongerAdministrator
    return Role.objects.select_for_update().get(pk=role.pk)


def _set(role: Role, values: RoleValues) -> None:
    role.name, role.description, role.scope = values.name, values.description, values.scope
    role.rights = sorted(values.rights)


def _write(role: Role, before: dict[str, object], action: Change.Action, by: User) -> None:
    role.save()
    _tell_members(role.members.prefetch_related("roles"))
    if not User.objects.who_may(CHANGES_ROLES).filter(pk=by.pk).exists():
        raise OwnAccess
    _keep(role, before, action, by)


def _tell_members(members: Iterable[User]) -> None:
    changed = []
    for user in members:
        user.rights = rights_in_words(user.roles.all())
        changed.append(user)
    User.objects.bulk_update(changed, ["rights"], batch_size=_AT_ONCE)


def _keep(role: Role, before: dict[str, object], action: Change.Action, by: User) -> None:
    record_change(
        about="role",
        object_id=role.pk,
        customer_id=None,
        action=action,
        before=before,
        after=snapshot(role, FIELDS),
        by=by,
    )
