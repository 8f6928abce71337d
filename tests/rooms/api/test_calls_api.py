"""The log over the API: read as its window shows it, said about as its form says it, and nothing of others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcard.api.sign_in import rate
from callcard.api.v1.calls import FILTERS
from callcard.calls.log_columns import columns_for
from callcard.calls.models import Call, CallResult, CallTag, Notice, Segment
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.staff.models import User
from callcard.tasks.models import Task
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


def call_of(user: User, customer: Customer | None = None, *, ago: int = 1, **columns: Any) -> Call:
    at = timezone.now() - timedelta(minutes=ago)
    columns = {"direction": "inbound", "outcome": "answered", "number": "+8562055556666", **columns}
    call = Call.objects.create(
        pbx="office", key=f"k{ago}-{user.pk}", started_at=at, ended_at=at, customer=customer, **columns
    )
    Segment.objects.create(call=call, key="s", role="called", user=user, extension="101", answered_at=at, ended_at=at)
    return call


def test_a_call_is_told_with_its_segments(mali: User, program: Program) -> None:
    call = call_of(
        mali, create_customer(name="Boun", responsible=mali), talk_seconds=12.5, cost="0.1200", cost_currency="USD"
    )
    data = told(program.get(f"/calls/{call.pk}"))
    assert data["customer"]["name"] == "Boun"
    assert (data["talk_seconds"], data["cost"]) == (12.5, {"amount": "0.1200", "currency": "USD"})
    assert [(one["role"], one["extension"], one["user"]["name"]) for one in data["segments"]] == [
        ("called", "101", "mali")
    ]
    assert data["started_at"].endswith("Z")
    assert [one["id"] for one in told(program.get("/calls"))["items"]] == [call.pk]


def test_whose_customer_it_was_is_veiled_where_it_is_veiled_in_the_log(mali: User, program: Program) -> None:
    call = call_of(mali, create_customer(name="Secret Ltd", responsible=person("keo")))
    answer = program.get(f"/calls/{call.pk}")
    assert (told(answer)["customer"], told(answer)["known_to"]) == (None, "keo")
    assert "Secret" not in answer.content.decode()
    assert "Secret" not in program.get("/calls").content.decode()
    refused = program.change(f"/calls/{call.pk}", {"customer": None})
    assert (refused.status_code, told(refused)["type"]) == (409, "urn:callcard:problem:customer-of-a-colleague")


def test_the_log_is_filtered_and_read_page_by_page(mali: User, program: Program) -> None:
    for ago in range(1, 71):
        call_of(mali, ago=ago, outcome="missed" if ago % 7 == 0 else "answered")
    first = told(program.get("/calls?f.outcome=answered"))
    second = told(program.get(f"/calls?f.outcome=answered&after={first['next']}"))
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 10, None)
    assert ids == list(Call.objects.filter(outcome="answered").order_by("-started_at").values_list("pk", flat=True))
    assert program.get("/calls?f.outcome=nice").status_code == 400


def test_calls_of_others_do_not_exist(mali: User, program: Program) -> None:
    foreign = call_of(person("keo"))
    before = Call.objects.values().get()
    answers = [
        program.get(f"/calls/{foreign.pk}"),
        program.patch(f"/calls/{foreign.pk}", {"note": "x"}, If_Match="*"),
        program.post(f"/calls/{foreign.pk}/remove"),
        program.get(f"/calls/{foreign.pk}/recordings"),
        program.get(f"/calls/{foreign.pk}/can"),
        program.post(f"/calls/{foreign.pk}/do/hangup", Idempotency_Key="a-press-1"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert Call.objects.values().get() == before
    Notice.objects.create(call=foreign, user=mali, rang_at=timezone.now())
    assert program.get(f"/calls/{foreign.pk}").status_code == 200
    assert told(program.get(f"/calls/{foreign.pk}/can")) == {"can": [], "is_held": False}  # over, but seen


def test_what_came_of_a_call_is_said(mali: User, program: Program) -> None:
    CallResult.objects.create(name="Ordered")
    tag, call = CallTag.objects.create(name="Price"), call_of(mali)
    tomorrow = timezone.now() + timedelta(days=1)
    said = {"note": "Wants two", "result": "Ordered", "tags": [tag.pk], "next_contact": tomorrow.isoformat()}
    data = told(program.change(f"/calls/{call.pk}", said))
    assert (data["note"], data["result"], [one["name"] for one in data["tags"]]) == ("Wants two", "Ordered", ["Price"])
    task = Task.objects.get()
    assert (task.assignee, task.due_at, task.about_id) == (mali, tomorrow, call.pk)
    assert told(program.change(f"/calls/{call.pk}", {"note": "Wants three"}))["result"] == "Ordered"
    assert Task.objects.get().done_at is None
    refused = program.change(f"/calls/{call.pk}", {"result": "Dreamt"})
    assert (refused.status_code, Call.objects.get().result) == (422, "Ordered")
    assert program.patch(f"/calls/{call.pk}", {"note": "x"}).status_code == 428


@pytest.mark.parametrize("name", ["outcome", "talk_seconds", "number", "origin", "cost"])
def test_what_the_telephone_system_told_cannot_be_changed(mali: User, program: Program, name: str) -> None:
    call = call_of(mali)
    before = Call.objects.values().get()
    assert program.change(f"/calls/{call.pk}", {name: "x"}).status_code == 422
    assert Call.objects.values().get() == before


def test_a_call_is_written_down_by_hand_and_removed(mali: User, program: Program) -> None:
    create_customer(name="Boun", responsible=mali, numbers=["020 5555 6666"])
    said = {
        "direction": "outbound",
        "outcome": "answered",
        "number": "020 5555 6666",
        "started_at": "2026-01-02T09:00:00+07:00",
        "talk_seconds": 90,
        "note": "On the way",
    }
    answer = program.post("/calls", said)
    data = told(answer)
    assert (answer.status_code, data["origin"], data["talk_seconds"]) == (201, "hand", 90.0)
    assert (data["customer"]["name"], data["started_at"]) == ("Boun", "2026-01-02T02:00:00.000Z")
    assert program.post(f"/calls/{data['id']}/remove").status_code == 204
    assert not Call.objects.exists()
    live = call_of(mali)
    assert program.post(f"/calls/{live.pk}/remove").status_code == 404


@pytest.mark.parametrize(
    "said",
    [{"started_at": "2026-01-02T09:00:00"}, {"started_at": "2199-01-02T09:00:00Z"}, {"number": "  "}, {"customer": 9}],
)
def test_a_call_that_cannot_have_been_is_not_written_down(program: Program, said: dict[str, Any]) -> None:
    whole = {"direction": "inbound", "outcome": "missed", "number": "1234567", "started_at": "2026-01-02T09:00:00Z"}
    answer = program.post("/calls", {**whole, **said})
    assert (answer.status_code, [one["field"] for one in told(answer)["errors"]]) == (422, list(said))
    assert not Call.objects.exists()


def test_the_document_names_the_filters_that_the_log_has(mali: User) -> None:
    assert {column.key: column.kind for column in columns_for(mali) if column.has_filter} == FILTERS


def test_a_page_asks_as_much_of_the_database_for_many_calls_as_for_one(mali: User, program: Program) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = told(program.get("/calls"))
        assert all(row["segments"][0]["extension"] == "101" for row in page["items"])
        return len(queries)

    customer = create_customer(name="Boun", responsible=mali)
    call_of(mali, customer)
    asked()
    of_one = asked()
    for ago in range(2, 9):
        call_of(mali, customer, ago=ago)
    assert asked() <= of_one
