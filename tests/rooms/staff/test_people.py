"""The administrator's windows about people: who comes, who goes, whose phone is whose."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.live.models import LiveEvent
from callcard.staff.models import Extension, Team, User
from callcard.staff.roles.giving import ready_role
from callcard.staff.roles.rules import Scope
from callcard.staff.services import NoLongerAdministrator, deactivate_person
from tests.rooms.staff.windows import PASSWORD, Window, person, state, words

pytestmark = pytest.mark.django_db

TYPED = {"username": "noy", "roles": ["manager", "own"]}


def as_sent(**changed: Any) -> dict[str, Any]:
    """What the form sends when somebody types this; `roles`: the kind and scope of one."""
    sent = TYPED | changed
    return sent | {"roles": [ready_role(*sent["roles"]).pk]}


@pytest.fixture
def anna() -> Window:
    return Window(person("anna", "303", first_name="Anna", last_name="Petrova", role="administrator"))


@pytest.fixture
def mali() -> User:
    return person("mali", "301", "304", first_name="Mali", team=Team.objects.create(name="Sales"))


def test_the_list_says_who_works_here_and_on_which_phones(anna: Window, mali: User) -> None:
    person("gone", is_active=False, first_name="Zed")
    response = anna.get("/settings/people")
    assert [user.username for user in response.context["people"]] == ["anna", "mali", "gone"]
    text = words(response)
    for word in ("Mali", "Sales", "301", "304", "Administrator", "never signed in", "Deactivated", "no phone"):
        assert word in text
    assert 'role="search"' not in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [("ИВАН", ["ivan"]), ("sales", ["mali"]), ("30", ["anna", "mali"]), ("petr anna", ["anna"]), ("nobody", [])],
)
def test_many_people_are_searched_by_name_team_and_extension(
    anna: Window, mali: User, asked: str, found: list[str]
) -> None:
    person("ivan", first_name="Иван")
    for index in range(12):
        person(f"x{index}")
    response = anna.get("/settings/people", {"q": asked})
    assert [user.username for user in response.context["people"]] == found
    assert ("Nobody is found" in words(response)) == (not found)
    assert 'role="search"' in anna.text("/settings/people")


def test_a_long_list_comes_in_pages(anna: Window) -> None:
    User.objects.bulk_create(User(username=f"u{index:03}") for index in range(120))
    pages = [anna.get("/settings/people", {"page": page}).context["people"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 21]
    assert len({user.pk for page in pages for user in page}) == 121


def test_somebody_is_added_with_a_password_that_is_shown_once(anna: Window) -> None:
    typed = as_sent(first_name="Noy", extensions="305; ٣٠٦ 305", team="sales")
    Team.objects.create(name="Sales")
    response = anna.post("/settings/people/new", typed)
    assert (response.status_code, response["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    user = User.objects.get(username="noy")
    shown = re.search(r'class="secret">([^<]+)<', words(response))
    assert shown is not None
    assert user.check_password(shown[1])
    assert len(shown[1]) == 19
    assert set(user.extensions.values_list("number", flat=True)) == {"305", "306"}
    assert (user.permissions.kinds, user.permissions.scope, user.team and user.team.name, Team.objects.count()) == (
        frozenset({"manager"}),
        Scope.OWN,
        "Sales",
        1,
    )
    assert shown[1] not in anna.text(f"/settings/people/{user.pk}") + anna.text("/settings/people")


def test_a_password_that_the_administrator_types_is_not_shown_and_must_be_good(anna: Window) -> None:
    before = state()
    refused = anna.post("/settings/people/new", as_sent(password="noy"))
    assert (refused.status_code, state()) == (422, before)
    assert "too short" in words(refused)
    response = anna.post("/settings/people/new", as_sent(password=PASSWORD))
    assert (response.status_code, PASSWORD in words(response)) == (200, False)
    assert User.objects.get(username="noy").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"username": ""}, "This field is required."),
        ({"username": "ANNA"}, "Somebody has this user name already."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"email": "mali@"}, "Enter a valid email address."),
        ({"extensions": "301, <b>"}, "“&lt;b&gt;” is not an extension."),
        ({"extensions": " ".join(map(str, range(100, 130)))}, "Nobody has so many phones."),
        ({"team": ""}, "Without a team there are no team&#x27;s records."),
        ({"extensions": "303"}, "Take 303 from Anna Petrova"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_written(
    anna: Window, changed: dict[str, str], said: str
) -> None:
    before = state()
    response = anna.post(
        "/settings/people/new",
        as_sent(**{"roles": ("manager", "team"), "team": "Sales"} | changed)
        if changed.get("roles") is None
        else as_sent() | changed,
    )
    text = words(response)
    assert (response.status_code, state()) == (422, before)
    assert said in text
    (name,) = changed
    field = re.search(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    described = re.search(r'aria-describedby="([^"]+)"', field[0])
    assert described is not None
    assert all(f'id="{each}"' in text for each in described[1].split())


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ("king", "king is not one of the available choices."),
        ("9" * 400, "Select a valid choice."),
        ("987654321", "Select a valid choice."),
        ([], "This field is required."),
    ],
)
def test_roles_that_are_none_are_refused(anna: Window, roles: object, said: str) -> None:
    before = state()
    response = anna.post("/settings/people/new", as_sent() | {"roles": roles})
    assert (response.status_code, state()) == (422, before)
    assert said in words(response)


def test_an_extension_moves_from_a_colleague_only_when_that_is_said(anna: Window, mali: User) -> None:
    noy = person("noy")
    before = state()
    typed = as_sent(extensions="301, 304, 309")
    refused = anna.post(f"/settings/people/{noy.pk}", typed | {"moved": ["301"]})
    assert (refused.status_code, state()) == (422, before)
    assert 'value="301" checked' in words(refused)
    assert 'value="304">' in words(refused)
    anna.post(f"/settings/people/{noy.pk}", typed | {"moved": ["301", "304"]})
    assert set(noy.extensions.values_list("number", flat=True)) == {"301", "304", "309"}
    assert mali.extensions.count() == 0
    anna.post(f"/settings/people/{noy.pk}", as_sent(extensions="309"))
    assert set(Extension.objects.values_list("number", flat=True)) == {"303", "309"}


def test_a_colleague_is_changed(anna: Window, mali: User) -> None:
    url = f"/settings/people/{mali.pk}"
    assert 'value="301, 304"' in anna.text(url)
    typed = as_sent(username="mali2", first_name="Mali", roles=("owner", "all"), extensions="301")
    typed |= {"email": "mali@example.com"}
    assert anna.post(url, typed)["Location"] == "/settings/people"
    mali.refresh_from_db()
    assert (mali.username, mali.permissions.kinds, mali.team) == ("mali2", frozenset({"owner"}), None)
    assert mali.check_password(PASSWORD)
    assert mali.email == "mali@example.com"
    assert 'value="mali@example.com"' in anna.text(url)


def test_an_administrator_keeps_their_own_role_and_access(anna: Window) -> None:
    person("another", role="administrator")
    before = state()
    url = f"/settings/people/{anna.user.pk}"
    refused = anna.post(url, as_sent(username="anna", roles=("manager", "all")))
    assert refused.status_code == 422
    assert "You cannot do this to yourself." in words(refused)
    assert "You cannot do this to yourself." in words(anna.post(f"{url}/deactivate", follow=True))
    assert anna.get(f"{url}/password")["Location"] == "/me/password"
    assert anna.post(f"{url}/password", {"password": "another-fine-one-1"})["Location"] == "/me/password"
    assert state() == before


def test_who_is_deactivated_is_signed_out_at_once_and_may_come_back(anna: Window, mali: User) -> None:
    desk = Window(mali)
    assert desk.get("/").status_code == 200
    response = anna.post(f"/settings/people/{mali.pk}/deactivate", follow=True)
    assert "Mali is signed out and cannot sign in." in words(response)
    assert desk.get("/")["Location"].startswith("/sign-in")
    assert LiveEvent.objects.values_list("user_id", "kind").get() == (mali.pk, "check-session")
    assert mali.extensions.count() == 2
    anna.post(f"/settings/people/{mali.pk}/activate")
    mali.refresh_from_db()
    assert (mali.is_active, mali.check_password(PASSWORD)) == (True, True)
    assert desk.get("/")["Location"].startswith("/sign-in")  # the old session is over for good
    assert Window(mali).get("/").status_code == 200


def test_a_new_password_ends_the_sessions_of_the_old_one(anna: Window, mali: User) -> None:
    desk = Window(mali)
    url = f"/settings/people/{mali.pk}/password"
    assert anna.post(url, {"password": "mali"}).status_code == 422
    assert desk.get("/").status_code == 200
    shown = re.search(r'class="secret">([^<]+)<', words(anna.post(url, {"password": ""})))
    mali.refresh_from_db()
    assert shown is not None
    assert mali.check_password(shown[1])
    assert desk.get("/")["Location"].startswith("/sign-in")
    assert LiveEvent.objects.values_list("user_id", "kind").get() == (mali.pk, "check-session")


@pytest.mark.parametrize("role", ["manager", "owner"])
@pytest.mark.parametrize("page", ["", "/password", "/deactivate", "/activate"])
def test_others_change_nobody(anna: Window, mali: User, role: str, page: str) -> None:
    other = Window(person("other", role=role))
    before = state()
    response = other.post(f"/settings/people/{mali.pk}{page}", as_sent(password="another-fine-one-1"))
    assert (response.status_code, state()) == (403, before)


def test_names_are_shown_as_text(anna: Window) -> None:
    evil = "<script>alert(1)</script>"
    anna.post("/settings/people/new", as_sent(first_name=evil, team=evil, extensions="309"))
    noy = User.objects.get(username="noy")
    asked = anna.post("/settings/people/new", as_sent(username="x", extensions="309"))
    pages = ("/settings/people", f"/settings/people/{noy.pk}", f"/settings/people/{noy.pk}/password")
    for text in (*map(anna.text, pages), words(asked)):
        assert "alert(1)" in text
        assert "<script>alert" not in text


anything = st.one_of(st.text(max_size=60), st.sampled_from(["manager", "team", "all", "303", "Sales", "9" * 400]))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([*TYPED, "first_name", "last_name", "team", "extensions", "language", "password", "moved"]),
        anything,
    )
)
def test_whatever_is_typed_is_saved_or_answered_with_words(anna: Window, typed: dict[str, str]) -> None:
    before, people = state(), User.objects.count()
    typed = {name: value.encode("utf-8", "replace").decode() for name, value in ({"username": "noy"} | typed).items()}
    typed = as_sent() | typed
    response = anna.post("/settings/people/new", typed)
    if response.status_code == 422:
        assert state() == before
    else:
        assert (response.status_code, User.objects.count()) == (200, people + 1)
        User.objects.exclude(pk=anna.user.pk).delete()
        Extension.objects.exclude(number="303").delete()
        Extension.objects.filter(number="303").update(user=anna.user)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_shut_each_other_out_leave_one() -> None:
    one, other = person("one", role="administrator"), person("other", role="administrator")
    together = Barrier(2)

    def shut_out(user: User, by: User) -> bool:
        together.wait()
        try:
            deactivate_person(user=user, by=by)
        except NoLongerAdministrator:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(shut_out, (one, other), (other, one)))
    assert sorted(done) == [False, True]
    assert User.objects.who_may("staff.roles").count() == 1
