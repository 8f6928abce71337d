"""The way in: passwords, second steps, waiting after wrong guesses, and what is written down of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.staff.sign_in import one_time_codes, second_steps
from callcard.staff.sign_in.models import Guesses, OpenSession, SecondStep
from tests.rooms.staff.windows import PASSWORD, person, words

pytestmark = pytest.mark.django_db

KEY = b"12345678901234567890"
NEAR, FAR = "192.0.2.7", "203.0.113.9"


def enter(client: Client, username: str = "mali", password: str = PASSWORD, **said: Any) -> Any:
    return client.post("/sign-in", {"username": username, "password": password}, **said)


def is_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def lines() -> list[tuple[str, str, str]]:
    return list(Entry.objects.order_by("pk").values_list("act", "who", "detail"))


def code_now(ahead: int = 0) -> str:
    return one_time_codes.code_at(KEY, int(time.time()) // 30 + ahead)


def with_app(username: str = "mali") -> User:
    user = person(username)
    second_steps.add_codes(user=user, secret=KEY, step=0)
    return user


def test_the_right_password_lets_in_and_is_written_down() -> None:
    user = person("mali")
    client = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}, REMOTE_ADDR=NEAR)
    response = enter(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert lines() == [("sign-in", "mali", "password · Firefox, Windows")]
    line, row = Entry.objects.get(), OpenSession.objects.get()
    assert (line.user_id, line.kind, line.address) == (user.pk, "signed-in", NEAR)
    assert (row.user, row.session_key, row.address) == (user, client.session.session_key, NEAR)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("mali", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("mali", ""),
        ("mali", PASSWORD.upper()),
        ("mali", f"{PASSWORD} "),
        ("mali\x00", PASSWORD),
        ("gone", PASSWORD),
    ],
)
def test_anything_else_does_not(username: str, password: str) -> None:
    person("mali")
    person("gone", is_active=False)
    client = Client()
    response = enter(client, username, password)
    assert (response.status_code, is_in(client)) == (422, False)
    assert "The name or the password is wrong." in words(response)
    assert {act for act, _name, _how in lines()} <= {"sign-in-password"}


def _noted(work: Callable[..., Any], name: str, done: list[str]) -> Callable[..., Any]:
    def noting(*said: Any) -> Any:
        done.append(name)
        return work(*said)

    return noting


def test_an_unknown_name_costs_a_hash_as_a_known_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time of an answer would tell which names there are."""
    from tests.settings import CheapArgon2

    person("mali")
    hashed: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(CheapArgon2, name, _noted(getattr(CheapArgon2, name), name, hashed))
    enter(Client(), "mali", "wrong")
    known, hashed[:] = list(hashed), []
    enter(Client(), "nobody", "wrong")
    assert (len(known), len(hashed)) == (1, 1)


def test_it_leads_to_where_one_wanted_to_go_but_nowhere_else() -> None:
    person("mali")
    places = {"/customers/": "/customers/", "https://evil.example/": "/", "//evil.example": "/", "javascript:1": "/"}
    for wanted, led in places.items():
        response = Client().post("/sign-in", {"username": "mali", "password": PASSWORD, "next": wanted})
        assert response["Location"] == led


def test_guesses_from_one_address_wait_and_nobody_else_does() -> None:
    person("mali")
    stranger = Client(REMOTE_ADDR=FAR)
    assert [enter(stranger, password=f"guess {at}").status_code for at in range(7)] == [422] * 5 + [429] * 2
    refused = enter(stranger)
    assert refused.status_code == 429
    assert 25 <= int(refused["Retry-After"]) <= 31
    assert not is_in(stranger)
    assert lines() == [("sign-in-password", "mali", "password")] * 5 + [("sign-in-closed", "mali", "password")]
    assert enter(Client(REMOTE_ADDR=NEAR)).status_code == 302


def test_after_the_wait_one_more_guess_is_looked_at_and_the_next_wait_is_longer() -> None:
    person("mali")
    stranger = Client(REMOTE_ADDR=FAR)
    for at in range(5):
        enter(stranger, password=f"guess {at}")
    Guesses.objects.update(last_at=timezone.now() - timedelta(seconds=31))
    assert enter(stranger, password="guess 5").status_code == 422
    assert 55 <= int(enter(stranger)["Retry-After"]) <= 61
    Guesses.objects.update(last_at=timezone.now() - timedelta(seconds=61))
    assert enter(stranger).status_code == 302
    assert not Guesses.objects.exclude(wrong=0).filter(wrong__lt=5).exists()


def test_strangers_from_everywhere_lock_nobody_out_of_a_browser_they_know() -> None:
    person("mali")
    own = Client(REMOTE_ADDR=NEAR)
    assert enter(own).status_code == 302
    own.post("/sign-out")
    for at in range(50):
        enter(Client(REMOTE_ADDR=f"198.51.100.{at}"), password="guess")
    assert enter(Client(REMOTE_ADDR="198.51.100.99")).status_code == 429  # a browser that never was in waits
    assert enter(own).status_code == 302


