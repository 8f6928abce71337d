"""Single sign-on: who is let in with which roles, and that no lie of a provider or of a stranger lets anybody in."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.staff.roles.giving import ready_role
from callcard.staff.sign_in.models import OpenSession, RoleTerms
from callcard.staff.sign_in.standing import LOCKED, forget_standing
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import set_group
from tests.rooms.staff.provider import SECRET, Claims, LyingProvider, pair, use
from tests.rooms.staff.windows import PASSWORD, person, words

pytestmark = pytest.mark.django_db

GO, BACK = "/sign-in/provider", "/sign-in/provider/back"


def mali(**columns: Any) -> User:
    return person("mali", email="mali@example.com", **columns)


def come(peer: LyingProvider, client: Client | None = None, go: str = GO, **changed: str) -> tuple[Client, Any]:
    client = client or Client()
    brought = peer.sign_in(client.get(go)["Location"])
    return client, client.get(BACK, {**brought, **changed})


def refusals() -> list[str]:
    found = Entry.objects.filter(act="sign-in-provider").order_by("pk").values_list("kind", "detail")
    assert all(kind == "failed" for kind, _detail in found)
    return [detail.partition(":")[0].partition(" ")[0] for _kind, detail in found]


def nobody_is_in(client: Client, response: Any, why: str) -> None:
    assert response.status_code == 422
    assert SESSION_KEY not in client.session
    assert (OpenSession.objects.count(), Identity.objects.count()) == (0, 0)
    assert refusals() == [why]


def test_a_verified_address_joins_the_account_and_lets_in(provider: LyingProvider) -> None:
    user = mali()
    client, response = come(provider, go=f"{GO}?next=/customers/")
    assert (response.status_code, response["Location"]) == (302, "/customers/")
    assert client.session[SESSION_KEY] == str(user.pk)
    assert list(Identity.objects.values_list("user", "issuer", "subject")) == [(user.pk, provider.issuer, "1")]
    assert Entry.objects.get(act="sign-in").detail == "provider"
    assert f'href="{provider.issuer}/leave?client_id=callcard' in words(client.post("/sign-out"))
    assert SESSION_KEY not in client.session
    provider.claims["email"] = "other@example.com"  # the subject decides from now on
    assert SESSION_KEY in come(provider)[0].session


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256", {"kid": "e"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "o"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "o"})),
    ],
)
def test_signatures_of_other_kinds_let_in(provider: LyingProvider, algorithm: str, key: ECKey | OKPKey) -> None:
    mali()
    provider.key, provider.algorithm = key, algorithm
    assert SESSION_KEY in come(provider)[0].session


def test_keys_that_are_renewed_are_asked_for_anew(provider: LyingProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    mali()
    come(provider)
    provider.key = pair("second")
    monkeypatch.setattr("callcard.staff.single_sign_on.discovery._ASKED_AGAIN_SECONDS", 0.0)
    assert SESSION_KEY in come(provider)[0].session
    assert provider.asked.count("/keys") == 2


def _without_signature(claims: Claims) -> str:
    return _joined({"alg": "none"}, claims) + "."


def _joined(*parts: Claims) -> str:
    return ".".join(_text(json.dumps(part).encode()) for part in parts)


def _text(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def test_without_a_signature_nobody_is_let_in(provider: LyingProvider) -> None:
    mali()
    provider.sign = _without_signature
    nobody_is_in(*come(provider), "signature")


def test_the_public_key_is_no_shared_secret(provider: LyingProvider) -> None:
    mali()
    secret = provider.key.as_pem(private=False)

    def signed(claims: Claims) -> str:  # by hand: joserfc itself refuses to
        said = _joined({"alg": "HS256", "kid": "first"}, claims)
        return f"{said}.{_text(hmac.digest(secret, said.encode(), 'sha256'))}"

    provider.sign = signed
    nobody_is_in(*come(provider), "signature")


def test_the_client_secret_signs_nothing(provider: LyingProvider) -> None:
    mali()
    secret = OctKey.import_key(SECRET)
    provider.sign = lambda claims: jwt.encode({"alg": "HS256"}, claims, secret, algorithms=["HS256"])
    nobody_is_in(*come(provider), "signature")


def test_another_key_of_the_same_name_opens_nothing(provider: LyingProvider) -> None:
    mali()
    other = pair("first")
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, other)
    nobody_is_in(*come(provider), "signature")


NOW = int(time.time())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "other"}, "audience"),
        ({"aud": ["callcard", "other"]}, "audience"),
        ({"azp": "other"}, "audience"),
        ({"aud": None}, "audience"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"exp": NOW - 3600}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "soon"}, "expired"),
        ({"exp": float("nan")}, "expired"),
        ({"iat": NOW + 36000, "exp": NOW + 72000}, "clock"),
        ({"nbf": NOW + 36000}, "clock"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_a_token_that_is_not_for_us_and_now_lets_nobody_in(provider: LyingProvider, said: Claims, why: str) -> None:
    mali()
    provider.mend = lambda claims: {**claims, **said}
    nobody_is_in(*come(provider), why)


@pytest.mark.parametrize("token", ["", "a.b.c", "....", "é", "e30.e30.", "x" * 9000])
def test_what_is_no_token_lets_nobody_in(provider: LyingProvider, token: str) -> None:
    mali()
    provider.sign = lambda claims: token
    nobody_is_in(*come(provider), "signature")


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(provider: LyingProvider) -> None:
    mali()
    client, stranger = Client(), Client()
    brought = provider.sign_in(client.get(GO)["Location"])
    nobody_is_in(stranger, stranger.get(BACK, brought), "state")  # a sign-in that was begun by another: login CSRF
    assert client.get(BACK, brought).status_code == 302
    client.post("/sign-out")
    provider.codes[brought["code"]] = {}
    assert (client.get(BACK, brought).status_code, SESSION_KEY in client.session) == (422, False)


def test_an_answer_that_is_too_old_lets_nobody_in(provider: LyingProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    mali()
    client = Client()
    brought = provider.sign_in(client.get(GO)["Location"])
    monkeypatch.setattr("callcard.staff.single_sign_on.flow._HOLDS_SECONDS", -1)
    nobody_is_in(client, client.get(BACK, brought), "state")


def test_a_code_of_somebody_else_is_worth_nothing(provider: LyingProvider) -> None:
    """Injected into one's own attempt: PKCE binds each code to the browser that asked."""
    mali()
    stolen = provider.sign_in(Client().get(GO)["Location"])
    nobody_is_in(*come(provider, code=stolen["code"]), "answer")


