"""Whom the directory makes somebody here: accounts, groups, roles, and who stays outside; against a real slapd."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY

from callcard.staff.directory.models import GroupsBy
from callcard.staff.models import User
from callcard.staff.roles.giving import ready_role
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import set_group
from lab.directory.people import BASE, SECRET, group_dn
from lab.directory.run import Directory as Peer
from tests.rooms.staff.directory import come, details, mali, nobody_is_in, use
from tests.rooms.staff.windows import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_unknown_people_are_made_only_if_it_is_set_and_a_group_has_a_role(directory: Peer) -> None:
    person("owner", role="administrator")
    assert "no account in Callcard yet" in nobody_is_in(come())
    set_group("sales", [ready_role("manager")])
    assert "no account in Callcard yet" in nobody_is_in(come())
    use(directory, lets_in_unknown=True)
    assert SESSION_KEY in come()[0].session
    made = User.objects.get(username="mali")
    assert (made.has_usable_password(), made.email, [role.kind for role in made.roles.all()]) == (
        False,
        "",
        ["manager"],
    )
    use(directory, lets_in_unknown=True, trusts_mail=True, department_attribute="departmentNumber")
    come()
    made.refresh_from_db()
    assert (made.email, str(made.team)) == ("mali@example.com", "Sales")
    client, response = come("stranger")
    assert (response.status_code, SESSION_KEY in client.session, User.objects.count()) == (422, False, 2)
    assert details()[-1] == "directory: no-group"


def test_nobody_takes_over_an_administrator_by_name_or_address(directory: Peer) -> None:
    use(directory, trusts_mail=True)
    person("boss", role="administrator", email="boss@example.com")
    assert "connected by yourself alone" in nobody_is_in(come("boss"))
    assert details() == ["directory: not-connected: boss"]
    use(directory, trusts_names=False, trusts_mail=True)
    nobody_is_in(come("boss"))
    assert details()[1:] == ["directory: unverified"]


def test_without_a_tick_neither_name_nor_address_is_believed(directory: Peer) -> None:
    mali()
    use(directory, trusts_names=False)
    nobody_is_in(come())
    assert details() == ["directory: unverified"]


@pytest.mark.parametrize(
    ("by", "group", "is_in"),
    [
        (GroupsBy.ENTRY, "asia", True),
        (GroupsBy.ENTRY, "everywhere", False),
        (GroupsBy.SEARCH, "asia", True),
        (GroupsBy.SEARCH, "everywhere", True),
        (GroupsBy.SEARCH, group_dn("everywhere").upper(), True),
        (GroupsBy.SEARCH, f"cn=everywhere,{BASE}", False),
        (GroupsBy.SEARCH, "sales", False),
    ],
)
def test_groups_and_groups_of_groups_give_roles(directory: Peer, by: GroupsBy, group: str, is_in: bool) -> None:
    user = person("noi")
    set_group(group, [ready_role("accountant")])
    use(directory, groups_by=by)
    assert (SESSION_KEY in come("noi")[0].session) == is_in
    assert ("accountant" in {role.kind for role in user.roles.all()}) == is_in


def test_groups_of_other_places_do_not_count(directory: Peer) -> None:
    person("noi")
    set_group("asia", [ready_role("accountant")])
    use(directory, groups_base=f"ou=people,{BASE}")
    nobody_is_in(come("noi"))


def test_who_is_in_no_group_any_more_is_out_everywhere_at_once(directory: Peer) -> None:
    user = mali()
    set_group("sales", [ready_role("manager")])
    client, _response = come()
    set_group("books", [ready_role("manager")])
    set_group("sales", [])
    assert come()[1].status_code == 422
    user.refresh_from_db()
    assert list(user.roles.all()) == []
    assert client.get("/me/sign-in").status_code == 302


def test_an_account_is_connected_by_its_owner_and_disconnected(directory: Peer) -> None:
    user = person("chief", role="administrator")
    client, _response = come("chief", PASSWORD)
    page = "/me/sign-in/directory"
    assert client.post(page, {"username": "boss", "password": "wrong"}).status_code == 422
    assert not Identity.objects.exists()
    assert client.post(page, {"username": "boss", "password": SECRET}).status_code == 302
    row = Identity.objects.get()
    assert (row.user, row.name, details("identity-connected")) == (user, "boss", ["directory: boss"])
    assert come("boss")[0].session[SESSION_KEY] == str(user.pk)
    other, _response = come("other", PASSWORD) if person("other") else come()
    assert other.post(f"/me/sign-in/identities/{row.pk}/remove").status_code == 404
    assert other.post(page, {"username": "boss", "password": SECRET}).status_code == 422
    assert Identity.objects.get() == row
    assert client.post(f"/me/sign-in/identities/{row.pk}/remove").status_code == 302
    assert not Identity.objects.exists()
    assert details("identity-disconnected") == ["ldap:example.com: boss"]


def test_a_closed_account_stays_closed(directory: Peer) -> None:
    user = mali()
    come()
    User.objects.filter(pk=user.pk).update(is_active=False)
    client, response = come()
    assert (response.status_code, SESSION_KEY in client.session) == (422, False)
    assert details() == ["directory: inactive"]
