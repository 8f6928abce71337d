"""Many customers at once, merging, history, calls that are brought back and later reminders, over the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from callcard.api.sign_in import rate
from callcard.calls.models import Call
from callcard.customers.models import Customer, Tag
from callcard.customers.services import create_customer
from callcard.staff.models import User
from callcard.tasks.models import Reminder
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


def test_many_get_a_tag_and_lose_it_again(mali: User, program: Program) -> None:
    tag, mine = Tag.objects.create(name="Fair"), [create_customer(name=name, responsible=mali) for name in "ab"]
    other = create_customer(name="Foreign", responsible=person("other"))
    said = {"customers": [*(one.pk for one in mine), other.pk], "action": "add_tag", "value": str(tag.pk)}
    answers = [program.post("/customers/change", said, Idempotency_Key="k") for _ in "ab"]
    assert (told(answers[0])["changed"], told(answers[1])) == (2, told(answers[0]))
    assert [list(one.tags.all()) for one in (*mine, other)] == [[tag], [tag], []]
    assert told(program.post("/customers/change/undo", {"batch": told(answers[0])["batch"]})) == {"undone": 2}
    assert [list(one.tags.all()) for one in mine] == [[], []]
    assert program.post("/customers/change", {**said, "value": "999"}).status_code == 422


def test_each_action_wants_its_right(mali: User) -> None:
    one = create_customer(name="Boun", responsible=mali)
    archive = {"customers": [one.pk], "action": "archive"}
    assert Program(mali, {"customers.see", "customers.change"}).post("/customers/change", archive).status_code == 403
    city = {"customers": [one.pk], "action": "city", "value": "Pakse"}
    assert Program(mali, {"customers.see", "customers.delete"}).post("/customers/change", city).status_code == 403
    fresh = Customer.objects.get()
    assert (fresh.archived_at, fresh.city) == (None, "")


def test_customers_become_one_and_two_again(mali: User, program: Program) -> None:
    kept, gone = (
        create_customer(name=name, responsible=mali, numbers=[f"020 5555 666{n}"]) for n, name in enumerate("ab")
    )
    other = create_customer(name="Foreign", responsible=person("other"))
    assert program.post("/customers/merge", {"kept": kept.pk, "gone": [other.pk]}).status_code == 422
    merged = told(program.post("/customers/merge", {"kept": kept.pk, "gone": [gone.pk]}))
    assert (merged["customer"]["id"], len(merged["customer"]["phones"])) == (kept.pk, 2)
    assert Customer.objects.get(pk=gone.pk).archived_at is not None
    steps = told(program.get(f"/customers/{kept.pk}/history"))["items"]
    assert merged["id"] in [step["merge"] for step in steps]
    assert len(told(program.post(f"/customers/merges/{merged['id']}/undo"))["phones"]) == 1
    assert Customer.objects.get(pk=gone.pk).archived_at is None
    assert program.post(f"/customers/merges/{merged['id']}/undo").status_code == 409
    assert Program(mali, {"customers.see"}).post("/customers/merge", {"kept": 1, "gone": [2]}).status_code == 403


def test_the_history_says_who_changed_what(mali: User, program: Program) -> None:
    one = create_customer(name="Boun", responsible=mali, by=mali)
    program.change(f"/customers/{one.pk}", {"city": "Pakse"})
    newest = told(program.get(f"/customers/{one.pk}/history"))["items"][0]
    assert (newest["by"]["name"], newest["about"], newest["lines"][0]["now"]) == ("mali", "customer", "Pakse")
    after = told(program.get(f"/customers/{one.pk}/history?after={newest['id']}"))
    assert newest["id"] not in [step["id"] for step in after["items"]]
    other = create_customer(name="Foreign", responsible=person("other"))
    assert program.get(f"/customers/{other.pk}/history").status_code == 404


def test_a_removed_call_comes_back_under_its_id(mali: User, program: Program) -> None:
    one = create_customer(name="Boun", responsible=mali)
    said = {"direction": "outbound", "outcome": "answered", "customer": one.pk, "started_at": "2026-01-05T09:00:00Z"}
    pk = told(program.post("/calls", said))["id"]
    assert program.post(f"/calls/{pk}/remove").status_code == 204
    assert told(program.post(f"/calls/{pk}/restore"))["id"] == pk
    assert program.post(f"/calls/{pk}/restore").status_code == 409
    assert Program(person("other")).post(f"/calls/{pk}/restore").status_code == 404
    assert Call.objects.count() == 1


def test_a_reminder_comes_later(mali: User, program: Program) -> None:
    task = add_task(title="Call back", assignee=mali, by=mali)
    until = "2199-01-01T09:00:00.000Z"
    assert program.post(f"/tasks/{task.pk}/snooze", {"until": until}).status_code == 204
    assert Reminder.objects.get(task=task).at > timezone.now()
    assert program.post(f"/tasks/{task.pk}/snooze", {"until": "2020-01-01T09:00:00Z"}).status_code == 422
    assert Program(mali, {"tasks.see"}).post(f"/tasks/{task.pk}/snooze", {"until": until}).status_code == 403
