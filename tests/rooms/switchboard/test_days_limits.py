"""What counts as a call of the day: what was dialled, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.staff.models import Company, Extension, User
from callcard.switchboard.dial_rules import Rules
from callcard.switchboard.dial_settings import set_rules
from callcard.switchboard.dialling import How, dial, usage_today
from callcard.switchboard.models import DialRequest, Pbx
from callcard.switchboard.refusals import NotDialled
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db

NUMBER = "+8562055512345"
NOT_MADE = "/calls/placed/press-0001/not-made"


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = User.objects.create_user("anna", first_name="Anna")
    Extension.objects.create(number="301", user=user)
    set_rules(role=User.Role.MANAGER, rules=Rules(calls_a_day=1), by=User.objects.create_user("chief"))
    return user


@pytest.fixture
def page(client: Client, anna: User) -> Client:
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    return client


def calls_today(user: User) -> int:
    return usage_today(user).calls


def logged(user: User) -> None:
    """The telephone system told of a call by this user to the number."""
    now = timezone.now()
    call = Call.objects.create(pbx="office", key="k", direction="outbound", started_at=now, e164=NUMBER, number=NUMBER)
    Segment.objects.create(call=call, key="k.1", role="caller", extension="301", user=user)


@pytest.mark.parametrize(
    ("reason", "calls"),
    [("busy", 0), ("not_registered", 0), ("no_link", 0), ("not_allowed", 0), ("no_answer", 0), ("failed", 1)],
)
def test_what_the_own_phone_never_dialled_is_no_call_of_the_day(
    pbx: FakePbx, anna: User, reason: str, calls: int
) -> None:
    pbx.refusal = reason
    with pytest.raises(NotDialled):
        dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert calls_today(anna) == calls


def test_what_may_have_been_dialled_counts(pbx: FakePbx, anna: User) -> None:
    pbx.refusal = "unknown"
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert calls_today(anna) == 1


def test_a_press_of_which_the_softphone_made_nothing_is_no_call_of_the_day(
    pbx: FakePbx, anna: User, page: Client
) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001", how=How.SOFT)
    with pytest.raises(NotDialled, match=r"The limit is 1\."):
        dial(user=anna, raw=NUMBER, command_id="press-0002", how=How.SOFT)
    assert page.post(NOT_MADE).status_code == 200
    assert calls_today(anna) == 0
    with pytest.raises(NotDialled, match="Your softphone did not place the call"):
        dial(user=anna, raw=NUMBER, command_id="press-0001", how=How.SOFT)
    assert dial(user=anna, raw=NUMBER, command_id="press-0003", how=How.SOFT).problem == ""


def test_a_call_that_the_log_knows_stays_counted_whatever_the_page_says(pbx: FakePbx, anna: User, page: Client) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001", how=How.SOFT)
    logged(anna)
    assert page.post(NOT_MADE).status_code == 200
    assert (calls_today(anna), DialRequest.objects.get().problem) == (1, "")


def test_a_page_that_tells_too_late_changes_nothing(pbx: FakePbx, anna: User, page: Client) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001", how=How.SOFT)
    DialRequest.objects.update(requested_at=timezone.now() - timedelta(minutes=6))
    page.post(NOT_MADE)
    assert DialRequest.objects.get().problem == ""


def test_nobody_says_it_of_a_desk_phone_or_of_somebody_elses_press(
    pbx: FakePbx, anna: User, page: Client, client: Client
) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert page.post(NOT_MADE).status_code == 404
    DialRequest.objects.update(how=How.SOFT)
    client.force_login(User.objects.create_user("bounmy"), "django.contrib.auth.backends.ModelBackend")
    assert client.post(NOT_MADE).status_code == 404
    assert DialRequest.objects.get().problem == ""
