"""What users could do before there were roles, they can do afterwards; and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from callcard.staff.models import User
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import Scope

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = "0001_squashed", "0004_roles_only"


def migrated(to: str) -> Any:
    """The users' table as it is then."""
    executor = MigrationExecutor(connection)
    executor.migrate([("staff", to)])
    return MigrationExecutor(connection).loader.project_state([("staff", to)]).apps.get_model("staff", "User")


@pytest.fixture(autouse=True)
def as_it_is_in_the_end() -> Iterator[None]:
    yield
    migrated(AFTER)


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
