"""Passwords of the company's directory, against a real slapd: which ones let in, and that no other does."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY

from callcard.staff.directory.ldap.connection import Connection
from callcard.staff.directory.ldap.messages import Result
from callcard.staff.directory.models import Directory
from callcard.staff.models import Change
from callcard.staff.roles.giving import ready_role
from callcard.staff.sign_in.models import OpenSession
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import set_group
from lab.directory.people import BASE, SECRET, SERVICE, dn
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


def test_a_template_needs_no_account_of_its_own(directory: Peer) -> None:
    user = mali()
    use(directory, person_name=f"uid={{name}},ou=people,{BASE}", bind_name="", bind_password="")
    assert come()[0].session[SESSION_KEY] == str(user.pk)
    for name in ("mali,ou=people", "nobody", "=", "m" * 140):
        client, response = come(name)
        assert (response.status_code, SESSION_KEY in client.session) == (422, False)
        assert "The name or the password is wrong." in words(response)


def test_it_is_off_until_it_is_switched_on(directory: Peer) -> None:
    mali()
    use(directory, is_on=False)
    nobody_is_in(come())
    assert Directory.objects.get().bind_password == SECRET