def test_an_answer_of_another_issuer_lets_nobody_in(provider: LyingProvider) -> None:
    mali()
    nobody_is_in(*come(provider, iss="https://evil.example"), "issuer")


def test_an_issuer_that_names_itself_must_do_so(provider: LyingProvider) -> None:
    mali()
    provider.facts = {"authorization_response_iss_parameter_supported": True}
    nobody_is_in(*come(provider), "issuer")


def test_settings_that_changed_meanwhile_end_an_attempt(provider: LyingProvider) -> None:
    mali()
    client = Client()
    brought = provider.sign_in(client.get(GO)["Location"])
    use(provider, client_id="other")
    nobody_is_in(client, client.get(BACK, brought), "state")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_to_no_other_site(provider: LyingProvider, wanted: str) -> None:
    mali()
    client = Client()
    brought = provider.sign_in(client.get(GO, {"next": wanted})["Location"])
    assert client.get(BACK, brought)["Location"] == "/"


def test_the_document_leads_to_no_private_network(provider: LyingProvider) -> None:
    mali()
    provider.facts = {"token_endpoint": "https://10.0.0.8/token"}
    nobody_is_in(*come(provider), "address")


@pytest.mark.parametrize(
    "address", ["http://example.com/t", "file:///etc/passwd", "https://a@example.com/t", "https://[::1"]
)
def test_the_document_leads_to_https_only(provider: LyingProvider, address: str) -> None:
    provider.facts = {"token_endpoint": address}
    client = Client()
    nobody_is_in(client, client.get(GO), "address")


def test_who_is_refused_there_is_told_so(provider: LyingProvider) -> None:
    client = Client()
    brought = provider.sign_in(client.get(GO)["Location"])
    said = {"state": brought["state"], "error": "access_denied", "error_description": "<script>"}
    response = client.get(BACK, said)
    nobody_is_in(client, response, "said-no")
    assert "<script>" not in words(response).replace("<script type", "")


def test_an_unverified_address_opens_no_account(provider: LyingProvider) -> None:
    mali()
    provider.claims["email_verified"] = "true"  # a word is no truth
    nobody_is_in(*come(provider), "unverified")


