"""What users could do before there were roles, they can do afterwards; and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from callcard.staff.models import User
from callcard.staff.roles.giving import ready_role
from callcard.staff.roles.models import Role
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import Scope

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, UNNAMED, AFTER = "0001_squashed", "0004_roles_only", "0005_words_of_own_roles"


def migrated(to: str) -> Any:
    """The users' table as it is then."""
    executor = MigrationExecutor(connection)
    executor.migrate([("staff", to)])
    return MigrationExecutor(connection).loader.project_state([("staff", to)]).apps.get_model("staff", "User")


@pytest.fixture(autouse=True)
def as_it_is_in_the_end() -> Iterator[None]:
    """Whatever other apps stand on these tables went back with them."""
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_everybody_keeps_what_they_could_do_there_and_back() -> None:
    had = [
        ("administrator", "own", False),
        ("owner", "all", True),
        ("manager", "all", False),
        ("manager", "all", True),
        ("manager", "team", False),
        ("manager", "own", True),
    ]
    users = migrated(BEFORE).objects
    for number, (role, records, may_export) in enumerate(had):
        users.create(username=f"u{number}", role=role, records=records, may_export=may_export)
    migrated(AFTER)
    now = [user.permissions for user in User.objects.order_by("username")]
    manager, exports = READY["manager"].rights, READY["manager"].rights | READY["exporter"].rights
    assert [(each.rights, each.scope) for each in now] == [
        (READY["administrator"].rights, Scope.ALL),
        (READY["owner"].rights, Scope.ALL),
        (manager, Scope.ALL),
        (exports, Scope.ALL),
        (manager, Scope.TEAM),
        (exports, Scope.OWN),
    ]
    assert [user.roles.count() for user in User.objects.order_by("username")] == [1, 1, 1, 2, 1, 2]
    again = migrated(BEFORE).objects.order_by("username").values_list("role", "records", "may_export")
    assert list(again) == [("administrator", "all", False), ("owner", "all", False), *had[2:]]


def test_who_has_a_role_made_from_nothing_carries_its_word_from_now_on() -> None:
    own = Role.objects.create(name="Pricing", rights=["customers.see"], scope="team")
    for name, roles in {"mali": [ready_role("manager"), own], "noy": [ready_role("manager")]}.items():
        User.objects.create_user(name).take_roles(roles)
    migrated(UNNAMED)
    word = f"is:{own.word}"
    had = {user.username: user.rights for user in User.objects.all()}
    without = " ".join(had["mali"].replace(f" {word} ", " ").split())
    User.objects.filter(username="mali").update(rights=f" {without} ")
    migrated(AFTER)
    assert {user.username: user.rights for user in User.objects.all()} == had
