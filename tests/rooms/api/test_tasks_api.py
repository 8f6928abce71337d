"""Tasks over the API."""

from __future__ import annotations

from typing import Any

import pytest

from callcard.api.sign_in import rate
from callcard.customers.services import create_customer
from callcard.staff.models import Change, User
from callcard.tasks.models import Task
from callcard.tasks.services import add_task
from tests.rooms.api.program import Program, told
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


def test_a_task_is_made_changed_done_and_taken_up_again(mali: User, program: Program) -> None:
    customer = create_customer(name="Boun", responsible=mali)
    said = {"title": "Call back", "customer": customer.pk, "due_at": "2026-12-31T09:00:00+07:00", "priority": "high"}
    answers = [program.post("/tasks", said, Idempotency_Key="a") for _ in "ab"]
    data = told(answers[0])
    assert ([answer.status_code for answer in answers], Task.objects.count()) == ([201, 201], 1)
    assert (data["due_at"], data["priority"], data["assignee"]["name"]) == ("2026-12-31T02:00:00.000Z", "high", "mali")
    path = f"/tasks/{data['id']}"
    assert program.patch(path, {"title": "x"}).status_code == 428
    changed = told(program.change(path, {"due_on": "2026-12-30"}))
    assert (changed["due_on"], changed["title"], changed["priority"]) == ("2026-12-30", "Call back", "high")
    assert [one["id"] for one in told(program.get(f"/tasks?customer={customer.pk}"))["items"]] == [data["id"]]
    assert told(program.post(f"{path}/done"))["done_by"]["name"] == "mali"
    assert told(program.get("/tasks"))["items"] == []
    assert len(told(program.get("/tasks?state=closed"))["items"]) == 1
    assert told(program.post(f"{path}/reopen"))["done_at"] is None
    assert told(program.post(f"{path}/cancel"))["is_cancelled"] is True
    Task.objects.update(priority=0)  # by somebody's own SQL
    assert told(program.get(path))["priority"] == "normal"


def test_tasks_of_others_do_not_exist(program: Program) -> None:
    keo = person("keo")
    task = add_task(title="Secret", assignee=keo, by=keo)
    before, steps = Task.objects.values().get(), Change.objects.filter(about="task").count()
    path = f"/tasks/{task.pk}"
    answers = [program.get(path), program.patch(path, {"title": "x"}, If_Match="*")]
    answers += [program.post(f"{path}/{what}") for what in ("done", "reopen", "cancel")]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert told(program.get("/tasks?state=all"))["items"] == []
    assert (Task.objects.values().get(), Change.objects.filter(about="task").count()) == (before, steps)


def test_a_task_about_a_foreign_customer_does_not_name_them(mali: User, program: Program) -> None:
    keo = person("keo")
    task = add_task(title="Help", assignee=mali, customer=create_customer(name="Secret", responsible=keo), by=keo)
    assert told(program.get(f"/tasks/{task.pk}"))["customer"] is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"done_at": "2026-01-01T00:00:00Z"}, "done_at"),
        ({"assignee": 10**17}, "assignee"),
        ({"customer": 10**17}, "customer"),
        ({"due_at": "2026-01-01T00:00:00"}, "due_at"),
        ({"due_at": "2026-01-01T00:00:00Z", "due_on": "2026-01-01"}, "due_on"),
        ({"remind_minutes": 5}, "remind_minutes"),
        ({"repeat": "FREQ=SECONDLY"}, "repeat"),
    ],
)
def test_a_task_that_cannot_be_is_refused(program: Program, said: Any, field: str) -> None:
    answer = program.post("/tasks", {"title": "x", **said})
    assert (answer.status_code, [one["field"] for one in told(answer)["errors"]]) == (422, [field])
    assert not Task.objects.exists()