def test_trusted_addresses_open_accounts_but_never_an_administrators(provider: LyingProvider) -> None:
    del provider.claims["email_verified"]
    use(provider, trusts_mail=True)
    boss = mali(role="administrator")
    nobody_is_in(*come(provider), "unverified")
    boss.email = ""
    boss.save()
    user = person("anna", email="mali@example.com")
    assert come(provider)[0].session[SESSION_KEY] == str(user.pk)


def test_an_address_of_two_people_opens_neither(provider: LyingProvider) -> None:
    mali()
    person("anna", email="MALI@example.com")
    nobody_is_in(*come(provider), "unknown")


def test_a_subject_takes_over_no_account_of_another(provider: LyingProvider) -> None:
    mali()
    come(provider)
    provider.claims["sub"] = "2"
    client, response = come(provider)
    assert (response.status_code, SESSION_KEY in client.session, refusals()) == (422, False, ["somebody-else"])


def test_unknown_people_are_made_only_if_it_is_set_and_a_group_has_a_role(provider: LyingProvider) -> None:
    provider.claims |= {"preferred_username": "noy", "given_name": "Noy", "email_verified": False}
    nobody_is_in(*come(provider), "unknown")
    use(provider, lets_in_unknown=True)
    assert come(provider)[1].status_code == 422  # no table: no role to give
    assert not User.objects.exists()
    set_group("sales", [ready_role("manager")])
    client, _response = come(provider)
    user = User.objects.get()
    assert client.session[SESSION_KEY] == str(user.pk)
    assert (user.username, user.first_name, user.email, user.has_usable_password()) == ("noy", "Noy", "", False)
    assert [role.kind for role in user.roles.all()] == ["manager"]


def test_a_name_that_is_taken_is_not_taken_over(provider: LyingProvider) -> None:
    person("noy")
    use(provider, lets_in_unknown=True)
    set_group("sales", [ready_role("manager")])
    provider.claims["preferred_username"] = "NOY"
    nobody_is_in(*come(provider), "name-taken")
    assert User.objects.count() == 1


def kinds(user: User) -> set[str]:
    return set(user.roles.values_list("kind", flat=True))


def test_roles_come_and_go_with_the_groups(provider: LyingProvider) -> None:
    user = mali(role="listener")
    set_group("sales", [ready_role("manager")])
    set_group("books", [ready_role("accountant")])
    come(provider)
    assert kinds(user) == {"listener", "manager"}  # what the table does not name stays
    provider.claims["groups"] = ["books", "other"]
    come(provider)
    assert kinds(user) == {"listener", "accountant"}
    user.refresh_from_db()
    assert not user.may("customers.add")


def test_who_is_in_no_group_any_more_is_out_everywhere_at_once(provider: LyingProvider) -> None:
    user = mali()
    set_group("sales", [ready_role("manager")])
    first, _response = come(provider)
    assert first.get("/").status_code == 200
    provider.claims["groups"] = []
    client, response = come(provider)
    assert (response.status_code, SESSION_KEY in client.session) == (422, False)
    assert "None of your groups" in words(response)
    assert first.get("/")["Location"].startswith("/sign-in")
    assert (kinds(user), OpenSession.objects.count(), refusals()) == (set(), 0, ["no-group"])


def test_the_last_who_can_change_roles_keeps_that(provider: LyingProvider) -> None:
    boss = mali(role="administrator")
    set_group("admins", [ready_role("administrator")])
    set_group("sales", [ready_role("manager")])
    come(provider)
    assert kinds(boss) == {"administrator", "manager"}
    person("other", role="administrator")
    come(provider)
    assert kinds(boss) == {"manager"}


def test_groups_within_another_claim_and_none_at_all(provider: LyingProvider) -> None:
    user = mali()
    use(provider, groups_claim="realm_access.roles")
    set_group("sales", [ready_role("operator")])
    provider.claims["realm_access"] = {"roles": ["sales"]}
    come(provider)
    assert kinds(user) == {"manager", "operator"}


def test_only_the_provider_lets_in_but_for_whoever_can_change_roles(provider: LyingProvider) -> None:
    mali()
    person("boss", role="administrator")
    use(provider, only=True)
    client = Client()
    response = client.post("/sign-in", {"username": "mali", "password": PASSWORD})
    assert (response.status_code, SESSION_KEY in client.session) == (403, False)
    assert "not with a password" in words(response)
    assert Client().post("/sign-in", {"username": "boss", "password": PASSWORD}).status_code == 302
    assert SESSION_KEY in come(provider)[0].session
    use(provider, only=True, is_on=False)
    assert Client().post("/sign-in", {"username": "mali", "password": PASSWORD}).status_code == 302


