"""Who is at the other end of the softphone, by the number that it knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.customers.services import create_customer
from callcard.staff.models import Company, Extension, User
from tests.rooms.staff.windows import give

pytestmark = pytest.mark.django_db

MALI, NOI = "+8562055512345", "+8562055599999"


@pytest.fixture
def anna(client: Client) -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    user = User.objects.create_user("anna", first_name="Anna")
    Extension.objects.create(number="301", user=user)
    Extension.objects.create(number="302", user=User.objects.create_user("bounmy", first_name="Bounmy"))
    create_customer(name="Mali Souk", by=user, numbers=[MALI])
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user


def talk(user: User, number: str, direction: str = "inbound") -> Call:
    now = timezone.now()
    call = Call.objects.create(
        pbx="office", key=f"k{number}", direction=direction, started_at=now, answered_at=now, number=number, e164=number
    )
    Segment.objects.create(call=call, key=f"s{number}", role="called", user=user, answered_at=now)
    return call


def test_a_customer_and_a_colleague_are_named_and_numbers_are_grouped(client: Client, anna: User) -> None:
    for raw in (MALI, "020 5551 2345", "8562055512345"):
        assert client.get("/calls/who", {"number": raw}).json() == {
            "name": "Mali Souk",
            "number": "+856 20 55 512 345",
            "call": None,
        }
    assert client.get("/calls/who", {"number": "302"}).json() == {"name": "Bounmy", "number": "302", "call": None}
    assert client.get("/calls/who", {"number": ""}).json() == {"name": "", "number": "", "call": None}


def test_whom_one_may_not_see_is_not_named(client: Client, anna: User) -> None:
    chief = User.objects.create_user("chief", role=User.Role.ADMINISTRATOR)
    create_customer(name="Secret", by=chief, numbers=[NOI], responsible=chief)
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    assert client.get("/calls/who", {"number": NOI}).json()["name"] == ""


def test_of_several_calls_the_one_with_the_number_is_found_and_never_another_persons(
    client: Client, anna: User
) -> None:
    talk(User.objects.get(username="bounmy"), NOI)
    assert client.get("/calls/who", {"number": NOI, "only": ""}).json()["call"] is None
    first = talk(anna, MALI)
    talk(anna, "+8562055577777")
    assert client.get("/calls/who", {"number": "2055512345"}).json()["call"] == first.pk
    assert client.get("/calls/who", {"number": "302"}).json()["call"] is None


def test_a_call_that_a_colleague_handed_on_is_the_customers(client: Client, anna: User) -> None:
    call = talk(anna, MALI)
    answer = {"name": "Mali Souk", "number": "+856 20 55 512 345", "call": call.pk}
    assert client.get("/calls/who?number=302&only").json() == answer
    assert client.get("/calls/who?number=302").json() == {"name": "Bounmy", "number": "302", "call": None}
    Segment.objects.update(ended_at=timezone.now())
    assert client.get("/calls/who?number=302&only").json()["name"] == "Bounmy"


def test_a_call_between_colleagues_stays_theirs(client: Client, anna: User) -> None:
    call = talk(anna, "", "internal")
    assert client.get("/calls/who?number=302&only").json() == {"name": "Bounmy", "number": "302", "call": call.pk}


def test_what_was_never_closed_is_no_call_of_today(client: Client, anna: User) -> None:
    talk(anna, MALI)
    Segment.objects.update(began_at=timezone.now() - timedelta(hours=13))
    assert client.get("/calls/who", {"number": MALI, "only": ""}).json()["call"] is None