def test_a_known_browser_has_a_counter_of_its_own_and_is_known_to_whom_it_was_only() -> None:
    person("mali")
    person("noy")
    own = Client(REMOTE_ADDR=NEAR)
    enter(own)
    own.post("/sign-out")
    assert [enter(own, password="guess").status_code for _ in range(6)] == [422] * 5 + [429]
    assert enter(own, "noy", "guess").status_code == 422
    stolen = Client(REMOTE_ADDR=FAR)
    stolen.cookies["callcard_known"] = own.cookies["callcard_known"].value[:-3] + "abc"
    assert [enter(stolen, password="guess").status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_sign_in_begins_a_session_of_another_key() -> None:
    """Or whoever put a session into the browser before would be in with it."""
    person("mali")
    client = Client()
    session = client.session  # as one that somebody else has planted
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    enter(client)
    assert is_in(client)
    assert client.session.session_key != session.session_key
    assert not client.session.exists(session.session_key or "")


def test_nobody_learns_by_the_time_which_names_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is what takes long: as often for names that nobody has, who left, or who have no password here."""
    person("mali")
    person("gone", is_active=False)
    User.objects.create_user("single")  # with no password
    hashed: list[str] = []
    for name in ("encode", "verify"):
        kept = getattr(Argon2PasswordHasher, name)

        def noted(self: Argon2PasswordHasher, *given: Any, _kept: Any = kept, **more: Any) -> Any:
            hashed.append("once")
            return _kept(self, *given, **more)

        monkeypatch.setattr(Argon2PasswordHasher, name, noted)
    times = {}
    for name in ("mali", "nobody", "gone", "single"):
        hashed.clear()
        enter(Client(), name, "wrong")
        times[name] = len(hashed)
    assert times == dict.fromkeys(times, 1)


def test_a_second_step_is_asked_for_and_nobody_is_in_before_it() -> None:
    with_app()
    client = Client()
    assert enter(client)["Location"] == "/sign-in/second"
    assert not is_in(client)
    assert client.get("/customers/")["Location"].startswith("/sign-in")
    assert client.post("/sign-in/second", {"code": "000000"}).status_code == 422
    assert not is_in(client)
    assert client.post("/sign-in/second", {"code": code_now()})["Location"] == "/"
    assert is_in(client)
    assert lines()[-2:] == [("sign-in-step", "mali", "codes"), ("sign-in", "mali", "password+codes")]


def test_a_code_is_taken_once() -> None:
    with_app()
    code = code_now()
    answers = []
    for client in (Client(), Client()):
        enter(client)
        answers.append(client.post("/sign-in/second", {"code": code}).status_code)
    assert answers == [302, 422]


def test_recovery_codes_let_in_once_each() -> None:
    user = with_app()
    codes = second_steps.new_recovery_codes(user)
    assert len(set(codes)) == 10
    answers = []
    for code in (codes[0], codes[0].upper().replace("-", " "), codes[1].upper()):
        client = Client()
        enter(client)
        answers.append(client.post("/sign-in/second", {"code": code}).status_code)
    assert answers == [302, 422, 302]
    assert second_steps.recovery_codes_left(user) == 8
    kept = b"".join(bytes(step.secret) for step in SecondStep.objects.all())
    assert codes[2].encode() not in kept
    assert KEY not in kept


def test_with_another_secret_key_an_app_lets_nobody_in_and_a_recovery_code_neither(settings: Any) -> None:
    codes = second_steps.new_recovery_codes(with_app())
    settings.SECRET_KEY = "another key of fifty marks that nobody had before now"
    client = Client()
    enter(client)
    answers = [client.post("/sign-in/second", {"code": code}).status_code for code in (code_now(), codes[0])]
    assert (answers, is_in(client)) == ([422, 422], False)


def test_codes_cannot_be_tried_out() -> None:
    with_app()
    client = Client()
    enter(client)
    assert [client.post("/sign-in/second", {"code": "000000"}).status_code for _ in range(6)] == [422] * 5 + [429]
    assert client.post("/sign-in/second", {"code": code_now()}).status_code == 429
    assert not is_in(client)


def test_the_second_step_ends_after_ten_minutes_and_with_a_new_password() -> None:
    user = with_app()
    for spoil in ("time", "password", "gone"):
        client = Client()
        enter(client)
        if spoil == "time":
            session = client.session
            session["halfway"] |= {"at": time.time() - 601}
            session.save()
        elif spoil == "password":
            user.set_password("wandering-otters-4")
            user.save()
        else:
            enter(client, password="wandering-otters-4")
            User.objects.update(is_active=False)
        assert client.post("/sign-in/second", {"code": code_now(1)})["Location"] == "/sign-in"
        assert not is_in(client)


def test_a_passkey_that_nobody_knows_lets_nobody_in() -> None:
    with_app()
    client = Client()
    asked = client.post("/sign-in/passkey/ask").json()
    assert asked["publicKey"]["userVerification"] == "required"
    assert "allowCredentials" not in asked["publicKey"]
    for sent in ("{}", "[]", "no", '{"rawId": "AAAA", "response": {}}', '{"rawId": 7}', "\xff"):
        response = client.post("/sign-in/passkey", sent, content_type="application/json")
        if response.status_code == 429:
            break
        assert response.status_code == 422
    assert not is_in(client)


def test_signing_out_is_written_down_and_wants_a_post() -> None:
    person("mali")
    client = Client()
    enter(client)
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert not is_in(client)
    assert lines()[-1] == ("sign-out", "mali", "")
    assert OpenSession.objects.count() == 0


def test_hashes_are_at_least_what_owasp_asks_for() -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    found = re.match(
        r"argon2\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", Argon2PasswordHasher().encode("x", "saltsaltsalt")
    )
    assert found
    assert (int(found[1]) >= 19456, int(found[2]) >= 2) == (True, True)
