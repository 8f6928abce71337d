"""Which roles there are, and whom one may give them to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from callcard.staff.models import Change, User
from callcard.staff.roles.models import Role, Scope
from callcard.staff.roles.rules import CHANGES_ROLES, RIGHTS, Permissions
from callcard.staff.roles.words import in_words


def current_roles() -> list[Role]:
    """With `people`, how many who can sign in have each."""
    count = Count("members", filter=Q(members__is_active=True))
    return list(Role.objects.filter(removed_at=None).annotate(people=count).order_by("pk"))


def own_words(also: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(word, name) of the roles that were made from nothing; of removed ones only those whose word is in `also`."""
    kept = set(also)
    made = Role.objects.filter(kind="").order_by("pk")
    return [(role.word, role.shown_name) for role in made if role.removed_at is None or role.word in kept]


def offered_roles(by: User) -> list[Role]:
    """Those that this user may give: whoever may not change roles gives nothing that they have not got themselves."""
    return [role for role in current_roles() if may_give(by, role)]


def may_give(by: User, role: Role) -> bool:
    return by.may(CHANGES_ROLES) or by.permissions.may_all_of(Permissions(role.given.rights, role.given.scope))


def may_look_after(by: User, person: User) -> bool:
    """Whether they may change somebody, and with that their password and whatever it opens."""
    return by.may(CHANGES_ROLES) or by.permissions.may_all_of(person.permissions)


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the history of a role, in words."""

    change: Change
    who: str
    lines: list[str]

    @property
    def can_be_undone(self) -> bool:
        return self.change.action == Change.Action.CHANGED


def steps_of(role: Role) -> list[Step]:
    """The latest first."""
    changes = Change.objects.filter(about="role", object_id=role.pk).select_related("by").order_by("-pk")
    return [Step(change, change.by.shown_name if change.by else "", _lines(change)) for change in changes[:20]]


def _lines(change: Change) -> list[str]:
    before, after = change.before, change.after
    was, now = set(before.get("rights", ())), set(after.get("rights", ()))
    lines = [_("given: %(right)s") % {"right": in_words(right)} for right in sorted((now - was) & RIGHTS)]
    lines += [_("taken: %(right)s") % {"right": in_words(right)} for right in sorted((was - now) & RIGHTS)]
    if "scope" in before:
        lines.append(f"{Scope(before['scope']).label} → {Scope(after['scope']).label}")
    for name in ("name", "description"):
        if name in before:
            lines.append(f"{before[name] or '—'} → {after[name] or '—'}")
    return lines if before else []
