"""Everyone's own password."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rooms.staff.windows import PASSWORD, Window, person, words

pytestmark = pytest.mark.django_db

NEW = "wandering-otters-4"


def typed(old: str = PASSWORD, new: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": again}


@pytest.mark.parametrize("role", ["manager", "owner", "administrator"])
def test_it_is_changed_here_and_ends_the_other_sessions(role: str) -> None:
    user = person("mali", role=role)
    here, elsewhere = Window(user), Window(user)
    assert "Your password is changed." in words(here.post("/me/password", typed(), follow=True))
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert here.get("/").status_code == 200
    assert elsewhere.get("/")["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "wrong",
    [typed(old="wrong"), typed(new="mali", again="mali"), typed(again="another-fine-one-1"), typed(old=""), {}],
)
def test_it_stays_when_something_is_wrong(wrong: dict[str, str]) -> None:
    user = person("mali")
    response = Window(user).post("/me/password", wrong)
    user.refresh_from_db()
    assert (response.status_code, user.check_password(PASSWORD)) == (422, True)
    assert 'aria-invalid="true"' in words(response)
    assert NEW not in words(response)


def test_a_stranger_changes_nothing() -> None:
    user = person("mali")
    assert Client().post("/me/password", typed())["Location"].startswith("/sign-in")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(typed(), st.text(max_size=300))))
def test_no_typing_breaks_it(db: None, wrong: dict[str, str]) -> None:
    user = person("mali")
    response = Window(user).post("/me/password", {n: v.encode("utf-8", "replace").decode() for n, v in wrong.items()})
    assert response.status_code == 422
    user.delete()
