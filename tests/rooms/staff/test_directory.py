"""Signing in with the company's directory, against a real slapd: who is let in, and that nobody else is."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from callcard.staff.directory.ldap.connection import Connection
from callcard.staff.directory.ldap.messages import Result
from callcard.staff.directory.models import Directory, GroupsBy
from callcard.staff.models import Change, User
from callcard.staff.roles.giving import ready_role
from callcard.staff.sign_in import one_time_codes, second_steps
from callcard.staff.sign_in.models import Guesses, OpenSession, RoleTerms
from callcard.staff.sign_in.standing import LOCKED, forget_standing
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import set_group
from lab.directory.people import BASE, SECRET, SERVICE, dn, group_dn
from lab.directory.run import Directory as Peer
from tests.rooms.staff.directory import come, details, mali, nobody_is_in, use
from tests.rooms.staff.windows import PASSWORD, person, words

pytestmark = pytest.mark.django_db


def test_the_directorys_password_lets_in_and_is_written_down(directory: Peer) -> None:
    user = mali()
    set_group("sales", [ready_role("manager")])
    client, response = come()
    assert (response.status_code, client.session[SESSION_KEY]) == (302, str(user.pk))
    row = Identity.objects.get()
    assert (row.user, row.issuer, row.name) == (user, "ldap:example.com", "mali")
    assert OpenSession.objects.get().how == "directory"
    assert details("sign-in") == ["directory"]
    assert details("identity-connected") == ["directory: mali"]
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Mali", "Vong")
    told = Change.objects.filter(about="user", object_id=user.pk).order_by("pk").last()
    assert told is not None
    assert told.after == {"first_name": "Mali", "last_name": "Vong"}


def test_a_password_of_callcard_lets_in_without_asking(directory: Peer) -> None:
    user = person("owner", role="administrator")
    use(directory, servers="localhost:1")
    assert come("owner", PASSWORD)[0].session[SESSION_KEY] == str(user.pk)
    assert details() == []


@pytest.mark.parametrize("name", ["mali@example.com", "MALI"])
def test_the_filter_says_by_which_names_one_is_found(directory: Peer, name: str) -> None:
    user = mali()
    assert come(name)[0].session[SESSION_KEY] == str(user.pk)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("mali", "wrong"),
        ("mali", " "),
        ("mali", SECRET + " "),
        ("nobody", SECRET),
        ("*", SECRET),
        ("mali)(uid=*", SECRET),
        ("*)(|(uid=*", SECRET),
        ("mal\\69", SECRET),
        (dn("mali"), SECRET),
    ],
)
def test_what_is_wrong_lets_nobody_in(directory: Peer, name: str, password: str) -> None:
    mali()
    person("owner", role="administrator")
    assert "The name or the password is wrong." in nobody_is_in(come(name, password))
    assert details("sign-in-password") == ["password"]


def test_names_that_nobody_has_are_asked_about_all_the_same(directory: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes as long, so nobody learns who is there."""
    mali()
    bound: list[str] = []
    bind = Connection.bind

    def noted(self: Connection, name: str, password: str) -> Result:
        bound.append(name)
        return bind(self, name, password)

    monkeypatch.setattr(Connection, "bind", noted)
    come("mali", "wrong")
    come("nobody", "wrong")
    assert bound == [SERVICE, dn("mali"), SERVICE, f"cn=nobody of this name,{BASE}"]


