"""Roles are made by ticking, hold at once, and one who may change them always remains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import RequestFactory

from callcard.config.access import AskRoles
from callcard.staff.models import Change, User
from callcard.staff.roles.giving import ready_role
from callcard.staff.roles.models import Role
from callcard.staff.roles.queries import current_roles, offered_roles
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import RIGHTS, Scope
from callcard.staff.roles.services import RoleValues, add_role, change_role
from callcard.staff.services import NoLongerAdministrator, OwnAccess
from tests.rooms.staff.windows import Window, person, state, words

pytestmark = pytest.mark.django_db
TICKED = {"name": "Night shift", "description": "", "scope": "own", "rights": ["customers.see", "customers.add"]}


@pytest.fixture
def anna() -> Window:
    return Window(person("anna", first_name="Anna", role="administrator"))


def role_of(*rights: str, scope: str = "all", by: User | None = None) -> Role:
    by = by or person("maker", role="administrator")
    return add_role(values=RoleValues("Made", "", frozenset(rights), scope), by=by)


def roles() -> list[tuple[Any, ...]]:
    return list(Role.objects.order_by("pk").values_list("pk", "name", "rights", "scope", "removed_at"))


def test_the_ready_roles_are_there(anna: Window) -> None:
    assert [role.kind for role in current_roles()] == [
        *("administrator", "owner", "head", "manager", "operator", "accountant", "listener", "exporter")
    ]
    assert {role.kind: (frozenset(role.rights), role.scope) for role in current_roles()} == {
        kind: (given.rights, given.scope) for kind, given in READY.items()
    }
    text = anna.text("/settings/roles")
    for name in ("Administrator", "Head of department", "Operator", "Listener", "Accountant"):
        assert name in text


def test_a_role_is_ticked_together_given_and_holds_at_once(anna: Window) -> None:
    made = anna.post("/settings/roles/new", TICKED)
    role = Role.objects.get(name="Night shift")
    assert made["Location"] == f"/settings/roles/{role.pk}"
    assert (role.rights, role.scope, role.kind) == (["customers.add", "customers.see"], "own", "")
    noy = person("noy")
    anna.post(f"/settings/people/{noy.pk}", {"username": "noy", "roles": [role.pk]})
    noy.refresh_from_db()
    desk = Window(noy)
    assert (noy.permissions.rights, noy.permissions.scope) == (
        frozenset({"customers.see", "customers.add"}),
        Scope.OWN,
    )
    assert [desk.get(url).status_code for url in ("/customers/", "/customers/new", "/orders/", "/calls/")] == [
        *(200, 200, 403, 403)
    ]
    anna.post(f"/settings/roles/{role.pk}", TICKED | {"rights": ["sales.see"], "scope": "all"})
    assert [desk.get(url).status_code for url in ("/customers/", "/orders/")] == [403, 200]
    text = anna.text(f"/settings/roles/{role.pk}")
    assert "given: Orders, payments and debts: see" in text
    assert "taken: Customers: add" in text
    assert 'value="sales.see" id="role-' in text


def test_a_step_is_put_back(anna: Window) -> None:
    role, noy = role_of("customers.see", scope="own"), person("noy")
    noy.take_roles([role])
    anna.post(f"/settings/roles/{role.pk}", TICKED)
    step = Change.objects.filter(about="role", object_id=role.pk).latest("pk")
    anna.post(f"/settings/roles/{role.pk}/steps/{step.pk}/put-back")
    role.refresh_from_db()
    noy.refresh_from_db()
    assert (role.name, role.rights, role.scope) == ("Made", ["customers.see"], "own")
    assert noy.permissions.rights == {"customers.see"}
    other = role_of("tasks.see", by=anna.user)
    assert anna.post(f"/settings/roles/{other.pk}/steps/{step.pk}/put-back").status_code == 404


def test_several_roles_add_up_and_each_may_be_taken_away(anna: Window) -> None:
    noy = person("noy", role="operator")
    main, exports = ready_role("operator").pk, ready_role("exporter").pk
    assert not noy.may("customers.export")
    anna.post(f"/settings/people/{noy.pk}", {"username": "noy", "roles": [main, exports]})
    noy.refresh_from_db()
    assert (noy.may("customers.export"), noy.may("calls.dial"), noy.permissions.kinds) == (
        *(True, True),
        frozenset({"operator", "exporter"}),
    )
    told = Change.objects.filter(about="user", object_id=noy.pk).latest("pk")
    assert (told.by, told.before, told.after) == (
        anna.user,
        {"roles": "noy: Operator"},
        {"roles": "noy: Operator, May export"},
    )
    assert "Operator</bdi>, <bdi>May export" in anna.text("/settings/people")


def test_a_copy_keeps_what_is_set_for_its_kind_and_belongs_to_nobody(anna: Window) -> None:
    manager = ready_role("manager")
    anna.post(f"/settings/roles/{manager.pk}/copy")
    copy = Role.objects.latest("pk")
    assert (copy.name, copy.kind, copy.rights, copy.members.count()) == ("Manager, copy", "manager", manager.rights, 0)
    assert "Made from “Manager”" in anna.text(f"/settings/roles/{copy.pk}")


def test_a_ready_role_that_is_not_renamed_keeps_its_name_in_every_language(anna: Window) -> None:
    manager = ready_role("manager")
    anna.post(f"/settings/roles/{manager.pk}", {"name": "Manager", "scope": "own", "rights": manager.rights})
    manager.refresh_from_db()
    assert (manager.name, manager.scope) == ("", "own")


def test_a_role_that_somebody_has_stays_and_another_can_be_brought_back(anna: Window) -> None:
    role, noy = role_of("tasks.see"), person("noy")
    noy.take_roles([role])
    before = roles()
    refused = anna.post(f"/settings/roles/{role.pk}/remove", follow=True)
    assert "Somebody has this role." in words(refused)
    assert roles() == before
    noy.take_roles([])
    anna.post(f"/settings/roles/{role.pk}/remove")
    assert role not in current_roles()
    assert "Bring back" in anna.text("/settings/roles")
    anna.post(f"/settings/roles/{role.pk}/restore")
    assert role in current_roles()


def test_nobody_takes_the_right_to_change_roles_from_themselves(anna: Window) -> None:
    administrators = ready_role("administrator")
    before = roles(), state()
    refused = anna.post(f"/settings/roles/{administrators.pk}", TICKED)
    assert refused.status_code == 422
    assert "Then you could not change roles any more." in words(refused)
    assert (roles(), state()) == before
    assert anna.get("/settings/roles").status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"rights": ["customers.fly"]}, "customers.fly is not one of the available choices."),
        ({"scope": "moon"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(anna: Window, changed: dict[str, Any], said: str) -> None:
    role = role_of("tasks.see")
    before = roles()
    for url in ("/settings/roles/new", f"/settings/roles/{role.pk}"):
        response = anna.post(url, TICKED | changed)
        assert (response.status_code, roles()) == (422, before)
        assert said in words(response)


@pytest.mark.parametrize("kind", [kind for kind in READY if kind != "administrator"])
@pytest.mark.parametrize("page", ["/new", "/{pk}", "/{pk}/copy", "/{pk}/remove", "/{pk}/restore"])
def test_others_change_no_role(kind: str, page: str) -> None:
    role, other = role_of("tasks.see"), Window(person("other", role=kind))
    before = roles()
    assert other.post("/settings/roles" + page.format(pk=role.pk), TICKED).status_code == 403
    assert roles() == before


def test_who_looks_after_people_gives_no_more_than_they_have(anna: Window) -> None:
    keeper = person("keeper")
    keeper.take_roles([ready_role("operator"), role_of("staff.see", "staff.add", "staff.change", "staff.delete")])
    desk, operator, owner = Window(keeper), ready_role("operator"), ready_role("owner")
    assert owner not in offered_roles(keeper)
    before = state()
    refused = desk.post("/settings/people/new", {"username": "new", "roles": [owner.pk]})
    assert (refused.status_code, state()) == (422, before)
    for page in ("", "/password", "/deactivate", "/activate"):
        taken = desk.post(f"/settings/people/{anna.user.pk}{page}", {"username": "x", "password": "long-enough-77"})
        assert (taken.status_code, state()) == (403, before)
    assert desk.post("/settings/people/new", {"username": "new", "roles": [operator.pk]}).status_code == 200
    assert User.objects.get(username="new").permissions.kinds == {"operator"}


def test_a_role_that_one_cannot_give_stays_with_who_has_it() -> None:
    boss, keeper, noy = person("boss", role="administrator"), person("keeper"), person("noy")
    narrow = role_of("staff.see", "staff.change", "tasks.see", by=boss)
    # Together no more than the keeper may, but what it says of a module that is not seen could begin to hold.
    beyond = role_of("sales.change", by=boss)
    keeper.take_roles([narrow])
    noy.take_roles([beyond])
    Window(keeper).post(f"/settings/people/{noy.pk}", {"username": "noy", "roles": [narrow.pk]})
    assert set(noy.roles.all()) == {narrow, beyond}


def test_an_address_that_says_no_need_is_nobodys(anna: Window) -> None:
    request = RequestFactory().get("/forgotten")
    request.user, request.resolver_match = anna.user, None
    with pytest.raises(PermissionDenied):
        AskRoles(lambda _request: None).process_view(request, None, (), {})  # type: ignore[arg-type,return-value]


def test_asking_costs_no_query(anna: Window, django_assert_num_queries: Any) -> None:
    user = User.objects.get(pk=anna.user.pk)
    with django_assert_num_queries(0):
        assert all(map(user.may, RIGHTS))
        assert user.sees == "All records"


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_the_role_apart_leave_one_who_may() -> None:
    """Each takes the other's own role away; whoever comes second is none any more."""
    people = []
    for name in ("one", "other"):
        user = person(name)
        user.take_roles([role_of("staff.roles", "staff.see", by=user)])
        people.append(user)
    (one, other), together = people, Barrier(2)

    def take(role: Role, by: User) -> bool:
        together.wait()
        try:
            change_role(role=role, values=RoleValues("Gone", "", frozenset({"tasks.see"}), "own"), by=by)
        except (NoLongerAdministrator, OwnAccess):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(take, (other.roles.get(), one.roles.get()), (one, other)))
    assert sorted(done) == [False, True]
    assert User.objects.who_may("staff.roles").count() == 1
    Role.objects.filter(kind="").delete()
