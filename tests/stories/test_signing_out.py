"""Whoever is shut out hears nothing more, from that moment on and not from the next look at the session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcard.live.door import CHECK_SESSION_SECONDS
from callcard.live.services import check_sessions
from callcard.staff.models import User
from callcard.staff.services import activate_person, deactivate_person, give_password
from tests.stories.product import Desk, Product

SOON_SECONDS = 5.0
assert SOON_SECONDS < CHECK_SESSION_SECONDS


@pytest.fixture
def chief(office_people: dict[str, User]) -> User:
    return User.objects.create_user("chief", role="administrator")


def test_who_is_deactivated_loses_the_stream_at_once(
    product: Product, office_people: dict[str, User], chief: User, desk: Callable[[str], Desk]
) -> None:
    shut_out, colleague = desk("anna"), desk("bounmy")
    gone, stays = shut_out.listen(), colleague.listen()
    assert [stream.next()[0] for stream in (gone, stays)] == ["hello", "hello"]
    deactivate_person(user=office_people["anna"], by=chief)
    assert gone.ends_within(SOON_SECONDS)
    assert gone.is_silent(0.1)
    assert shut_out.get("/desk/popups")[0] == 302
    assert shut_out.listen().response.status == 401
    activate_person(user=office_people["anna"])
    assert shut_out.listen().response.status == 401  # only a fresh sign-in opens the door again
    assert desk("anna").listen().next()[0] == "hello"
    assert not stays.ends_within(0.1)


def test_a_given_password_ends_the_streams_of_the_old_one(
    product: Product, office_people: dict[str, User], desk: Callable[[str], Desk]
) -> None:
    stream = desk("anna").listen()
    assert stream.next()[0] == "hello"
    give_password(user=office_people["anna"], password="wandering-otters-4")
    assert stream.ends_within(SOON_SECONDS)


def test_who_signs_out_in_one_tab_has_done_so_in_all(
    product: Product, office_people: dict[str, User], desk: Callable[[str], Desk]
) -> None:
    browser, elsewhere = desk("anna"), desk("anna")
    streams = [browser.listen(), elsewhere.listen()]
    assert [stream.next()[0] for stream in streams] == ["hello", "hello"]
    assert browser.post("/sign-out")[0] == 302
    assert streams[0].ends_within(SOON_SECONDS)
    assert not streams[1].ends_within(0.1)


def test_a_look_at_the_session_that_finds_it_good_is_not_heard(
    product: Product, office_people: dict[str, User], desk: Callable[[str], Desk]
) -> None:
    stream = desk("anna").listen()
    assert stream.next()[0] == "hello"
    check_sessions(user_id=office_people["anna"].pk)
    assert stream.is_silent(2.5)
    assert not stream.ends_within(0.1)
