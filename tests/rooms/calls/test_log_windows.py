"""The log's windows: what one may see, and what one may ask."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from callcard.calls.models import Call, Notice, Segment
from callcard.customers.services import create_customer
from callcard.desk.popup import popups
from callcard.staff.models import Extension, User
from tests.rooms.staff.windows import give


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", records=User.Records.OWN)


@pytest.fixture
def bounmy(db: None) -> User:
    return User.objects.create_user("bounmy", first_name="Bounmy", records=User.Records.OWN)


def call_of(user: User, key: str, **fields: object) -> Call:
    call = Call.objects.create(pbx="p", key=key, direction="inbound", started_at=timezone.now(), **fields)
    Segment.objects.create(call=call, key="s", role="called", extension="301", user=user)
    Notice.objects.create(call=call, user=user, rang_at=call.started_at)
    return call


def page(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_each_sees_the_calls_they_took_part_in(anna: User, bounmy: User) -> None:
    call_of(anna, "1", number="+8562011111111")
    call_of(bounmy, "2", number="+8562022222222")
    log = page(anna, "/calls/")
    assert "+8562011111111" in log
    assert "+8562022222222" not in log


def test_a_call_with_a_colleagues_customer_does_not_tell_who_it_is(anna: User, bounmy: User) -> None:
    customer = create_customer(name="Secret Customer", responsible=bounmy)
    call = call_of(anna, "1", number="+8562011111111", customer=customer, match="exact")
    for path in ("/calls/", "/calls/recent/"):
        html = page(anna, path)
        assert "Secret Customer" not in html
        assert f"/customers/{customer.pk}/" not in html
        assert "Known customer of Bounmy" in html
    call.refresh_from_db()
    assert call.customer == customer
    assert "Secret Customer" in page(bounmy, "/calls/")


def test_a_search_by_name_does_not_find_whom_one_may_not_see(anna: User, bounmy: User) -> None:
    hidden = create_customer(name="Secret Customer", responsible=bounmy)
    mine = create_customer(name="Second Customer", responsible=anna)
    call_of(anna, "1", number="+8562011111111", customer=hidden)
    call_of(anna, "2", number="+8562022222222", customer=mine)
    assert "+8562011111111" not in page(anna, "/calls/?q=Secret")
    assert "+8562022222222" in page(anna, "/calls/?q=Second")


class WhateverIsAsked(TestCase):
    @given(
        q=st.text(max_size=200),
        since=st.text(max_size=30),
        outcome=st.text(max_size=30),
        at=st.text(alphabet="0123456789-", max_size=30),
    )
    def test_no_filter_breaks_the_page(self, q: str, since: str, outcome: str, at: str) -> None:
        client = Client()
        client.force_login(User.objects.filter(username="fuzz").first() or User.objects.create_user("fuzz"))
        query = {"q": q, "since": since, "until": since, "outcome": outcome, "direction": outcome, "page": at}
        assert client.get("/calls/", query).status_code == 200


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("missed", "Missed"),
        ("cancelled", "Caller hung up"),
        ("busy", "Busy"),
        ("not_placed", "Not placed: own phone not answered"),
        ("unknown", "Perhaps missed: its end was not seen"),
    ],
)
def test_an_ending_has_the_same_words_in_every_window_and_on_the_card(anna: User, outcome: str, words: str) -> None:
    call = call_of(anna, "1", number="+8562011111111", outcome=outcome, is_complete=outcome != "unknown")
    call.segments.update(rang_at=call.started_at)
    Notice.objects.update(state="over")
    for path in ("/calls/", "/calls/recent/"):
        assert f"{words}</span>" in page(anna, path)
    assert f"<b>{words}</b>" in popups([(call.pk, anna.pk)])[(call.pk, anna.pk)].html


def test_a_call_that_rang_nobody_is_not_perhaps_missed(anna: User) -> None:
    call_of(anna, "1", outcome="unknown", is_complete=False)
    log = page(anna, "/calls/")
    assert "End not seen</span>" in log
    assert "Perhaps missed" not in log


def test_a_caller_without_any_number_is_said_to_have_none(anna: User) -> None:
    call = call_of(anna, "1")
    give(User.objects.filter(pk=anna.pk), User.Role.ADMINISTRATOR)
    for path in ("/calls/", "/calls/recent/"):
        assert "No number" in page(anna, path)
    assert ">no number</bdi>" in page(anna, "/settings/why")
    html = popups([(call.pk, anna.pk)])[(call.pk, anna.pk)].html
    assert ">No number</h2>" in html
    assert "The telephone system told no number." in html
    assert "Add this number" not in html


def test_an_internal_call_is_with_the_colleague_and_not_with_the_name_of_their_phone(anna: User, bounmy: User) -> None:
    Extension.objects.create(number="302", user=bounmy)
    call = call_of(anna, "1", number="302", shown_name="Phone 302", match="own")
    Call.objects.filter(pk=call.pk).update(direction="internal")
    for path in ("/calls/", "/calls/recent/"):
        html = page(anna, path)
        assert '<span dir="auto">Bounmy</span>' in html
        assert '<bdi class="number-shown" dir="ltr">302</bdi>' in html
        assert "Phone 302" not in html


def test_a_caller_from_outside_with_a_colleagues_number_is_no_colleague(anna: User, bounmy: User) -> None:
    Extension.objects.create(number="302", user=bounmy)
    call_of(anna, "1", number="302", shown_name="Somebody", match="none")
    for path in ("/calls/", "/calls/recent/"):
        html = page(anna, path)
        assert '<span class="visually-hidden">The network says: </span><i dir="auto">Somebody</i>' in html
        assert '<span dir="auto">Bounmy</span>' not in html


def test_a_number_too_long_to_be_one_is_cut_and_can_be_read_whole(anna: User) -> None:
    call_of(anna, "1", number="9" * 200, match="none")
    call_of(anna, "2", number="+8562055512345", e164="+8562055512345", match="none")
    for path in ("/calls/", "/calls/recent/"):
        html = page(anna, path)
        assert f'<bdi class="number-shown" dir="ltr" title="{"9" * 200}">' in html
        assert '<bdi class="number-shown" dir="ltr">+856 20 55 512 345</bdi>' in html
