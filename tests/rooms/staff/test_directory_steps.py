"""What goes with a sign-in by the directory as with any other: waits, second steps, the lock; against a real slapd."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from callcard.staff.models import User
from callcard.staff.sign_in import one_time_codes, second_steps
from callcard.staff.sign_in.models import Guesses, OpenSession, RoleTerms
from callcard.staff.sign_in.standing import LOCKED, forget_standing
from callcard.staff.single_sign_on.models import Identity
from lab.directory.people import SECRET
from lab.directory.run import Directory as Peer
from tests.rooms.staff.directory import come, details, mali
from tests.rooms.staff.windows import PASSWORD, words

pytestmark = pytest.mark.django_db


def test_who_guesses_waits_before_the_directory_would_close_the_account(directory: Peer) -> None:
    user = mali()
    known, _response = come()
    known.post("/sign-out")
    asked = [
        come("mali" if turn % 2 else "mali@example.com", "wrong", Client(REMOTE_ADDR=f"10.0.0.{turn}"))[1]
        for turn in range(5)
    ]
    assert [answer.status_code for answer in asked] == [422, 422, 422, 429, 429]
    assert "up to 30 minutes" in words(asked[-1])
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
