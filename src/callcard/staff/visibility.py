"""Whose records a user may see. The one place that decides it; every room's `visible_to` asks here."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from django.db.models import Q

from callcard.staff.models import Team, User
from callcard.staff.roles.rules import RIGHTS, SEE, Scope


@dataclass(frozen=True, slots=True)
class Visibility:
    """`responsible_ids`: records of these users; None: everything, records of nobody included."""

    responsible_ids: frozenset[int] | None

    @property
    def everything(self) -> bool:
        return self.responsible_ids is None

    def allows(self, responsible_id: int | None) -> bool:
        """Whether a record of this user's (None: nobody's) may be seen."""
        return self.responsible_ids is None or responsible_id in self.responsible_ids

    def customers_filter(self, prefix: str = "") -> Q:
        """For a queryset of customers, or of rows that reach one through `prefix` (such as "customer__")."""
        if self.responsible_ids is None:
            return Q()
        return Q(**{f"{prefix}responsible_id__in": sorted(self.responsible_ids)})


CUSTOMERS, SALES, TASKS, CALLS = "customers", "sales", "tasks", "calls"
"""Modules whose records are somebody's."""
_DECIDE = frozenset(right for right in RIGHTS if right.endswith(f".{SEE}"))
_EVERYTHING = Visibility(None)
_NOTHING = Visibility(frozenset())


def scope_of(user: User) -> Hashable:
    """Equal for users for whom every `visible_to` makes the same query: see staff.kept_queries."""
    reach, modules = _reach(user), user.permissions.rights & _DECIDE
    return modules if reach.everything else (user.pk, reach, modules)


def visible_to(user: User, module: str = CUSTOMERS) -> Visibility:
    """Of what belongs to a module: nothing when no role lets them see it, else as far as their roles reach."""
    return _reach(user) if user.may(f"{module}.{SEE}") else _NOTHING


def _reach(user: User) -> Visibility:
    """All records, their own, or those of their team and the teams below it."""
    scope = user.permissions.scope
    if not user.is_active:
        return _NOTHING
    if scope is Scope.ALL:
        return _EVERYTHING
    if scope is Scope.TEAM and user.team_id is not None:
        members = User.objects.filter(team_id__in=_team_and_below(user.team_id)).values_list("pk", flat=True)
        return Visibility(frozenset({user.pk, *members}))
    return Visibility(frozenset({user.pk}))


def _team_and_below(team_id: int) -> set[int]:
    """The team and the teams below it, however deep. Teams that are each other's parents end the walk too."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in Team.objects.values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    found, waiting = {team_id}, [team_id]
    while waiting:
        fresh = [pk for pk in children.get(waiting.pop(), ()) if pk not in found]
        found.update(fresh)
        waiting += fresh
    return found
