"""On what terms roles let people sign in, the lock of the screen, and the way back for who shut everybody out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from callcard.live.models import CHECK_SESSION, LiveEvent
from callcard.staff.audit.lately import Lately
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.staff.sign_in import journal, second_steps
from callcard.staff.sign_in.models import Guesses, OpenSession, RoleTerms, SecondStep
from callcard.staff.sign_in.settings_row import forget_sign_in_settings
from callcard.staff.sign_in.standing import forget_standing, status_of_listener
from tests.rooms.api.program import Program
from tests.rooms.staff.windows import PASSWORD, Window, person, words

pytestmark = pytest.mark.django_db

KEY = b"12345678901234567890"
OFFICE, HOME = "192.168.1.20", "203.0.113.9"


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    for forget in (forget_standing, forget_sign_in_settings):
        forget()
    yield
    for forget in (forget_standing, forget_sign_in_settings):
        forget()


def limit(user: User, **columns: Any) -> RoleTerms:
    row, _made = RoleTerms.objects.update_or_create(role=user.roles.get(), defaults=columns)
    forget_standing()
    return row


def other_day() -> str:
    """A day of the week that is neither today nor its neighbour, in any time zone."""
    return str((timezone.now() + timedelta(days=3)).isoweekday())


def enter(username: str = "mali", **said: Any) -> tuple[Client, Any]:
    client = Client(**said)
    return client, client.post("/sign-in", {"username": username, "password": PASSWORD})


def test_who_comes_from_elsewhere_or_at_another_hour_stays_outside() -> None:
    user = person("mali")
    limit(user, networks="192.168.1.0/24")
    client, refused = enter(REMOTE_ADDR=HOME)
    assert (refused.status_code, SESSION_KEY in client.session) == (403, False)
    assert "does not let you sign in from this network" in words(refused)
    assert enter(REMOTE_ADDR=OFFICE)[1].status_code == 302
    limit(user, days=other_day())
    client, refused = enter(REMOTE_ADDR=OFFICE)
    assert (refused.status_code, SESSION_KEY in client.session) == (403, False)
    assert "at other hours only" in words(refused)
    acts = Entry.objects.order_by("pk").values_list("act", "kind")
    failed = [("sign-in-network", "failed"), ("sign-in", "signed-in"), ("sign-in-hours", "failed")]
    assert list(acts) == failed


def test_a_wrong_password_is_told_nothing_of_terms() -> None:
    limit(person("mali"), networks="192.168.1.0/24")
    refused = Client(REMOTE_ADDR=HOME).post("/sign-in", {"username": "mali", "password": "wrong"})
    assert (refused.status_code, "network" in words(refused)) == (422, False)


def test_open_sessions_end_when_the_hours_do() -> None:
    user = person("mali")
    client, _response = enter()
    assert client.get("/").status_code == 200
    assert status_of_listener(user, client.session, OFFICE) == 200
    limit(user, days=other_day())
    assert status_of_listener(user, client.session, OFFICE) == 401
    led = client.get("/customers/", headers={"X-Callcard-Window": "1"})
    assert (led.status_code, led["HX-Redirect"]) == (204, "/sign-in?why=hours")
    assert SESSION_KEY not in client.session
    assert "at other hours only" in words(client.get("/sign-in?why=hours"))


def test_a_session_that_is_taken_elsewhere_ends() -> None:
    limit(person("mali"), networks="192.168.1.0/24")
    client, _response = enter(REMOTE_ADDR=OFFICE)
    assert client.get("/").status_code == 200
    assert client.get("/", REMOTE_ADDR=HOME)["Location"] == "/sign-in?why=network"
    assert client.get("/")["Location"].startswith("/sign-in")


def test_who_must_have_a_second_step_gets_nothing_but_its_set_up() -> None:
    user = person("mali")
    limit(user, needs_second_step=True)
    client, _response = enter()
    for path in ("/", "/customers/", "/me/sign-in", "/settings/people"):
        assert client.get(path)["Location"] == "/me/sign-in/first"
    assert client.post("/me/password")["Location"] == "/me/sign-in/first"
    assert status_of_listener(user, client.session, OFFICE) == 401
    page = client.get("/me/sign-in/first")
    assert (page.status_code, "live-line" in words(page)) == (200, False)
    assert "live-line" not in words(client.get("/me/sign-in/codes"))
    second_steps.add_codes(user=user, secret=KEY, step=0)
    assert client.get("/").status_code == 200
    step = SecondStep.objects.get()
    assert client.post(f"/me/sign-in/steps/{step.pk}/remove").status_code == 302
    assert SecondStep.objects.get() == step  # the last one stays as long as the role asks for it


def test_terms_are_set_by_whoever_makes_roles_and_hold_at_once() -> None:
    boss, user = person("boss", role="administrator"), person("mali")
    role = user.roles.get()
    client, _response = enter(REMOTE_ADDR=OFFICE)
    path = f"/settings/roles/{role.pk}/sign-in"
    assert Window(user).post(path, {"networks": "10.0.0.0/8"}).status_code == 403
    saved = Window(boss).post(path, {"networks": "10.0.0.5/8, 2001:db8::1", "days": ["1", "7"]})
    assert saved["Location"] == "/settings/sign-in"
    row = RoleTerms.objects.get()
    assert (row.networks, row.days, row.begins) == ("10.0.0.0/8\n2001:db8::1/128", "17", None)
    assert LiveEvent.objects.filter(kind=CHECK_SESSION, user=user).count() == 1
    forget_standing()  # as on commit
    assert client.get("/")["Location"].startswith("/sign-in?why=")
    assert "10.0.0.0/8, 2001:db8::1/128" in Window(boss).text("/settings/sign-in")


@pytest.mark.parametrize(
    "said",
    [
        {"networks": "office"},
        {"networks": "10.0.0.0/40"},
        {"begins": "08:00"},
        {"begins": "08:00", "ends": "08:00"},
        {"begins": "25:00", "ends": "26:00"},
        {"days": ["8"]},
    ],
)
def test_terms_that_make_no_sense_are_refused(said: dict[str, Any]) -> None:
    boss, user = person("boss", role="administrator"), person("mali")
    assert Window(boss).post(f"/settings/roles/{user.roles.get().pk}/sign-in", said).status_code == 422
    assert RoleTerms.objects.count() == 0


def test_nobody_puts_themselves_out() -> None:
    boss = person("boss", role="administrator")
    path = f"/settings/roles/{boss.roles.get().pk}/sign-in"
    refused = Window(boss).post(path, {"networks": "10.0.0.0/8"}, REMOTE_ADDR=HOME)
    assert (refused.status_code, "you come from 203.0.113.9" in words(refused)) == (422, True)
    refused = Window(boss).post(path, {"days": [other_day()]})
    assert (refused.status_code, "not within these hours now" in words(refused)) == (422, True)
    assert RoleTerms.objects.count() == 0


def test_the_command_lets_somebody_in_again() -> None:
    user = person("mali", is_active=False)
    limit(user, networks="10.0.0.0/8", needs_second_step=False, days=other_day())
    second_steps.add_codes(user=user, secret=KEY, step=0)
    for _ in range(6):
        Client(REMOTE_ADDR=HOME).post("/sign-in", {"username": "mali", "password": "guess"})
    said = StringIO()
    call_command("let_in", "mali", stdout=said)
    password = said.getvalue().split("The new password of mali: ")[1].split("\n")[0]
    client = Client(REMOTE_ADDR=HOME)
    assert client.post("/sign-in", {"username": "mali", "password": password})["Location"] == "/"
    assert "Manager" in said.getvalue()
    assert Guesses.objects.filter(wrong__gt=0).count() == 0
    with pytest.raises(CommandError, match="nobody with the user name 'noone'"):
        call_command("let_in", "noone")


def test_an_administrator_ends_sessions_and_takes_second_steps_away() -> None:
    boss, user = person("boss", role="administrator"), person("mali")
    client, _response = enter()
    second_steps.add_codes(user=user, secret=KEY, step=0)
    window = Window(boss)
    page = f"/settings/people/{user.pk}"
    assert "Take away their second steps" in window.text(f"{page}/sign-in")
    assert window.post(f"{page}/second-steps/remove")["Location"].startswith("/me/prove")
    assert SecondStep.objects.count() == 1
    window.post("/me/prove", {"password": PASSWORD})
    window.post(f"{page}/second-steps/remove")
    assert SecondStep.objects.count() == 0
    window.post(f"{page}/sessions/end")
    assert client.get("/")["Location"].startswith("/sign-in")
    assert OpenSession.objects.filter(user=user).count() == 0
    told = Entry.objects.filter(about="user", object_id=user.pk, user_id=boss.pk, kind="signed-in")
    assert sorted(told.values_list("act", flat=True)) == ["session-ended", "step-removed"]


def test_who_may_less_touches_no_ways_in_of_who_may_more() -> None:
    boss, user = person("boss", role="administrator"), person("mali")
    second_steps.add_codes(user=boss, secret=KEY, step=0)
    for path in ("sign-in", "sessions/end", "second-steps/remove"):
        method = "GET" if path == "sign-in" else "POST"
        assert Window(user).generic(method, f"/settings/people/{boss.pk}/{path}").status_code == 403
    boss.refresh_from_db()
    assert (SecondStep.objects.count(), boss.session_round) == (1, 0)


def test_a_locked_screen_gets_nothing_until_the_password_is_typed() -> None:
    user = person("mali")
    client, _response = enter()
    assert client.post("/me/lock").status_code == 204
    assert LiveEvent.objects.filter(kind=CHECK_SESSION, user=user).count() == 1
    assert status_of_listener(user, client.session, OFFICE) == 423
    assert client.get("/customers/?q=a")["Location"] == "/locked?next=%2Fcustomers%2F%3Fq%3Da"
    held = client.get("/customers/", headers={"X-Callcard-Window": "1"})
    assert (held.status_code, held["HX-Trigger"], words(held)) == (423, "callcard:locked", "")
    assert client.post("/me/password", {}, headers={"X-Callcard-Window": "1"}).status_code == 423
    shell = {"X-Callcard-Window": "1"}
    wrong = client.post("/me/unlock", {"password": "wrong"}, headers=shell)
    assert (wrong.status_code, wrong.json()) == (422, {"problem": "This is not your password."})
    assert client.get("/")["Location"].startswith("/locked")
    assert client.post("/me/unlock", {"password": PASSWORD}, headers=shell).status_code == 204
    assert client.get("/").status_code == 200
    acts = list(Entry.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["sign-in", "screen-locked", "sign-in-password", "screen-unlocked"]


def test_a_page_of_its_own_unlocks_too_and_leads_on() -> None:
    person("mali")
    client, _response = enter()
    client.post("/me/lock")
    assert 'name="next" value="/customers/"' in words(client.get("/locked?next=/customers/"))
    assert client.post("/me/unlock", {"password": "wrong", "next": "/customers/"}).status_code == 422
    assert client.post("/me/unlock", {"password": PASSWORD, "next": "/customers/"})["Location"] == "/customers/"
    assert client.get("/locked?next=//evil.example")["Location"] == "/"


def test_the_password_of_a_locked_screen_cannot_be_tried_out() -> None:
    person("mali")
    client, _response = enter()
    client.post("/me/lock")
    answers = [client.post("/me/unlock", {"password": f"guess {at}"}).status_code for at in range(6)]
    assert answers == [422] * 5 + [429]
    assert client.post("/me/unlock", {"password": PASSWORD}).status_code == 429


def test_when_the_screen_locks_by_itself_is_the_administrators_to_say() -> None:
    boss = person("boss", role="administrator")
    window = Window(boss)
    assert window.post("/settings/sign-in", {"minutes": "-1"}).status_code == 422
    assert window.post("/settings/sign-in", {"minutes": "10"})["Location"] == "/settings/sign-in"
    page = Client()
    page.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    assert 'data-minutes="10"' in words(page.get("/"))


def test_a_programs_token_is_no_way_round_hours_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_refused_lately", Lately())
    user = person("mali")
    program = Program(user)
    limit(user, networks="192.168.1.0/24", needs_second_step=True)
    refused = program.get("/customers")  # from 127.0.0.1
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    program.get("/customers")
    told = Entry.objects.filter(kind="failed").values_list("act", "user_id", "address", "detail")
    assert list(told) == [("sign-in-network", user.pk, "127.0.0.1", "Test")]
    limit(user, networks="127.0.0.0/8")
    assert program.get("/customers").status_code == 200
