"""Many orders, calls, products and tasks at once, products, saved views, jobs and steps of the history over the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from callcard.api.sign_in import rate
from callcard.calls.models import CallTag
from callcard.customers.duplicates import FIND_DUPLICATES
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.jobs.models import Job
from callcard.sales.models import Order, OrderState, Product
from callcard.sales.services import record_order
from callcard.staff.models import User
from callcard.tasks.models import Task
from callcard.ui.models import SavedView
from tests.rooms.api.program import Program, told
from tests.rooms.api.test_calls_api import call_of
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


def order_of(user: User, name: str = "Boun") -> Order:
    return record_order(
        customer=create_customer(name=name, responsible=user), total=Decimal(5), currency="USD", responsible=user
    )


def test_many_orders_get_a_state_and_lose_it_again(mali: User, program: Program) -> None:
    first, done = OrderState.objects.create(name="New"), OrderState.objects.create(name="Done", position=1)
    mine, other = [order_of(mali, name) for name in "ab"], order_of(person("other"))
    said = {"orders": [*(one.pk for one in mine), other.pk], "action": "state", "value": done.pk}
    answers = [program.post("/orders/change", said, Idempotency_Key="k") for _ in "ab"]
    assert (told(answers[0])["changed"], told(answers[1])) == (2, told(answers[0]))
    assert set(Order.objects.values_list("pk", "state")) == {*((one.pk, done.pk) for one in mine), (other.pk, first.pk)}
    assert told(program.post("/orders/change/undo", {"batch": told(answers[0])["batch"]})) == {"undone": 2}
    assert set(Order.objects.values_list("state", flat=True)) == {first.pk}
    assert program.post("/orders/change", {**said, "value": 999}, Idempotency_Key="l").status_code == 422
    assert program.post("/orders/change", {**said, "value": first.pk}, Idempotency_Key="k").status_code == 422
    assert Program(mali, {"sales.see"}).post("/orders/change", said).status_code == 403


def test_many_calls_get_a_tag_and_lose_it_again(mali: User, program: Program) -> None:
    tag = CallTag.objects.create(name="Fair")
    mine, other = call_of(mali), call_of(person("other"), ago=2)
    said = {"calls": [mine.pk, other.pk], "action": "add_tag", "tag": tag.pk}
    assert told(program.post("/calls/change", said)) == {"changed": 1}
    assert ([*mine.tags.all()], [*other.tags.all()]) == ([tag], [])
    assert told(program.post("/calls/change", {**said, "action": "remove_tag"})) == {"changed": 1}
    assert program.post("/calls/change", {**said, "tag": 999}).status_code == 422
    assert Program(mali, {"calls.see"}).post("/calls/change", said).status_code == 403


def test_one_task_for_many_customers_with_one_undo(mali: User, program: Program) -> None:
    mine = [create_customer(name=name, responsible=mali) for name in "ab"]
    other = create_customer(name="Foreign", responsible=person("other"))
    said = {"customers": [*(one.pk for one in mine), other.pk], "title": "Call", "due_on": "2199-01-01"}
    answers = [program.post("/tasks/many", said, Idempotency_Key="k") for _ in "ab"]
    assert [(one.status_code, told(one)["changed"]) for one in answers] == [(201, 2)] * 2
    assert set(Task.objects.values_list("customer", "assignee")) == {(one.pk, mali.pk) for one in mine}
    assert told(program.post("/tasks/many/undo", {"batch": told(answers[0])["batch"]})) == {"undone": 2}
    assert not Task.objects.exists()
    assert Program(mali, {"tasks.see"}).post("/tasks/many", said).status_code == 403


def test_a_task_comes_again_by_the_clock_of_who_does_it(mali: User, program: Program) -> None:
    said = {"title": "Stock", "due_at": "2199-01-07T09:00:00Z", "repeat": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"}
    made = told(program.post("/tasks", said))
    assert made["repeat"].startswith("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=")
    changed = told(program.change(f"/tasks/{made['id']}", {"due_on": "2199-01-08"}))
    assert changed["repeat"] == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"
    assert program.post("/tasks", {"title": "x", "repeat": "FREQ=DAILY"}).status_code == 422
    assert program.post("/tasks", {**said, "repeat": "FREQ=NEVER"}).status_code == 422
    order = order_of(mali)
    about = told(program.post("/tasks", {"title": "x", "about_order": order.pk}))
    assert Task.objects.get(pk=about["id"]).about_id == order.pk
    assert program.post("/tasks", {"title": "x", "about_order": order_of(person("other"), "c").pk}).status_code == 422


def test_products_are_written_changed_and_taken_off_sale(mali: User) -> None:
    program = Program(person("chief", role="administrator"))
    said = {"name": "Chair", "code": "C1", "tax_percent": "10", "prices": [{"amount": "12.50", "currency": "USD"}]}
    made = told(program.post("/products", said))
    path = f"/products/{made['id']}"
    assert told(program.change(path, {"name": "Stool"}))["prices"] == [{"amount": "12.500", "currency": "USD"}]
    assert program.patch(path, {"name": "x"}).status_code == 428
    assert program.post("/products", said).status_code == 422, "the code is taken"
    assert program.post("/products", {"name": "x", "prices": [{"amount": "1", "currency": "QQQ"}]}).status_code == 422
    assert told(program.post(f"{path}/archive"))["archived_at"] is not None
    back = {"products": [made["id"]], "action": "restore"}
    assert [told(program.post("/products/change", back)) for _ in "ab"] == [{"changed": 1}, {"changed": 0}]
    assert Program(mali, {"goods.see"}).post("/products", {**said, "code": ""}).status_code == 403
    assert [(one.name, one.archived_at) for one in Product.objects.all()] == [("Stool", None)]


def test_views_are_saved_shared_and_removed(mali: User, program: Program) -> None:
    other = Program(person("other"))
    said = {"list": "customers", "name": "Pakse", "question": "?f.city=Pakse&sort=name"}
    made = told(program.post("/views", said))
    path = f"/views/{made['id']}"
    assert (made["question"], other.get(path).status_code) == ("f.city=Pakse&sort=name", 404)
    assert told(program.change(path, {"is_shared": True}))["is_shared"] is True
    assert [row["name"] for row in told(other.get("/views?list=customers"))["items"]] == ["Pakse"]
    assert other.ask("PATCH", path, {"name": "Mine"}, If_Match="*").status_code == 404
    assert told(other.post(f"{path}/default", {"is_default": True}))["is_default"] is True
    assert program.ask("DELETE", path).status_code == 204
    assert other.get(path).status_code == 404
    assert told(program.post(f"{path}/restore"))["name"] == "Pakse"
    assert Program(mali, {"calls.see"}).post("/views", said).status_code == 403
    assert SavedView.objects.get().name == "Pakse"


def test_a_text_with_a_sign_that_no_database_keeps_is_as_long_as_it_was_sent(mali: User) -> None:
    program = Program(mali, {"customers.see"})
    said = {"list": "customers", "question": "", "name": "\x00" + "x" * 80}
    assert program.post("/views", said).status_code == 422
    assert told(program.post("/views", said | {"name": "\x00" + "x" * 79}))["name"] == "\ufffd" + "x" * 79


def test_who_may_be_the_same_is_looked_for_as_background_work(mali: User, program: Program) -> None:
    job = told(program.post("/customers/duplicates/look"))
    assert (job["kind"], told(program.get(f"/jobs/{job['id']}"))["state"]) == (FIND_DUPLICATES, "waiting")
    assert Program(person("other")).get(f"/jobs/{job['id']}").status_code == 404
    assert told(program.post(f"/jobs/{job['id']}/cancel"))["state"] == "cancelled"
    assert program.post(f"/jobs/{job['id']}/cancel").status_code == 409
    assert told(program.post(f"/jobs/{job['id']}/retry"))["state"] == Job.State.WAITING
    assert told(program.get("/customers/duplicates"))["items"] == []
    assert program.post("/customers/duplicates/1/differ", {"differ": True}).status_code == 404


def test_a_merge_takes_what_is_chosen_of_each(mali: User, program: Program) -> None:
    kept = create_customer(name="Kept", responsible=mali, city="Pakse", numbers=["020 5555 6666"])
    gone = create_customer(name="Gone", responsible=mali, city="Vientiane", numbers=["020 5555 7777"])
    number = gone.phones.get()
    said = {"kept": kept.pk, "gone": [gone.pk], "values": {"name": gone.pk}, "without": {"phones": [number.pk]}}
    assert program.post("/customers/merge", {**said, "values": {"colour": 0}}).status_code == 422
    assert program.post("/customers/merge", {**said, "values": {"name": 999}}).status_code == 422
    customer = told(program.post("/customers/merge", said))["customer"]
    assert (customer["name"], customer["city"], len(customer["phones"])) == ("Gone", "Pakse", 1)


def test_a_step_of_the_history_is_taken_back(mali: User, program: Program) -> None:
    one = create_customer(name="Boun", responsible=mali, city="Pakse", by=mali)
    program.change(f"/customers/{one.pk}", {"city": "Vientiane"})
    step = told(program.get(f"/customers/{one.pk}/history"))["items"][0]["id"]
    path = f"/customers/{one.pk}/history/{step}/restore"
    assert Program(mali, {"customers.see"}).post(path).status_code == 403
    assert told(program.post(path))["city"] == "Pakse"
    assert Program(person("other", records="own")).post(path).status_code == 404
    assert Customer.objects.get().city == "Pakse"


def test_a_call_written_by_hand_is_put_right(mali: User, program: Program) -> None:
    said = {"direction": "outbound", "outcome": "missed", "number": "020 1", "started_at": "2026-01-05T09:00:00Z"}
    pk = told(program.post("/calls", said))["id"]
    now = program.get(f"/calls/{pk}").headers["ETag"]
    path, better = f"/calls/{pk}/written", {**said, "outcome": "answered", "talk_seconds": 60}
    assert program.patch(path, better).status_code == 428
    assert told(program.patch(path, better, If_Match=now))["talk_seconds"] == 60
    seen = call_of(mali, ago=9)
    assert program.patch(f"/calls/{seen.pk}/written", better, If_Match="*").status_code == 404
