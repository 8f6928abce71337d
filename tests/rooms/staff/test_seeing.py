"""Seeing as somebody else: everything that they see, nothing that is changed, and a word of it in the history."""

from __future__ import annotations

import pytest

from callcard.customers.services import create_customer
from callcard.staff.models import Change, User
from callcard.staff.roles.giving import ready_role
from tests.rooms.staff.windows import Window, person, state, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Window:
    return Window(person("anna", first_name="Anna", role="administrator"))


@pytest.fixture
def noy() -> User:
    return person("noy", first_name="Noy", records="own")


def seen(window: Window, url: str) -> int:
    return int(window.get(url).status_code)


def test_one_sees_what_the_other_does_until_one_ends_it(anna: Window, noy: User) -> None:
    create_customer(name="Noys Shop", responsible=noy)
    create_customer(name="Others Shop", responsible=anna.user)
    assert anna.post(f"/settings/people/{noy.pk}/see-as")["Location"] == "/"
    text = anna.text("/customers/")
    assert ("Noys Shop" in text, "Others Shop" in text) == (True, False)
    assert [seen(anna, url) for url in ("/settings/roles", "/settings/people")] == [403, 403]
    page = words(anna.get("/", headers={"X-Callcard-Window": ""}))
    assert "You see what Noy sees." in page
    assert "<live-line" not in page
    assert anna.post("/me/see-as/end")["Location"] == "/"
    assert "Others Shop" in anna.text("/customers/")
    assert "You see what" not in words(anna.get("/", headers={"X-Callcard-Window": ""}))


def test_nothing_is_changed_and_what_is_private_stays_so(anna: Window, noy: User) -> None:
    customer = create_customer(name="Noys Shop", responsible=noy)
    anna.post(f"/settings/people/{noy.pk}/see-as")
    before = state()
    for url in (f"/customers/{customer.pk}/archive", "/me/password", "/me/preferences", "/tasks/quick"):
        assert anna.post(url, {"entry": "x", "theme": "x"}).status_code == 403
    for url in ("/me/password", "/me/devices", "/tasks/settings", "/me/calling"):
        assert seen(anna, url) == 403
    card = words(anna.get(f"/customers/{customer.pk}/"))
    assert ("<customer-card" in card, "data-presence" in card) == (True, False)  # they are not there in Noy's name
    customer.refresh_from_db()
    assert (state(), customer.archived_at) == (before, None)


def test_the_history_knows_when_it_began_and_ended(anna: Window, noy: User) -> None:
    anna.post(f"/settings/people/{noy.pk}/see-as")
    anna.get("/customers/")
    anna.post("/me/see-as/end")
    told = Change.objects.filter(about="see-as", object_id=noy.pk).order_by("pk")
    assert list(told.values_list("by", "action", "before", "after")) == [
        (anna.user.pk, "created", {}, {"name": "Noy"}),
        (anna.user.pk, "removed", {"name": "Noy"}, {}),
    ]


def test_it_ends_with_the_right_to_it_and_with_the_others_access(anna: Window, noy: User) -> None:
    anna.post(f"/settings/people/{noy.pk}/see-as")
    User.objects.filter(pk=noy.pk).update(is_active=False)
    assert seen(anna, "/settings/roles") == 200
    User.objects.filter(pk=noy.pk).update(is_active=True)
    assert seen(anna, "/settings/roles") == 200  # it does not begin again by itself
    anna.post(f"/settings/people/{noy.pk}/see-as")
    anna.user.take_roles([ready_role("owner")])
    owner_sees = anna.text("/customers/")
    assert "You see what" not in owner_sees
    assert seen(anna, "/tariffs/") == 200


def test_one_may_sign_out_of_it(anna: Window, noy: User) -> None:
    anna.post(f"/settings/people/{noy.pk}/see-as")
    assert anna.post("/sign-out").status_code == 302
    assert anna.get("/customers/")["Location"].startswith("/sign-in")


def test_nobody_else_begins_it_and_not_for_oneself_or_who_is_gone(anna: Window, noy: User) -> None:
    owner, gone = Window(person("owner", role="owner")), person("gone", is_active=False)
    assert owner.post(f"/settings/people/{noy.pk}/see-as").status_code == 403
    for pk in (anna.user.pk, gone.pk, 10**9):
        assert anna.post(f"/settings/people/{pk}/see-as").status_code == 404
    assert not Change.objects.filter(about="see-as").exists()
    assert anna.post("/me/see-as/end").status_code == 302
