"""Which cards a page gets that is loaded now: those that the other tabs still have."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Notice, Segment
from callcard.calls.queries import open_notices
from callcard.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


def notice_of(user: User, state: str, *, left: float | None = None, ended: float | None = None) -> Notice:
    """`left`: seconds ago that the user's phone left the call; `ended`: that the call ended."""
    now = timezone.now()
    ended_at = None if ended is None else now - timedelta(seconds=ended)
    call = Call.objects.create(
        pbx="p", key=f"k{Call.objects.count()}", direction="inbound", started_at=now, ended_at=ended_at
    )
    left_at = None if left is None else now - timedelta(seconds=left)
    Segment.objects.create(call=call, key="s", role="called", extension="301", user=user, ended_at=left_at)
    return Notice.objects.create(call=call, user=user, state=state, rang_at=now - timedelta(seconds=60))


def shown(user: User) -> dict[int, int | None]:
    """Call id -> for how many seconds it is over."""
    return {
        each.call_id: round(each.over_for.total_seconds()) if each.over_for else None for each in open_notices(user)
    }


def test_what_has_just_ended_is_there_with_its_age_and_what_ended_before_is_not(anna: User) -> None:
    fresh = notice_of(anna, "over", left=12, ended=12)
    notice_of(anna, "over", left=31, ended=31)
    ringing = notice_of(anna, "ringing")
    assert shown(anna) == {fresh.call_id: 12, ringing.call_id: None}


def test_of_a_call_that_goes_on_elsewhere_counts_when_ones_own_phone_left_it(anna: User) -> None:
    handed_on = notice_of(anna, "over", left=5)
    notice_of(anna, "over", left=600)
    taken = notice_of(anna, "elsewhere", left=3)
    notice_of(anna, "elsewhere", left=600)
    left_long_ago = notice_of(anna, "over", left=600, ended=1)
    assert shown(anna) == {handed_on.call_id: 5, taken.call_id: 3}
    assert left_long_ago.call_id not in shown(anna)


def test_what_was_closed_stays_closed_and_a_colleagues_is_not_ones_own(anna: User) -> None:
    closed = notice_of(anna, "over", left=2, ended=2)
    Notice.objects.filter(pk=closed.pk).update(closed_at=timezone.now())
    notice_of(User.objects.create_user("bounmy"), "over", left=2, ended=2)
    assert shown(anna) == {}


def test_a_page_that_is_loaded_now_is_told_for_how_long_it_is_over(anna: User) -> None:
    notice_of(anna, "over", left=12, ended=12)
    notice_of(anna, "ringing")
    client = Client()
    client.force_login(anna)
    ringing, over = client.get("/desk/popups").json()["popups"]
    assert "over_for_ms" not in ringing
    assert 12_000 <= over["over_for_ms"] < 20_000
