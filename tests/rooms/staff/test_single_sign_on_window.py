"""The administrator's window of single sign-on, and its test of the connection."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from callcard.staff.models import Change
from callcard.staff.roles.giving import ready_role
from callcard.staff.single_sign_on.models import Group, Provider
from tests.rooms.staff.provider import CLIENT, SECRET, LyingProvider, use
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db


def boss_window() -> Window:
    window = Window(person("boss", role="administrator"))
    session = window.session
    session["proved_at"] = int(time.time())
    session.save()
    return window


SETTINGS = "/settings/sign-in/provider"


def test_the_window_saves_and_never_shows_the_secret(provider: LyingProvider) -> None:
    window = boss_window()
    assert SECRET not in window.text(SETTINGS)
    said = {"is_on": "on", "name": "Example Ltd.", "issuer": provider.issuer, "client_id": "c2", "client_secret": ""}
    claims = {"groups_claim": "groups", "name_claim": "preferred_username"}
    assert window.post(SETTINGS, {**said, **claims}).status_code == 302
    row = Provider.objects.get()
    assert (row.client_id, row.client_secret, row.name) == ("c2", SECRET, "Example Ltd.")
    refused = window.post(SETTINGS, {**said, **claims, "issuer": "http://example.com"})
    assert (refused.status_code, Provider.objects.get().issuer) == (422, provider.issuer)
    assert "Example Ltd." in words(Client().get("/sign-in"))


def test_groups_are_set_and_removed_in_the_window(provider: LyingProvider) -> None:
    window, role = boss_window(), ready_role("manager")
    assert window.post(f"{SETTINGS}/groups", {"group": "sales", "roles": [role.pk]}).status_code == 302
    assert "sales" in window.text(SETTINGS)
    assert window.post(f"{SETTINGS}/groups", {"group": "books"}).status_code == 422
    assert list(Group.objects.values_list("name", "roles")) == [("sales", role.pk)]
    assert window.post(f"{SETTINGS}/groups/{Group.objects.get().pk}/remove").status_code == 302
    assert not Group.objects.exists()


Lie = Callable[[LyingProvider], None]


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (lambda peer: None, "It knows the client"),
        (lambda peer: peer.facts.update(issuer="https://other.example"), "https://other.example"),
        (lambda peer: peer.facts.update(claims_supported=["sub"]), "does not announce a claim “groups”"),
        (lambda peer: peer.facts.update(code_challenge_methods_supported=["plain"]), "PKCE"),
        (lambda peer: peer.facts.update(jwks_uri="https://10.0.0.8/keys"), "10.0.0.8"),
        (lambda peer: use(peer, client_secret="wrong"), "does not take the client"),
        (lambda peer: use(peer, issuer="http://127.0.0.1:9"), "cannot be reached"),
    ],
)
def test_the_connection_is_tested_in_words(provider: LyingProvider, lie: Lie, said: str) -> None:
    lie(provider)
    assert said in words(boss_window().post(f"{SETTINGS}/check"))


def test_clocks_that_differ_are_named(provider: LyingProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcard.staff.single_sign_on.web._clock", lambda response: time.time() + 600)
    assert "The clocks differ by 600 seconds" in words(boss_window().post(f"{SETTINGS}/check")).replace("599", "600")


def test_what_was_changed_is_kept_without_the_secret(provider: LyingProvider) -> None:
    window, role = boss_window(), ready_role("manager")
    said = {"is_on": "on", "name": "Other", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": "n3w"}
    window.post(SETTINGS, {**said, "groups_claim": "groups", "name_claim": "preferred_username"})
    window.post(f"{SETTINGS}/groups", {"group": "sales", "roles": [role.pk]})
    window.post(f"{SETTINGS}/groups/{Group.objects.get().pk}/remove")
    told = Change.objects.filter(about__in=("single-sign-on", "sign-in-group"), by=window.user).order_by("pk")
    assert list(told.values_list("about", "action", "before", "after")) == [
        ("single-sign-on", "changed", {"name": "Example"}, {"name": "Other", "client_secret": "renewed"}),
        ("sign-in-group", "changed", {"roles": ""}, {"roles": "Manager"}),
        ("sign-in-group", "removed", {"group": "sales", "roles": "Manager"}, {}),
    ]