@pytest.mark.parametrize("password", ["", "\x00"])
def test_an_empty_password_is_never_asked_about(
    directory: Peer, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bind without one succeeds for everybody."""
    mali()
    monkeypatch.setattr(Connection, "__init__", lambda *_all, **_named: pytest.fail("asked"))
    nobody_is_in(come("mali", password))
    with pytest.raises(ValueError, match="proves nothing"):
        Connection.bind(Connection.__new__(Connection), dn("mali"), "")


@pytest.mark.parametrize(
    ("name", "why", "said"),
    [
        ("closed", "locked-there", "locked in your company"),
        ("expired", "password-expired", "has expired"),
        ("reset", "password-must-change", "choose a new password"),
    ],
)
def test_accounts_that_the_directory_does_not_let_in_are_told_why(
    directory: Peer, name: str, why: str, said: str
) -> None:
    person(name)
    assert said in nobody_is_in(come(name))
    assert [one.startswith(f"directory: {why}") for one in details()] == [True]


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


def test_a_template_needs_no_account_of_its_own(directory: Peer) -> None:
    user = mali()
    use(directory, person_name=f"uid={{name}},ou=people,{BASE}", bind_name="", bind_password="")
    assert come()[0].session[SESSION_KEY] == str(user.pk)
    for name in ("mali,ou=people", "nobody", "=", "m" * 140):
        client, response = come(name)
        assert (response.status_code, SESSION_KEY in client.session) == (422, False)
        assert "The name or the password is wrong." in words(response)


def test_who_guesses_waits_before_the_directory_would_close_the_account(directory: Peer) -> None:
    user = mali()
    known, _response = come()
    known.post("/sign-out")
    asked = [
        come("mali" if turn % 2 else "mali@example.com", "wrong", Client(REMOTE_ADDR=f"10.0.0.{turn}"))[1]
        for turn in range(5)
    ]
    assert [answer.status_code for answer in asked] == [422, 422, 422, 429, 429]
    assert come(client=Client(REMOTE_ADDR="10.0.1.1"))[1].status_code == 429  # all strangers wait, with any password
    assert details("sign-in-closed") == ["directory"]
    assert come("mali@example.com", "wrong", known)[1].status_code == 422
    assert come(client=known)[0].session[SESSION_KEY] == str(user.pk)  # and no browser that they know
    Guesses.objects.update(last_at=Guesses.objects.latest("last_at").last_at - timedelta(minutes=31))
    assert SESSION_KEY in come(client=Client(REMOTE_ADDR="10.0.1.1"))[0].session


def test_second_steps_hold_after_it(directory: Peer) -> None:
    user = mali()
    RoleTerms.objects.create(role=user.roles.get(), needs_second_step=True)
    forget_standing()
    client, _response = come()
    assert client.get("/customers/")["Location"] == "/me/sign-in/first"
    secret = one_time_codes.new_secret()
    second_steps.add_codes(user=user, secret=secret, step=0)
    client, response = come()
    assert (response["Location"], SESSION_KEY in client.session) == ("/sign-in/second", False)
    assert client.post("/sign-in/second", {"code": "000"}).status_code == 422
    code = one_time_codes.code_at(secret, int(time.time()) // 30)
    assert client.post("/sign-in/second", {"code": code}).status_code == 302
    assert OpenSession.objects.latest("pk").how == "directory+codes"


def test_it_counts_as_the_companys_sign_in(directory: Peer) -> None:
    from callcard.staff.sign_in.settings_row import set_only_by_provider

    user = mali()
    set_only_by_provider(True)
    assert come(password=PASSWORD)[1].status_code == 403
    assert come()[0].session[SESSION_KEY] == str(user.pk)


def test_the_screen_is_unlocked_by_it_and_by_nobody_elses(directory: Peer) -> None:
    mali()
    User.objects.update(password="!")
    client, _response = come()
    client.post("/me/lock")
    assert 'name="password"' in words(client.get("/locked"))
    assert client.post("/me/unlock", {"password": "wrong"}).status_code == 422
    assert client.session[LOCKED]
    Identity.objects.update(name="noi")  # somebody else's password, which is right
    assert client.post("/me/unlock", {"password": SECRET}).status_code == 422
    Identity.objects.update(name="mali")
    assert client.post("/me/unlock", {"password": SECRET}).status_code == 302
    assert LOCKED not in client.session
    assert client.post("/me/prove", {"password": SECRET}).status_code == 302


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


def test_it_is_off_until_it_is_switched_on(directory: Peer) -> None:
    mali()
    use(directory, is_on=False)
    nobody_is_in(come())
    assert Directory.objects.get().bind_password == SECRET
