"""Whose records a user may see. The one place that decides it; every room's `visible_to` asks here."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from django.db.models import Q

from callcard.staff.models import Team, User


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


def scope_of(user: User) -> Hashable:
    """Equal for users for whom every `visible_to` makes the same query: see staff.kept_queries."""
    seen = visible_to(user)
    return seen if seen.everything else (user.pk, seen)


_EVERYTHING = Visibility(None)
_ALL_SEEING = frozenset({User.Role.ADMINISTRATOR, User.Role.OWNER})


def visible_to(user: User) -> Visibility:
    """Owners and administrators see all; a manager their own records, their team's or all, by `User.records`."""
    if not user.is_active:
        return Visibility(frozenset())
    if user.role in _ALL_SEEING or user.records == User.Records.ALL:
        return _EVERYTHING
    if user.records == User.Records.TEAM and user.team_id is not None:
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
