"""The rules of each role, and how the administrator changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from django.db import transaction

from callcard.staff.history import record_change
from callcard.staff.models import Change, User
from callcard.staff.roles.queries import own_words
from callcard.switchboard.dial_rules import Rules
from callcard.switchboard.models import RoleRules

# Wide enough that nobody who works meets them, narrow enough that a stolen password costs an office little.
DEFAULTS = {
    User.Role.MANAGER: Rules(calls_a_day=300, abroad_a_day=40, countries_a_day=8),
    User.Role.HEAD: Rules(calls_a_day=300, abroad_a_day=40, countries_a_day=8),
    User.Role.OPERATOR: Rules(calls_a_day=300, abroad_a_day=40, countries_a_day=8),
    User.Role.OWNER: Rules(calls_a_day=300, abroad_a_day=80, countries_a_day=15),
    User.Role.ADMINISTRATOR: Rules(calls_a_day=300, abroad_a_day=80, countries_a_day=15),
}


ROLES = (User.Role.MANAGER, User.Role.HEAD, User.Role.OPERATOR, User.Role.OWNER, User.Role.ADMINISTRATOR)
"""Ready roles that have rules of their own. Who has none of them dials as managers do, unless a role that was made from
nothing has been given rules."""


def offered_roles() -> list[tuple[str, str]]:
    """(word, name) of all roles that may have rules: the ready ones and those that were made from nothing."""
    return [*((role.value, str(role.label)) for role in ROLES), *own_words()]


def rules_of(role: str) -> Rules:
    return _rules_of([role])[0]


def rules_for(user: User) -> tuple[Rules, ...]:
    """Of each of their roles: what one of them allows, they may dial. At least one."""
    kinds = user.permissions.kinds
    ready, own = [role for role in ROLES if role in kinds], kinds.difference(User.Role.values)
    given = [_read(row) for row in RoleRules.objects.filter(role__in=own).order_by("role")] if own else []
    return (*_rules_of(ready), *given) or _rules_of([User.Role.MANAGER])


def _rules_of(roles: Sequence[str]) -> tuple[Rules, ...]:
    rows = {row.role: row for row in RoleRules.objects.filter(role__in=roles)}
    return tuple(_read(rows[role]) if role in rows else _default(role) for role in roles)


def _default(role: str) -> Rules:
    """Of a ready role its own; whoever has a role made from nothing dials as managers do until it has rules."""
    return DEFAULTS[User.Role(role)] if role in DEFAULTS else rules_of(User.Role.MANAGER)


def _read(row: RoleRules) -> Rules:
    plain = {name: getattr(row, name) for name in asdict(Rules())}
    return Rules(**plain | {"allowed": tuple(row.allowed), "denied": tuple(row.denied)})


def set_rules(*, role: str, rules: Rules, by: User) -> None:
    """From the next call on."""
    with transaction.atomic():
        before = rules_of(role)
        plain = asdict(replace(rules)) | {"allowed": list(rules.allowed), "denied": list(rules.denied)}
        row, _ = RoleRules.objects.update_or_create(role=role, defaults=plain)
        old = asdict(before) | {"allowed": list(before.allowed), "denied": list(before.denied)}
        record_change(
            about="dial-rules",
            object_id=row.pk,
            customer_id=None,
            action=Change.Action.CHANGED,
            before=old,
            after=plain,
            by=by,
            batch=f"role:{role}",
        )
