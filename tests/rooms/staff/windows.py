"""A browser's shell, and the people who look at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.test import Client

from callcard.staff.models import Extension, User
from callcard.staff.roles.giving import roles_for

PASSWORD = "tumbling-horses-9"


class Window(Client):
    """Asks for windows' contents only."""

    def __init__(self, user: User) -> None:
        super().__init__(headers={"X-Callcard-Window": "1"})
        self.force_login(user, "django.contrib.auth.backends.ModelBackend")
        self.user = user

    def text(self, url: str) -> str:
        response = self.get(url)
        assert response.status_code == 200, url
        return str(response.content.decode())


def person(username: str, *extensions: str, **columns: Any) -> User:
    user = User.objects.create_user(username, password=PASSWORD, **columns)
    Extension.objects.bulk_create(Extension(number=number, user=user) for number in extensions)
    return user


def give(users: Iterable[User], role: str = "manager", *, records: str = "", may_export: bool = False) -> None:
    """They have this ready role and no other."""
    for user in users:
        user.take_roles(roles_for(role, records, may_export))


def words(response: Any) -> str:
    """Of an answer of the test client, whose type the stubs keep to themselves."""
    return str(response.content.decode())


def state() -> list[tuple[object, ...]]:
    """Everything that these windows may change of people, to compare before and after."""
    columns = (
        "pk",
        "username",
        "first_name",
        "rights",
        "team__name",
        "is_active",
        "password",
        "session_round",
    )
    phones = Extension.objects.order_by("number").values_list("number", "user__username")
    return [*User.objects.order_by("pk").values_list(*columns), *phones]
