"""The rules of each role, and how the administrator changes them."""

from __future__ import annotations

from dataclasses import asdict, replace

from django.db import transaction

from callcard.staff.history import record_change
from callcard.staff.models import Change, User
from callcard.switchboard.dial_rules import Rules
from callcard.switchboard.models import RoleRules

# Wide enough that nobody who works meets them, narrow enough that a stolen password costs an office little.
DEFAULTS = {
    User.Role.MANAGER: Rules(calls_a_day=300, abroad_a_day=40, countries_a_day=8),
    User.Role.OWNER: Rules(calls_a_day=300, abroad_a_day=80, countries_a_day=15),
    User.Role.ADMINISTRATOR: Rules(calls_a_day=300, abroad_a_day=80, countries_a_day=15),
}


def rules_of(role: str) -> Rules:
    row = RoleRules.objects.filter(role=role).first()
    if row is None:
        return DEFAULTS.get(User.Role(role), Rules())
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
