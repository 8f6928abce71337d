"""Missed callers over the API."""

from __future__ import annotations

import pytest

from callcard.api.sign_in import rate
from callcard.calls.missed.following import follow
from callcard.calls.missed.models import MissedCaller
from callcard.customers.services import create_customer
from callcard.staff.models import User
from callcard.staff.roles.models import Role
from tests.rooms.api.program import Program, told
from tests.rooms.calls.missed_calls import heard
from tests.rooms.staff.windows import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    rate.forget()


@pytest.fixture
def mali() -> User:
    return person("mali", records="own")


@pytest.fixture
def program(mali: User) -> Program:
    return Program(mali)


def missed(name: str, responsible: User) -> int:
    heard(10, customer=create_customer(name=name, responsible=responsible), e164=f"+85620555500{len(name):02}")
    follow()
    return MissedCaller.objects.get(customer__name=name).pk


def test_one_is_taken_left_closed_and_opened_again(mali: User, program: Program) -> None:
    pk = missed("Souk", mali)
    (row,) = told(program.get("/missed-callers"))["items"]
    assert (row["id"], row["customer"]["name"], row["state"], row["times"]) == (pk, "Souk", "open", 1)
    path = f"/missed-callers/{pk}"
    assert told(program.post(f"{path}/take"))["assignee"]["name"] == "mali"
    assert told(program.post(f"{path}/leave"))["taken_at"] is None
    assert program.post(f"{path}/leave").status_code == 409
    closed = told(program.post(f"{path}/close", {"state": "given_up", "reason": "Wrong number"}))
    assert (closed["state"], closed["reason"], closed["closed_by"]["name"]) == ("given_up", "Wrong number", "mali")
    assert told(program.get("/missed-callers"))["items"] == []
    assert [one["id"] for one in told(program.get("/missed-callers?state=closed&who=all"))["items"]] == [pk]
    assert told(program.post(f"{path}/reopen"))["state"] == "open"
    assert program.post(f"{path}/reopen").status_code == 409


def test_somebody_elses_is_not_there(program: Program) -> None:
    pk = missed("Foreign", person("other"))
    assert told(program.get("/missed-callers?who=all"))["items"] == []
    asked = [program.get(f"/missed-callers/{pk}"), program.post(f"/missed-callers/{pk}/take")]
    assert [answer.status_code for answer in asked] == [404, 404]
    assert MissedCaller.objects.get(pk=pk).taken_at is None


def test_numbers_are_veiled_as_on_the_page(mali: User) -> None:
    sees = ["calls.see", "calls.change", "customers.see", "phones.see"]
    mali.take_roles([Role.objects.create(name="Veiled", rights=sees, scope="all")])
    pk = missed("Souk", mali)
    answer = program_of(mali).get(f"/missed-callers/{pk}")
    assert "0005550" not in answer.content.decode().replace(" ", "")
    assert "*" in told(answer)["number"]


def program_of(user: User) -> Program:
    return Program(User.objects.get(pk=user.pk))


def test_a_token_that_may_not_change_calls_takes_nothing(mali: User) -> None:
    pk = missed("Souk", mali)
    reads = Program(mali, {"calls.see", "customers.see"})
    assert reads.get(f"/missed-callers/{pk}").status_code == 200
    assert reads.post(f"/missed-callers/{pk}/take").status_code == 403
    assert reads.post(f"/missed-callers/{pk}/close", {"state": "reached"}).status_code == 403
    assert MissedCaller.objects.get(pk=pk).state == "open"
