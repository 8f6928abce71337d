"""Blocking a number from the line of a call: for administrators, with the way back, and never one's own numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.screening.call_part import note_blocked
from callcard.calls.screening.models import BlockedNumber
from callcard.calls.screening.queries import is_blocked
from callcard.calls.screening.services import block, block_again, unblock
from callcard.customers.services import create_customer
from callcard.staff.models import Company, Line, User
from tests.rooms.calls.recorded_calls import recorded

pytestmark = pytest.mark.django_db
NUMBER = "+8562055551234"


AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def chief() -> User:
    Company.objects.create(name="Mekong", region="LA")
    return User.objects.create_user("chief", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def client(chief: User) -> Client:
    client = Client()
    client.force_login(chief, "django.contrib.auth.backends.ModelBackend")
    return client


def call_from(number: str, *people: User) -> Call:
    return recorded(*people, number=number, e164=number if number.startswith("+") else "")


def test_it_is_blocked_and_let_through_again(chief: User, client: Client) -> None:
    call = call_from(NUMBER)
    answer = client.post(f"/calls/{call.pk}/block", {"wanted": "1"})
    assert (answer.status_code, answer.json()) == (200, {"words": f"{NUMBER} is blocked.", "block": "is"})
    assert is_blocked(NUMBER, region="LA")
    answer = client.post(f"/calls/{call.pk}/block", {"wanted": "0"})
    assert (answer.status_code, answer.json()["block"]) == (200, "may")
    assert not is_blocked(NUMBER, region="LA")
    assert BlockedNumber.objects.get().removed_by == chief


def test_a_customers_number_is_said_to_be_one(client: Client) -> None:
    create_customer(name="Mali", numbers=[NUMBER])
    answer = client.post(f"/calls/{call_from(NUMBER).pk}/block", {"wanted": "1"})
    assert answer.json()["words"] == f"{NUMBER} is blocked. This is the number of a customer."


def test_lists_show_the_button_to_administrators_only(chief: User, client: Client) -> None:
    mali = User.objects.create_user("mali")
    call = call_from(NUMBER, mali)
    for user in (chief, mali):
        call.notices.create(user=user, rang_at=call.started_at, state="over")
    other = Client()
    other.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    for address in ("/calls/", "/calls/recent/"):
        page = client.get(address).content.decode()
        assert (f'data-block="/calls/{call.pk}/block"' in page, 'aria-pressed="false"' in page) == (True, True)
        assert "data-block" not in other.get(address).content.decode()
    assert other.post(f"/calls/{call.pk}/block", {"wanted": "1"}).status_code in (403, 404)
    assert not BlockedNumber.objects.exists()
    block(number=NUMBER, key=NUMBER, by=chief)
    assert 'aria-pressed="true"' in client.get("/calls/").content.decode()


@pytest.mark.parametrize("more", [{"direction": "internal"}, {"match": "own"}, {"withheld": True}, {"number": ""}])
def test_what_is_no_outside_number_has_no_button(client: Client, more: dict[str, Any]) -> None:
    values: dict[str, Any] = {"number": NUMBER, "e164": "" if "number" in more else NUMBER, **more}
    call = recorded(**values)
    assert "data-block" not in client.get("/calls/").content.decode()
    assert client.post(f"/calls/{call.pk}/block", {"wanted": "1"}).status_code == 404
    assert not BlockedNumber.objects.exists()


def test_own_lines_and_help_are_refused_in_words(client: Client) -> None:
    Line.objects.create(number="021", e164=NUMBER, name="Main")
    for number, words in ((NUMBER, "own would be blocked"), ("191", "Emergency numbers cannot")):
        answer = client.post(f"/calls/{call_from(number).pk}/block", {"wanted": "1"})
        assert (answer.status_code, words in answer.json()["error"]) == (422, True), number
    assert not BlockedNumber.objects.exists()


def test_one_number_is_not_let_through_where_all_that_begin_so_are_blocked(chief: User, client: Client) -> None:
    block(number="+85620", key="+85620", is_prefix=True, by=chief)
    call = call_from(NUMBER)
    assert 'aria-pressed="true"' in client.get("/calls/").content.decode()
    answer = client.post(f"/calls/{call.pk}/block", {"wanted": "0"})
    assert (answer.status_code, "+85620" in answer.json()["error"]) == (409, True)
    assert is_blocked(NUMBER, region="LA")


def test_of_a_blocked_caller_everybody_reads_why_nothing_rang(chief: User) -> None:
    mali = User.objects.create_user("mali", first_name="Mali")
    block(number=NUMBER, key=NUMBER, by=chief)
    turned_away, before, rang = (call_from(NUMBER, mali) for _ in range(3))
    now = timezone.now()
    quiet = {"direction": "inbound", "outcome": "busy", "answered_at": None, "ring_seconds": 0.08}
    Call.objects.filter(pk=turned_away.pk).update(**quiet, started_at=now)
    Call.objects.filter(pk=before.pk).update(**quiet, started_at=now - timedelta(hours=1))
    Call.objects.filter(pk=rang.pk).update(**quiet | {"ring_seconds": 4}, started_at=now)
    for user in (chief, mali):
        calls = list(Call.objects.order_by("pk"))
        note_blocked(calls, user)
        assert [call.was_blocked for call in calls] == [True, False, False]
    client = Client()
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    assert [b"number blocked" in client.get(f"/calls/{call.pk}/").content for call in (turned_away, before)] == [
        True,
        False,
    ]


def turned_away(at: datetime, number: str = NUMBER) -> Call:
    call = call_from(number)
    quiet = {"direction": "inbound", "outcome": "busy", "answered_at": None, "ring_seconds": 0.08}
    Call.objects.filter(pk=call.pk).update(**quiet, started_at=at)
    return Call.objects.get(pk=call.pk)


def were_blocked(*calls: Call) -> list[bool]:
    note_blocked(calls, User.objects.get(username="chief"))
    return [call.was_blocked for call in calls]


def test_what_the_list_says_today_changes_nothing_of_calls_that_were_turned_away(chief: User) -> None:
    line = block(number=NUMBER, key=NUMBER, by=chief)
    during = turned_away(timezone.now())
    unblock(line=line, by=chief)
    between = turned_away(timezone.now())
    assert were_blocked(during, between) == [True, False]
    block_again(line=line, by=chief)
    again = turned_away(timezone.now())
    assert were_blocked(during, between, again) == [True, False, True]
    block(number=NUMBER, key=NUMBER, by=chief, reason="Sells things", until=timezone.now() + HOUR)
    assert were_blocked(during, between, again) == [True, False, True]
    assert (BlockedNumber.objects.count(), BlockedNumber.objects.filter(reason="Sells things").count()) == (2, 1)


def test_a_block_that_ran_out_and_one_that_came_later_are_told_apart(chief: User) -> None:
    BlockedNumber.objects.create(number=NUMBER, key=NUMBER, blocked_at=AT, until=AT + HOUR)
    moments = [AT - HOUR, AT, AT + HOUR, AT + 2 * HOUR]
    assert were_blocked(*map(turned_away, moments)) == [False, True, False, False]
    block(number=NUMBER, key=NUMBER, by=chief)
    assert were_blocked(*map(turned_away, [*moments, timezone.now()])) == [False, True, False, False, True]


def test_a_beginning_that_was_blocked_counts_for_its_time_and_no_other_number_does(chief: User) -> None:
    BlockedNumber.objects.create(
        number="+85620", key="+85620", is_prefix=True, blocked_at=AT, removed_at=AT + HOUR, removed_by=chief
    )
    BlockedNumber.objects.create(number="+85621000000", key="+85621000000", blocked_at=AT)
    asked = [turned_away(AT), turned_away(AT + HOUR), turned_away(AT, "+85621000001"), turned_away(AT, "")]
    assert were_blocked(*asked) == [True, False, False, False]
