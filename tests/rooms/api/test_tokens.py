"""Tokens: made by their users, shown once, no more than their users may, and over when they are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from callcard.api.sign_in import ASKS_A_MINUTE, rate
from callcard.api.tokens.models import AccessToken
from callcard.api.tokens.services import NotTheirs, make_token, revoke_token
from callcard.customers.services import create_customer
from callcard.staff.audit.lately import Lately
from callcard.staff.audit.models import Entry
from callcard.staff.models import Change, User
from callcard.staff.sign_in import journal
from tests.rooms.api.program import API, Program, told
from tests.rooms.staff.windows import Window, give, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()
    rate.forget()


@pytest.fixture
def mali() -> User:
    return person("mali")


def test_a_token_is_made_shown_once_and_kept_as_a_hash(mali: User) -> None:
    answer = Window(mali).post("/me/programs", {"name": "Shop", "days": "30", "scopes": ["customers.see"]})
    shown = re.search(r"callcard_\d+_[\w-]{43}", answer.content.decode())
    row = AccessToken.objects.get(user=mali)
    assert shown
    assert (row.name, row.scopes, row.revoked_at) == ("Shop", ["customers.see"], None)
    assert timedelta(days=29) < row.expires_at - timezone.now() <= timedelta(days=30)
    assert shown[0] not in Window(mali).text("/me/programs")
    assert shown[0].split("_", 2)[2] not in str(list(AccessToken.objects.values()))
    assert Client().get(f"{API}/customers", headers={"Authorization": f"Bearer {shown[0]}"}).status_code == 200
    step = Change.objects.get(about="token")
    assert (step.action, step.by, step.after["scopes"]) == ("created", mali, ["customers.see"])


def test_nobody_gives_a_program_what_they_may_not_do_themselves(mali: User) -> None:
    answer = Window(mali).post("/me/programs", {"name": "X", "days": "30", "scopes": ["staff.roles"]})
    assert answer.status_code == 422
    with pytest.raises(NotTheirs):
        make_token(user=mali, name="X", scopes=["staff.roles"], expires_at=timezone.now() + timedelta(days=1))
    assert not AccessToken.objects.exists()


def test_a_program_may_no_more_than_its_scopes_and_its_user_now(mali: User) -> None:
    customer = create_customer(name="Boun", responsible=mali)
    reads = Program(mali, ["customers.see"])
    assert reads.get(f"/customers/{customer.pk}").status_code == 200
    refused = reads.post(f"/customers/{customer.pk}/notes", {"text": "Hello"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
    assert told(refused)["detail"] == "The token does not allow customers.change."
    assert 'scope="customers.change"' in refused.headers["WWW-Authenticate"]
    assert not customer.notes.exists()
    everything = Program(mali)
    give([mali], "listener")
    refused = everything.post(f"/customers/{customer.pk}/notes", {"text": "Hello"})
    assert refused.status_code == 403
    assert not customer.notes.exists()


@pytest.mark.parametrize("how", ["none", "revoked", "expired", "inactive", "other secret", "basic", "session"])
def test_who_has_no_valid_token_is_told_so(mali: User, how: str) -> None:
    program, client = Program(mali), Client()
    headers = dict(program.headers)
    if how in ("none", "session"):
        headers = {}
    if how == "session":
        client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    if how == "revoked":
        revoke_token(token=program.row, by=mali)
    if how == "expired":
        AccessToken.objects.update(expires_at=timezone.now())
    if how == "inactive":
        User.objects.filter(pk=mali.pk).update(is_active=False)
    if how == "other secret":
        headers = {"Authorization": f"Bearer callcard_{program.row.pk}_{'a' * 43}"}
    if how == "basic":
        headers = {"Authorization": program.headers["Authorization"].replace("Bearer", "Basic")}
    answer = client.get(f"{API}/customers", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="Callcard"')
    assert "Set-Cookie" not in answer.headers


def test_a_session_beside_a_token_does_not_count_and_stays(mali: User) -> None:
    client = Client()
    client.force_login(person("boss", role="administrator"), "django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"{API}/me", headers=Program(mali, []).headers)
    assert told(answer)["user"]["name"] == "mali"
    assert not answer.cookies
    assert client.get("/settings/roles").status_code == 200


def test_guessing_is_stopped(mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_refused_lately", Lately())
    wrong = {"Authorization": f"Bearer callcard_1_{'a' * 43}"}
    answers = [Client().get(f"{API}/me", headers=wrong).status_code for _try in range(33)]
    assert (answers[0], answers[-1]) == (401, 429)
    assert Program(mali).get("/me").status_code == 200  # behind the same address
    assert list(Entry.objects.values_list("kind", "act", "address")) == [("failed", "wrong-token", "127.0.0.1")]


def test_a_program_is_told_how_much_it_may_ask(mali: User) -> None:
    program, other = Program(mali), Program(mali)
    first = program.get("/me")
    assert first.headers["RateLimit-Policy"] == f'"token";q={ASKS_A_MINUTE};w=60'
    assert first.headers["RateLimit"].startswith(f'"token";r={ASKS_A_MINUTE - 1};t=')
    for _ask in range(ASKS_A_MINUTE):
        rate.count(program.row.pk)
    refused = program.get("/me")
    assert (refused.status_code, refused.headers["RateLimit"][:12]) == (429, '"token";r=0;')
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert other.get("/me").status_code == 200


def test_its_last_use_is_noted(mali: User) -> None:
    program = Program(mali)
    program.get("/me")
    program.row.refresh_from_db()
    assert program.row.used_at is not None
    assert program.row.used_from == "127.0.0.1"


def test_one_revokes_ones_own_and_those_in_charge_anybodys(mali: User) -> None:
    keo, boss = person("keo"), person("boss", role="administrator")
    program = Program(mali)
    assert Window(keo).post(f"/me/programs/{program.row.pk}/revoke").status_code == 404
    assert Window(keo).post(f"/settings/programs/{program.row.pk}/revoke").status_code == 403
    assert Window(keo).get("/settings/programs").status_code == 403
    assert program.get("/me").status_code == 200
    assert "mali" in Window(boss).text("/settings/programs")
    assert Window(boss).post(f"/settings/programs/{program.row.pk}/revoke").status_code == 302
    assert program.get("/me").status_code == 401
    assert Change.objects.filter(about="token", action="removed", by=boss).count() == 1


@pytest.mark.parametrize("path", ["/nothing", "/customers/x", "/customers/99999999999999999999"])
def test_what_is_not_there_is_a_problem_too(mali: User, path: str) -> None:
    answer = Program(mali).get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert told(answer) == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_another_method_says_which_there_are(mali: User) -> None:
    answer = Program(mali).ask("PUT", "/customers")
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, POST"
