"""What somebody who talks is told of whom they ask meanwhile, and whom they are offered to hand the call on to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.customers.services import create_customer
from callcard.staff.models import Company, Extension, User
from tests.rooms.staff.windows import give
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOLDS = [["2026-11-22T01:00:00+00:00", True]]


def employee(name: str, *extensions: str) -> User:
    user = User.objects.create_user(name, first_name=name.title())
    Extension.objects.bulk_create(Extension(number=number, user=user) for number in extensions)
    return user


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    return employee("anna", "301", "304")


@pytest.fixture
def bounmy(anna: User) -> User:
    return employee("bounmy", "302", "305")


@pytest.fixture
def page(pbx: FakePbx, anna: User, client: Client) -> Client:
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    return client


def begun(key: str, user: User, *, role: str = "called", direction: str = "inbound", held: bool = False) -> Call:
    """A call in which the user's phone is."""
    now = timezone.now()
    legs = [{"leg": f"{key}.own", "holds": HOLDS}] if held else []
    call = Call.objects.create(
        pbx="office", key=key, direction=direction, started_at=now, answered_at=now, tracking={"legs": legs}
    )
    Segment.objects.create(call=call, key=f"{key}.own", role=role, extension="301", user=user, answered_at=now)
    return call


def called(call: Call, user: User | None, extension: str, *, after: timedelta, number: str = "") -> Segment:
    return Segment.objects.create(
        call=call,
        key=f"{call.key}.{extension}",
        role="called",
        extension=extension,
        number=number,
        user=user,
        rang_at=call.started_at + after,
    )


def pick_up(segment: Segment) -> None:
    Segment.objects.filter(pk=segment.pk).update(answered_at=timezone.now())


def asks(page: Client, call: Call) -> str:
    return str(page.get(f"/calls/{call.pk}/can").json()["asks"])


def test_who_is_asked_in_the_same_call_is_named(page: Client, anna: User, bounmy: User) -> None:
    call = begun("k", anna, held=True)
    asked = called(call, bounmy, "302", after=SECOND)
    assert asks(page, call) == "Calling Bounmy while the other side waits"
    pick_up(asked)
    assert asks(page, call) == "Talking with Bounmy while the other side waits"
    Segment.objects.filter(pk=asked.pk).update(ended_at=timezone.now())
    assert asks(page, call) == ""


def test_a_phone_that_rang_before_one_picked_up_is_asked_nothing(page: Client, anna: User, bounmy: User) -> None:
    call = begun("k", anna)
    called(call, bounmy, "302", after=-SECOND)
    assert asks(page, call) == ""


def test_who_is_asked_on_another_line_is_named_while_the_first_one_waits(
    page: Client, anna: User, bounmy: User
) -> None:
    waits, talks = begun("k", anna, held=True), begun("l", anna)
    second = begun("m", anna, role="caller", direction="internal")
    assert asks(page, waits) == ""
    asked = called(second, bounmy, "302", after=SECOND)
    assert (asks(page, waits), asks(page, talks)) == ("Calling Bounmy while the other side waits", "")
    pick_up(asked)
    assert asks(page, waits) == "Talking with Bounmy while the other side waits"
    Call.objects.filter(pk=second.pk).update(ended_at=timezone.now())
    assert asks(page, waits) == ""


def test_a_customer_whom_one_may_not_see_is_a_number(page: Client, anna: User, bounmy: User) -> None:
    create_customer(name="Secret", by=bounmy, numbers=["+8562055512345"], responsible=bounmy)
    call = begun("k", anna)
    called(call, None, "", after=SECOND, number="020 5551 2345")
    assert asks(page, call) == "Calling Secret while the other side waits"
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    assert asks(page, call) == "Calling +856 20 55 512 345 while the other side waits"


def offered(page: Client, call: Call | None = None, words: str = "") -> list[str]:
    asked = {"q": words} | ({"call": str(call.pk)} if call else {})
    return [each["to"] for each in page.get("/calls/colleagues", asked).json()["colleagues"]]


def test_nobody_is_offered_a_phone_of_their_own_or_of_somebody_in_the_call(
    page: Client, anna: User, bounmy: User
) -> None:
    employee("chan", "303")
    assert sorted(offered(page)) == ["302", "303", "305"]
    assert offered(page, words="304") == []
    call = begun("k", anna, role="caller", direction="internal")
    asked = called(call, bounmy, "302", after=SECOND)
    assert sorted(offered(page, call)) == ["302", "303", "305"]
    pick_up(asked)
    assert offered(page, call) == ["303"]


def test_who_talks_in_a_call_of_others_is_not_told(page: Client, bounmy: User) -> None:
    call = begun("k", bounmy)
    assert sorted(offered(page, call)) == ["302", "305"]
    assert page.get("/calls/colleagues", {"call": "9" * 30}).status_code == 200
    assert page.get(f"/calls/{call.pk}/can").status_code == 404
