"""The administrator's window of the directory, and its test of the connection."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from callcard.config import unsafe
from callcard.desk.customer_changes import unseen_kinds
from callcard.staff.directory.models import Directory
from callcard.staff.models import Change, User
from callcard.staff.roles.giving import ready_role
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import set_group
from lab.directory.people import BASE, SECRET, SERVICE
from lab.directory.run import Directory as Peer
from tests.rooms.staff.directory import use
from tests.rooms.staff.test_single_sign_on_window import boss_window
from tests.rooms.staff.windows import PASSWORD, person, words

pytestmark = pytest.mark.django_db

SETTINGS = "/settings/sign-in/directory"


def typed(peer: Peer, **changed: str) -> dict[str, str]:
    said = {
        "is_on": "on",
        "servers": f"localhost:{peer.tls_port}",
        "encryption": "ldaps",
        "authority": peer.authority,
        "seconds": "5",
        "base": BASE,
        "bind_name": SERVICE,
        "bind_password": "",
        "person_filter": "(uid={name})",
        "name_attribute": "uid",
        "groups_by": "search",
        "guesses": "3",
        "guess_minutes": "30",
    }
    return {**said, **changed}


def test_the_window_saves_never_shows_the_secret_and_keeps_a_history(directory: Peer) -> None:
    window = boss_window()
    assert SECRET not in window.text(SETTINGS)
    assert window.post(SETTINGS, typed(directory)).status_code == 302
    row = Directory.objects.get()
    assert (row.groups_by, row.bind_password, row.trusts_names) == ("search", SECRET, False)
    window.post(SETTINGS, typed(directory, seconds="7", bind_password="other of it"))
    told = Change.objects.filter(about="directory").order_by("pk").last()
    assert told is not None
    assert (told.before, told.by) == ({"seconds": 5}, window.user)
    assert told.after == {"seconds": 7, "bind_password": "renewed"}
    assert Directory.objects.get().bind_password == "other of it"
    with connection.cursor() as cursor:
        cursor.execute("SELECT bind_password FROM directory_directory")
        assert cursor.fetchone()[0].startswith("sealed:")
    history = window.text("/settings/history")
    assert "Seconds that a server has" in history
    assert "other of it" not in history
    assert {"directory", "single-sign-on", "sign-in-group"} <= set(unseen_kinds(person("chief", role="owner")))
    assert unseen_kinds(window.user) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("servers", "http://x", "is no server"),
        ("servers", "a\nb\nc\nd\ne\nf", "From one to five"),
        ("person_filter", "(uid={name}", "It ends too soon"),
        ("person_filter", "(uid={name}) or", "from sign 13 on"),
        ("person_filter", "(uid=mali)", "must be in it"),
        ("person_name", "{name}", "no distinguished name"),
        ("base", "people", "no distinguished name"),
        ("bind_name", "callcard", "no distinguished name"),
        ("authority", "-----BEGIN CERTIFICATE-----", "no certificate in PEM"),
        ("encryption", "plain", "unless you tick this"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(directory: Peer, field: str, value: str, said: str) -> None:
    before = Directory.objects.values().get()
    response = boss_window().post(SETTINGS, typed(directory, **{field: value, "seconds": "9"}))
    assert response.status_code == 422
    assert said in words(response)
    assert Directory.objects.values().get() == before


def check(who: str = "") -> str:
    return words(boss_window().post(f"{SETTINGS}/check", {"person": who}))


def test_an_account_may_be_named_as_active_directory_does(directory: Peer) -> None:
    assert boss_window().post(SETTINGS, typed(directory, bind_name="callcard@example.com")).status_code == 302
    assert Directory.objects.get().bind_name == "callcard@example.com"


def test_an_account_needs_a_password(directory: Peer) -> None:
    use(directory, bind_name="", bind_password="")
    assert "proves nothing" in words(boss_window().post(SETTINGS, typed(directory)))
    assert Directory.objects.get().bind_name == ""


def test_the_connection_is_tested_step_by_step_and_changes_nothing(directory: Peer) -> None:
    set_group("sales", [ready_role("manager")])
    person("mali")
    told = check("mali")
    for said in (
        *("localhost answers, encrypted", "own account", "The base is there", "Mali · Vong · mali@example.com"),
        *("Groups: cn=sales,", "Roles that they would get by their groups: Manager", "let in as mali"),
    ):
        assert said in told
    assert not Identity.objects.exists()
    assert list(User.objects.get(username="mali").roles.values_list("kind", flat=True)) == ["manager"]


@pytest.mark.parametrize(
    ("columns", "who", "said"),
    [
        ({"authority": ""}, "", "certificate verify failed"),
        ({"servers": "localhost:1"}, "", "cannot be reached"),
        ({"bind_password": "wrong"}, "", "does not take the name and password"),
        ({"base": "dc=example,dc=org"}, "", "refuses what is asked"),
        ({"encryption": "plain"}, "", "Nothing was sent"),
        ({"person_filter": "(|(uid={name})(uid=mali))"}, "noi", "more than one entry"),
        ({}, "nobody", "Nobody is found by the name “nobody”"),
        ({}, "stranger", "would not be let in"),
        ({"trusts_names": False}, "mali", "no account in Callcard yet"),
        ({"trusts_names": False, "lets_in_unknown": True}, "mali", "A new account would be made"),
    ],
)
def test_what_is_amiss_is_said_in_words(directory: Peer, columns: dict[str, Any], who: str, said: str) -> None:
    set_group("sales", [ready_role("manager")])
    use(directory, **columns)
    assert said in check(who)


def test_findings_that_are_loaded_anew_are_the_window(directory: Peer) -> None:
    assert boss_window().get(f"{SETTINGS}/check")["Location"] == SETTINGS


def test_every_server_is_tested(directory: Peer) -> None:
    use(directory, servers=f"localhost:1\nlocalhost:{directory.tls_port}")
    told = check()
    assert "cannot be reached" in told
    assert "localhost answers" in told


def test_a_colleagues_account_is_disconnected_by_whoever_looks_after_them(directory: Peer) -> None:
    mali = person("mali")
    row = Identity.objects.create(user=mali, issuer="ldap:example.com", subject="1", name="mali")
    window, other = boss_window(), person("other")
    assert "ldap:example.com" in window.text(f"/settings/people/{mali.pk}/sign-in")
    path = "/settings/people/{}/identities/{}/remove"
    assert window.post(path.format(other.pk, row.pk)).status_code == 404
    stranger = Client()
    stranger.post("/sign-in", {"username": "other", "password": PASSWORD})
    assert stranger.post(path.format(mali.pk, row.pk)).status_code == 403
    assert Identity.objects.get() == row
    assert window.post(path.format(mali.pk, row.pk)).status_code == 302
    assert not Identity.objects.exists()


def test_passwords_without_encryption_are_called_unsafe(directory: Peer) -> None:
    assert list(unsafe.directory()) == []
    use(directory, encryption="plain", allows_plain=True)
    assert [message.id for message in unsafe.directory()] == ["callcard.E015"]
