"""Reads of the people of the company."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Prefetch

from callcard.staff.models import Extension, Team, User
from callcard.staff.roles.models import Role
from callcard.staff.rules import folded, is_found

_ROLES = Prefetch("roles", Role.objects.order_by("pk"))


def people_ids(*, words: str = "") -> list[int]:
    """Everyone whom the words find, by name, team or extension; those who may sign in first, then by name.

    Compared here and not in the database: SQLite folds the case of no letter beyond ASCII.
    """
    extensions: dict[int | None, list[str]] = defaultdict(list)
    for number, user_id in Extension.objects.exclude(user=None).values_list("number", "user_id"):
        extensions[user_id].append(number)
    rows = User.objects.values_list("pk", "is_active", "first_name", "last_name", "username", "team__name")
    found = [
        (not is_active, folded(f"{first} {last}".strip() or username), pk)
        for pk, is_active, first, last, username, team in rows
        if is_found(words, among=(first, last, username, team or "", *extensions[pk]))
    ]
    return [pk for _, _, pk in sorted(found)]


def people(ids: list[int]) -> list[User]:
    """With their teams and extensions, in the order of `ids`."""
    rows = User.objects.select_related("team").prefetch_related("extensions", _ROLES).in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def team_names() -> list[str]:
    return sorted(set(Team.objects.values_list("name", flat=True)), key=folded)


def owners_of(numbers: tuple[str, ...]) -> dict[str, User]:
    """Extension -> whose it is; those of nobody are left out."""
    rows = Extension.objects.filter(number__in=numbers, user__isnull=False).select_related("user")
    return {row.number: row.user for row in rows if row.user is not None}


def is_set_up() -> bool:
    """Whether there is anybody who could sign in."""
    return User.objects.exists()


def has_extensions() -> bool:
    """Whether any phone is anybody's, without which no call is shown to anyone."""
    return Extension.objects.exclude(user=None).exists()
