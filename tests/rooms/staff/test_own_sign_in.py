"""What each user does about their own ways in: second steps, recovery codes, sessions, and proving it is they."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from callcard.live.models import CHECK_SESSION, LiveEvent
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.staff.sealing import opened
from callcard.staff.sign_in import one_time_codes, second_steps
from callcard.staff.sign_in.models import OpenSession, SecondStep
from tests.rooms.staff.windows import PASSWORD, Window, person, words

pytestmark = pytest.mark.django_db

KEY = b"12345678901234567890"


def entered(user: User, **said: Any) -> Client:
    """A browser in which they have just signed in by their password."""
    client = Client(**said)
    client.post("/sign-in", {"username": user.username, "password": PASSWORD})
    assert SESSION_KEY in client.session
    return client


def code_now(secret: bytes) -> str:
    return one_time_codes.code_at(secret, int(time.time()) // 30)


def kinds(user: User) -> list[str]:
    return list(SecondStep.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_an_app_is_kept_once_its_first_code_was_typed() -> None:
    user = person("mali")
    client = entered(user)
    page = words(client.get("/me/sign-in/codes"))
    assert 'src="data:image/svg+xml' in page
    secret = opened(client.session["codes_secret"].encode())
    assert one_time_codes.spelled(secret) in page
    assert client.post("/me/sign-in/codes", {"code": "000000"}).status_code == 422
    assert kinds(user) == []
    assert client.post("/me/sign-in/codes", {"code": code_now(secret)})["Location"] == "/me/sign-in"
    step = SecondStep.objects.get()
    assert (step.user, step.kind, opened(step.secret)) == (user, "codes", secret)
    assert secret not in bytes(step.secret)
    again = Client()
    again.post("/sign-in", {"username": "mali", "password": PASSWORD})
    assert again.post("/sign-in/second", {"code": code_now(secret)}).status_code == 422  # that one was used to add it
    assert Entry.objects.filter(act="step-added", user_id=user.pk, detail="codes").count() == 1


def test_recovery_codes_are_shown_once_and_replace_the_earlier_ones() -> None:
    user = person("mali")
    second_steps.add_codes(user=user, secret=KEY, step=0)
    earlier = second_steps.new_recovery_codes(user)
    client = Window(user)
    assert client.post("/me/sign-in/recovery-codes")["Location"].startswith("/me/prove")
    assert second_steps.recovery_codes_left(user) == 10
    client.post("/me/prove", {"password": PASSWORD})
    shown = re.findall(r"<code>(\w{5}-\w{5})</code>", words(client.post("/me/sign-in/recovery-codes")))
    assert len(set(shown) - set(earlier)) == 10
    assert not second_steps.is_recovery_code(user, earlier[0])
    assert second_steps.is_recovery_code(user, shown[9])
    assert client.get("/me/sign-in/recovery-codes").status_code == 405
    assert "9 recovery codes are left." in client.text("/me/sign-in")


def test_recovery_codes_alone_are_no_second_step() -> None:
    user = person("mali")
    client = entered(user)
    assert client.post("/me/sign-in/recovery-codes")["Location"] == "/me/sign-in"
    assert kinds(user) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me/sign-in/codes"),
        ("GET", "/me/sign-in/first"),
        ("POST", "/me/sign-in/codes"),
        ("POST", "/me/sign-in/passkey/ask"),
        ("POST", "/me/sign-in/passkey"),
        ("POST", "/me/sign-in/steps/{}/remove"),
        ("POST", "/me/sign-in/recovery-codes"),
    ],
)
def test_a_screen_left_open_is_not_enough_to_change_a_way_in(method: str, path: str) -> None:
    user = person("mali")
    step = second_steps.add_codes(user=user, secret=KEY, step=0)
    client = entered_long_ago(user)
    response = client.generic(method, path.format(step.pk))
    assert response["Location"].startswith("/me/prove?next=%2Fme%2Fsign-in")
    assert kinds(user) == ["codes"]


def entered_long_ago(user: User) -> Client:
    window = Window(user)
    session = window.session
    session["proved_at"] = time.time() - 901
    session.save()
    return window


def test_a_passkey_is_made_only_on_a_page_that_is_proved() -> None:
    client = entered_long_ago(person("mali"))
    assert ["data-make" in words(client.get("/me/sign-in")), client.post("/me/prove", {}).status_code] == [False, 422]
    client.post("/me/prove", {"password": PASSWORD})
    assert "data-make" in words(client.get("/me/sign-in"))


def test_the_password_proves_who_one_is() -> None:
    user = person("mali")
    client = entered_long_ago(user)
    assert "This is not your password." in words(client.post("/me/prove", {"password": "wrong"}))
    assert client.get("/me/sign-in/codes").status_code == 302
    proved = client.post("/me/prove", {"password": PASSWORD, "next": "/me/sign-in/codes"})
    assert proved["Location"] == "/me/sign-in/codes"
    assert client.get("/me/sign-in/codes").status_code == 200
    assert client.post("/me/prove", {"password": PASSWORD, "next": "https://evil.example/"})["Location"] == "/"


def test_a_step_is_removed_with_its_recovery_codes_and_nobody_elses_is() -> None:
    user, other = person("mali"), person("noy")
    own = second_steps.add_codes(user=user, secret=KEY, step=0)
    foreign = second_steps.add_codes(user=other, secret=KEY, step=0)
    second_steps.new_recovery_codes(user)
    client = Window(user)
    client.post("/me/prove", {"password": PASSWORD})
    assert client.post(f"/me/sign-in/steps/{foreign.pk}/remove").status_code == 404
    assert client.post(f"/me/sign-in/steps/{own.pk}/remove").status_code == 302
    assert (kinds(user), kinds(other)) == ([], ["codes"])


def test_sessions_are_listed_and_one_is_ended_at_once() -> None:
    user = person("mali")
    here = entered(user, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}, REMOTE_ADDR="192.0.2.7")
    there = entered(user, headers={"User-Agent": "Mozilla/5.0 (Android 16) Chrome/150.0 Mobile"})
    page = words(here.get("/me/sign-in"))
    assert ["Firefox, Windows" in page, "Chrome, Android" in page, "192.0.2.7" in page] == [True] * 3
    own, other = OpenSession.objects.order_by("pk")
    assert here.post(f"/me/sign-in/sessions/{own.pk}/end").status_code == 404  # this one is left by signing out
    assert here.post(f"/me/sign-in/sessions/{other.pk}/end").status_code == 302
    assert there.get("/")["Location"].startswith("/sign-in")
    assert here.get("/").status_code == 200
    assert LiveEvent.objects.filter(user=user, kind=CHECK_SESSION).count() == 1
    assert list(OpenSession.objects.all()) == [own]


def test_nobody_ends_the_session_of_somebody_else() -> None:
    user, other = person("mali"), person("noy")
    client, foreign = entered(user), entered(other)
    row = OpenSession.objects.get(user=other)
    assert client.post(f"/me/sign-in/sessions/{row.pk}/end").status_code == 404
    assert foreign.get("/").status_code == 200


def test_all_others_are_ended_even_those_that_are_in_no_list() -> None:
    user = person("mali")
    here, there, unlisted = entered(user), entered(user), Window(user)
    assert here.post("/me/sign-in/sessions/end").status_code == 302
    assert [client.get("/").status_code for client in (here, there, unlisted)] == [200, 302, 302]
    row = OpenSession.objects.get()
    assert row.session_key == here.session.session_key
    assert LiveEvent.objects.filter(user=user, kind=CHECK_SESSION).count() == 1


@pytest.mark.parametrize(
    ("typed", "is_good", "why"),
    [
        ("tumbling-horses-9", True, "This is hard to guess."),
        ("password1", False, "a password that many people use"),
        ("Vongphachan1", False, "names of yours or of the company"),
        ("12.04.1986", False, "Dates are guessed quickly."),
        ("", False, "too short or too plain"),
        ("\x00" * 300, False, "What is repeated"),
    ],
)
def test_a_password_is_judged_while_it_is_typed(typed: str, is_good: bool, why: str) -> None:
    client = Window(person("mali", last_name="Vongphachan"))
    told = client.post("/me/password/judge", {"password": typed}).json()
    assert (told["score"] >= 3, why in told["words"]) == (is_good, True)
    assert client.get("/me/password/judge").status_code == 405


def test_what_is_easy_to_guess_is_refused_with_the_reason() -> None:
    user = person("mali", last_name="Vongphachan")
    said = {"old_password": PASSWORD, "new_password1": "Vongphachan1", "new_password2": "Vongphachan1"}
    refused = Window(user).post("/me/password", said)
    assert (refused.status_code, "names of yours or of the company" in words(refused)) == (422, True)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_new_password_ends_the_others_and_is_written_down() -> None:
    user = person("mali")
    here, there = entered(user), entered(user)
    new = "wandering-otters-4"
    here.post("/me/password", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert [client.get("/").status_code for client in (here, there)] == [200, 302]
    assert OpenSession.objects.get().session_key == here.session.session_key
    assert LiveEvent.objects.filter(user=user, kind=CHECK_SESSION).count() == 1
    assert Entry.objects.filter(act="own-password", user_id=user.pk).count() == 1
