"""Ready roles by their kind, and what is kept with a user of the roles they have."""

from __future__ import annotations

from collections.abc import Iterable

from callcard.staff.roles.models import Kind, Role, Scope
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import joined, written


def ready_role(kind: str, scope: str = "") -> Role:
    """The oldest role of this kind that sees so much (empty: as ready ones do); made when there is none."""
    given = READY[kind]
    wanted = scope or given.scope.value
    there = Role.objects.filter(kind=kind, scope=wanted, removed_at=None).order_by("pk").first()
    if there is not None:
        return there
    name = "" if wanted == given.scope else f"{Kind(kind).label}: {Scope(wanted).label}"
    return Role.objects.create(name=name, kind=kind, rights=sorted(given.rights), scope=wanted)


def begin_roles() -> None:
    """The ready roles, in the order in which they are offered."""
    for kind in Kind.values:
        ready_role(kind)


def roles_for(role: str = Kind.MANAGER, records: str = "", may_export: bool = False) -> list[Role]:
    """`role`: a ready one's kind. `records`: a Scope for managers; owners and administrators see all."""
    sees_all = role in (Kind.OWNER, Kind.ADMINISTRATOR)
    found = [ready_role(role, "" if sees_all else records)]
    return [*found, ready_role(Kind.EXPORTER)] if may_export else found


def rights_in_words(roles: Iterable[Role]) -> str:
    """What `User.rights` holds for somebody with these roles."""
    return written(joined(role.given for role in roles if role.removed_at is None))