def test_a_closed_account_stays_closed(provider: LyingProvider) -> None:
    mali(is_active=False)
    nobody_is_in(*come(provider), "inactive")


def test_terms_of_roles_hold(provider: LyingProvider) -> None:
    user = mali()
    RoleTerms.objects.create(role=user.roles.get(), networks="192.168.1.0/24")
    forget_standing()
    client, response = come(provider)
    assert (response.status_code, SESSION_KEY in client.session) == (422, False)
    assert "from this network" in words(response)


@pytest.mark.parametrize(
    ("counts", "amr", "leads"), [(True, ["pwd", "mfa"], 200), (True, ["pwd"], 302), (False, ["mfa"], 302)]
)
def test_a_second_step_made_there_counts_by_a_tick(
    provider: LyingProvider, counts: bool, amr: list[str], leads: int
) -> None:
    user = mali()
    RoleTerms.objects.create(role=user.roles.get(), needs_second_step=True)
    forget_standing()
    use(provider, counts_second_step=counts)
    provider.claims["amr"] = amr
    assert come(provider)[0].get("/").status_code == leads


def locked_out(provider: LyingProvider) -> Client:
    client, _response = come(provider)
    client.post("/me/lock")
    assert client.session[LOCKED]
    return client


AGAIN = "/me/sign-in/provider/again"


def test_the_screen_is_unlocked_by_signing_in_there_once_more(provider: LyingProvider) -> None:
    mali()
    client = locked_out(provider)
    assert AGAIN in words(client.get("/locked"))
    provider.claims["auth_time"] = int(time.time())
    _client, response = come(provider, client, AGAIN)
    assert (response.status_code, LOCKED in client.session) == (200, False)


@pytest.mark.parametrize("changed", [{}, {"auth_time": NOW - 7200}, {"auth_time": NOW + 99, "sub": "2"}])
def test_the_lock_stays_for_an_old_sign_in_and_for_others(provider: LyingProvider, changed: Claims) -> None:
    mali()
    client = locked_out(provider)
    provider.claims |= changed
    _client, response = come(provider, client, AGAIN)
    assert (response.status_code, client.session[LOCKED]) == (422, True)
    assert client.get("/")["Location"].startswith("/locked")


def test_an_account_is_connected_by_its_owner(provider: LyingProvider) -> None:
    user = mali()
    provider.claims |= {"email_verified": False, "auth_time": int(time.time())}
    client = Client()
    client.post("/sign-in", {"username": "mali", "password": PASSWORD})
    come(provider, client, "/me/sign-in/provider/connect")
    assert Identity.objects.get().user == user
    assert come(provider)[0].session[SESSION_KEY] == str(user.pk)
    assert list(Entry.objects.filter(act="identity-connected").values_list("detail", flat=True)) == [
        "provider: mali@example.com"
    ]


def test_the_only_way_in_is_not_disconnected_and_asks_for_no_password(provider: LyingProvider) -> None:
    set_group("sales", [ready_role("manager")])
    use(provider, lets_in_unknown=True)
    client, _response = come(provider)
    path = f"/me/sign-in/identities/{Identity.objects.get().pk}/remove"
    assert client.post(path).status_code == 302
    assert Identity.objects.exists()
    shell = words(client.get("/"))
    assert "lock-screen" in shell
    assert 'id="lock-password"' not in shell
    client.post("/me/lock")
    assert 'name="password"' not in words(client.get("/locked"))


def test_strange_browsers_that_only_begin_have_to_wait(
    provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    mali()
    monkeypatch.setattr("callcard.staff.sign_in.guessing.FREE_OF_ADDRESS", 3)
    for _one in range(5):
        assert SESSION_KEY in come(provider)[0].session  # who comes in counts no more
    sessions = Session.objects.count()
    client = Client()
    assert [client.get(GO).status_code for _again in range(4)] == [302] * 4  # one browser is one session
    asked = [Client().get(GO) for _one in range(4)]
    assert [answer.status_code for answer in asked] == [302, 302, 429, 429]
    assert int(asked[-1]["Retry-After"]) > 0
    assert Session.objects.count() == sessions + 3
    assert Client(REMOTE_ADDR="10.0.0.9").get(GO).status_code == 302
