"""Customers over the API: what their list, card and forms can do, and nothing of others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from callcard.api.sign_in import rate
from callcard.api.v1.customers import FILTERS
from callcard.customers.consent.models import Consent
from callcard.customers.list_columns import columns_for
from callcard.customers.models import Category, Customer, OwnField, Phone, Tag
from callcard.customers.services import add_phone, create_customer
from callcard.sales.models import Balance
from callcard.staff.models import Change, User
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


def _steps() -> int:
    return Change.objects.exclude(about="token").count()


def test_a_customer_is_told_whole(mali: User, program: Program) -> None:
    tag, category = Tag.objects.create(name="Wholesale"), Category.objects.create(name="Regular")
    customer = create_customer(
        name="Boun",
        by=mali,
        responsible=mali,
        category=category,
        tags=[tag],
        city="Vientiane",
        numbers=["020 5555 6666"],
    )
    Balance.objects.create(customer=customer, currency="LAK", owed="1500.500")
    answer = program.get(f"/customers/{customer.pk}")
    assert answer.headers["ETag"].startswith('"')
    data = told(answer)
    phone = data["phones"][0]
    assert (data["name"], data["city"], data["kind"]) == ("Boun", "Vientiane", "person")
    assert data["category"] == {"id": category.pk, "name": "Regular"}
    assert data["tags"] == [{"id": tag.pk, "name": "Wholesale"}]
    assert data["responsible"] == {"id": mali.pk, "name": "mali"}
    assert (phone["number"], phone["e164"], phone["is_preferred"]) == ("020 5555 6666", "+8562055556666", True)
    assert data["owed"] == [{"amount": "1500.500", "currency": "LAK"}]
    assert data["created_at"].endswith("Z")
    again = program.get(f"/customers/{customer.pk}", If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_who_may_not_see_sales_is_told_no_debts(mali: User) -> None:
    customer = create_customer(name="Boun", responsible=mali)
    Balance.objects.create(customer=customer, currency="LAK", owed=1)
    assert told(Program(mali, ["customers.see"]).get(f"/customers/{customer.pk}"))["owed"] is None


def test_a_customer_is_made_with_everything_and_once(mali: User, program: Program) -> None:
    OwnField.objects.create(key="size", name="Size", kind="number")
    said = {
        "name": " Boun Ltd ",
        "kind": "company",
        "birthday": "1990-02-28",
        "own_fields": {"size": "12"},
        "persons": [{"name": "Noy", "role": "Director"}],
        "phones": [{"number": "020 5555 6666", "person": "Noy", "do_not_call": True}],
        "contacts": [{"kind": "email", "value": "noy@example.com", "person": "noy"}],
        "addresses": [{"city": "Pakse", "label": "Store"}],
    }
    answer = program.post("/customers", said, Idempotency_Key="order-1")
    data = told(answer)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/customers/{data['id']}"
    assert (data["name"], data["own_fields"], data["responsible"]["id"]) == ("Boun Ltd", {"size": "12"}, mali.pk)
    assert (data["phones"][0]["person"], data["phones"][0]["do_not_call"]) == ("Noy", True)
    assert data["contacts"][0]["person"] == "Noy"
    assert data["addresses"][0]["city"] == "Pakse"
    repeated = program.post("/customers", said, Idempotency_Key="order-1")
    assert (repeated.status_code, repeated.content) == (201, answer.content)
    assert repeated.headers["Idempotency-Replayed"] == "true"
    other = program.post("/customers", {"name": "Another"}, Idempotency_Key="order-1")
    assert (other.status_code, told(other)["type"]) == (422, "urn:callcard:problem:key-of-another-request")
    assert Customer.objects.count() == 1
    step = Change.objects.filter(about="customer", customer_id=data["id"]).earliest("pk")
    assert (step.action, step.by) == ("created", mali)


def test_a_refusal_is_not_kept_with_its_key(program: Program) -> None:
    for bad in ("", "a b", "k" * 65):
        assert program.post("/customers", {"name": "Boun"}, Idempotency_Key=bad).status_code == 400
    assert program.post("/customers", {"name": " "}, Idempotency_Key="k").status_code == 422
    assert program.post("/customers", {"name": "Boun"}, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "name"),
        ({"name": "x", "created_at": "2020-01-01T00:00:00Z"}, "created_at"),
        ({"name": "x", "archived_at": None}, "archived_at"),
        ({"name": "x", "category": 77}, "category"),
        ({"name": "x", "tags": [77]}, "tags"),
        ({"name": "x", "country": "Laos"}, "country"),
        ({"name": "x", "birthday": 0}, "birthday"),
        ({"name": "x", "own_fields": {"nothing": 1}}, "own_fields.nothing"),
        ({"name": "x", "phones": [{"number": "1", "e164": "+1"}]}, "phones.0.e164"),
        ({"name": 5}, "name"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(program: Program, said: Any, field: str) -> None:
    answer = program.post("/customers", said)
    assert answer.status_code == 422
    assert [one["field"] for one in told(answer)["errors"]] == [field]
    assert (Customer.objects.count(), _steps()) == (0, 0)


def test_nobody_gives_a_customer_to_whom_they_do_not_see(program: Program) -> None:
    answer = program.post("/customers", {"name": "x", "responsible": person("keo").pk})
    assert [one["field"] for one in told(answer)["errors"]] == ["responsible"]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"name": "\xff"}', b""])
def test_what_is_no_json_is_a_problem(program: Program, body: bytes) -> None:
    answer = program.post("/customers", body)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_change_needs_to_know_what_it_changes(mali: User, program: Program) -> None:
    customer = create_customer(name="Boun", responsible=mali, city="Pakse", note="old")
    path = f"/customers/{customer.pk}"
    tag = program.get(path).headers["ETag"]
    assert program.patch(path, {"city": "Vientiane"}).status_code == 428
    assert program.patch(path, {"city": "Vientiane"}, If_Match='"other"').status_code == 412
    assert (_now(customer).city, _now(customer).note) == ("Pakse", "old")
    changed = program.patch(path, {"city": "Vientiane"}, If_Match=tag)
    assert (changed.status_code, told(changed)["city"]) == (200, "Vientiane")
    assert program.patch(path, {"note": "new"}, If_Match=tag).status_code == 412
    assert program.patch(path, {"note": "new"}, If_Match=changed.headers["ETag"]).status_code == 200
    assert (_now(customer).city, _now(customer).note) == ("Vientiane", "new")


def _now(customer: Customer) -> Customer:
    return Customer.objects.get(pk=customer.pk)


def test_nothing_can_be_set_that_no_form_offers(mali: User, program: Program) -> None:
    customer = create_customer(name="Boun", responsible=mali)
    path = f"/customers/{customer.pk}"
    before, steps = Customer.objects.values().get(), _steps()
    hostile: list[dict[str, Any]] = [
        {"id": 5},
        {"search_name": "x"},
        {"portrait": "/etc/passwd"},
        {"owed": []},
        {"created_by": 1},
    ]
    for said in hostile:
        assert program.change(path, said).status_code == 422
    assert (Customer.objects.values().get(), _steps()) == (before, steps)


def test_customers_of_others_do_not_exist(program: Program) -> None:
    foreign = create_customer(name="Foreign", responsible=person("keo"), numbers=["020 5555 6666"])
    path, phone = f"/customers/{foreign.pk}", Phone.objects.get()
    before, steps = Customer.objects.values().get(), _steps()
    answers = [
        program.get(path),
        program.patch(path, {"name": "x"}, If_Match="*"),
        program.post(f"{path}/archive"),
        program.post(f"{path}/notes", {"text": "x"}),
        program.post(f"{path}/phones", {"number": "1234567"}),
        program.get(f"{path}/phones/{phone.pk}"),
        program.patch(f"{path}/phones/{phone.pk}", {"label": "x"}, If_Match="*"),
        program.ask("DELETE", f"{path}/phones/{phone.pk}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert told(program.get("/customers"))["items"] == []
    assert told(program.get("/customers?q=Foreign"))["items"] == []
    assert told(program.get("/customers/match?number=02055556666"))["customers"] == []
    assert (Customer.objects.values().get(), Phone.objects.get(), _steps()) == (before, phone, steps)


def test_a_row_of_another_customer_is_not_this_ones(mali: User, program: Program) -> None:
    one = create_customer(name="One", responsible=mali)
    phone = add_phone(customer=create_customer(name="Two", responsible=mali), raw="020 5555 6666")
    assert program.ask("DELETE", f"/customers/{one.pk}/phones/{phone.pk}").status_code == 404
    assert Phone.objects.get() == phone


def test_numbers_are_added_changed_and_removed(mali: User, program: Program) -> None:
    customer = create_customer(name="Boun", responsible=mali)
    path = f"/customers/{customer.pk}/phones"
    answer = program.post(path, {"number": "020 5555 6666", "label": "Mobile"})
    assert (answer.status_code, told(answer)["is_preferred"]) == (201, True)
    own = f"{path}/{told(answer)['id']}"
    assert told(program.post(path, {"number": "+856 20 5555 6666"}))["id"] == told(answer)["id"]
    assert told(program.change(own, {"do_not_call": True}))["label"] == "Mobile"
    assert told(program.change(own, {"number": "020 7777 8888"}))["e164"] == "+8562077778888"
    assert program.ask("DELETE", own).status_code == 204
    assert program.get(own).status_code == 404
    assert list(Change.objects.filter(about="phone").order_by("pk").values_list("action", flat=True)) == [
        *("created", "changed", "changed", "removed")
    ]


def test_a_customer_is_archived_and_comes_back(mali: User, program: Program) -> None:
    customer = create_customer(name="Boun", responsible=mali)
    assert told(program.post(f"/customers/{customer.pk}/archive"))["archived_at"] is not None
    assert told(program.get("/customers"))["items"] == []
    assert [one["name"] for one in told(program.get("/customers?f.archived=yes"))["items"]] == ["Boun"]
    assert told(program.post(f"/customers/{customer.pk}/restore"))["archived_at"] is None
    assert len(told(program.get("/customers"))["items"]) == 1


def test_a_list_is_read_page_by_page(mali: User, program: Program) -> None:
    for number in range(120):
        create_customer(name=f"Customer {number:03}", responsible=mali, city="Pakse" if number % 2 else "Vientiane")
    first = program.get("/customers?f.city=Pakse")
    pages, path = [told(first)], ""
    while pages[-1]["next"]:
        path = f"/customers?f.city=Pakse&after={pages[-1]['next']}"
        pages.append(told(program.get(path)))
    names = [one["name"] for page in pages for one in page["items"]]
    assert names == [f"Customer {number:03}" for number in range(1, 120, 2)]
    assert (len(pages), pages[0]["number"], pages[0]["is_exact"]) == (2, 60, True)
    assert first.headers["Link"].endswith('rel="next"')
    assert told(program.get("/customers?sort=-name"))["items"][0]["name"] == "Customer 119"


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=WzEsMV0",
        "f.nothing=1",
        "f.category=77",
        "f.birthday.from=soon",
        "sort=note",
        "size=5",
        "page=2",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(program: Program, query: str) -> None:
    answer = program.get(f"/customers?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert len(told(answer)["errors"]) == 1


def test_a_cursor_belongs_to_its_question(mali: User, program: Program) -> None:
    for number in range(60):
        create_customer(name=f"Customer {number:03}", responsible=mali)
    cursor = told(program.get("/customers"))["next"]
    assert program.get(f"/customers?after={cursor}").status_code == 200
    assert program.get(f"/customers?sort=-name&after={cursor}").status_code == 400


def test_a_number_is_matched_however_it_is_written(mali: User, program: Program) -> None:
    customer = create_customer(name="Boun", responsible=mali, numbers=["020 5555 6666"])
    data = told(program.get("/customers/match?number=%2B856+20+5555-6666"))
    assert data == {"kind": "exact", "e164": "+8562055556666", "customers": [{"id": customer.pk, "name": "Boun"}]}


def test_the_document_names_the_filters_that_the_list_has(mali: User) -> None:
    columns = {column.key: column.kind for column in columns_for(mali) if column.has_filter}
    assert columns == FILTERS


def test_fields_that_the_token_does_not_name_are_neither_told_nor_changed(mali: User) -> None:
    born: dict[str, Any] = {"birthday": date(1990, 2, 3), "note": "Secret note"}
    customer = create_customer(name="Boun", responsible=mali, numbers=["020 5555 6666"], address="Street 1", **born)
    rights = {"customers.see", "customers.add", "customers.change", "tasks.see", "phones.see"}
    program, path, phone = Program(mali, rights), f"/customers/{customer.pk}", Phone.objects.get()
    data = told(program.get(path))
    assert (data["birthday"], data["note"], data["address"], data["phones"][0]["e164"]) == (None, "", "", "")
    for where in (path, "/customers", f"{path}/phones/{phone.pk}"):
        text = program.get(where).content.decode()
        assert not any(secret in text for secret in ("5555 6666", "55556666", "Secret", "Street", "1990"))
    before = Customer.objects.values().get()
    for said in ({"note": "x"}, {"birthday": None}, {"address": "x"}, {"responsible": mali.pk}):
        assert program.change(path, said).status_code == 403
    assert program.change(f"{path}/phones/{phone.pk}", {"label": "x"}).status_code == 403
    assert program.ask("DELETE", f"{path}/phones/{phone.pk}").status_code == 403
    assert program.post(f"{path}/notes", {"text": "x"}).status_code == 403
    assert (Customer.objects.values().get(), Phone.objects.get()) == (before, phone)
    assert told(program.change(path, {"city": "Pakse"}))["city"] == "Pakse"
    assert Customer.objects.get().note == "Secret note"
    blind = Program(mali, ["customers.see"])
    assert (told(blind.get(path))["phones"], blind.get(f"{path}/phones/{phone.pk}").status_code) == ([], 404)
    assert blind.get("/customers/match?number=02055556666").status_code == 403


def test_an_answer_about_calls_is_told_noted_and_found(mali: User, program: Program) -> None:
    one = create_customer(name="Boun", responsible=mali)
    assert program.get(f"/customers/{one.pk}").json()["consents"] == []
    said = {"way": "calls", "answer": "refused", "said_on": "2026-01-05", "how": "by phone"}
    noted = program.post(f"/customers/{one.pk}/consents", said)
    assert (noted.status_code, noted.json()["consents"]) == (201, [said])
    found = program.get("/customers?f.calls_consent=refused").json()
    assert [row["id"] for row in found["items"]] == [one.pk]
    late = program.post(f"/customers/{one.pk}/consents", {**said, "said_on": "2199-01-01"})
    assert late.status_code == 422
    reads = Program(mali, {"customers.see"})
    assert reads.post(f"/customers/{one.pk}/consents", {**said, "answer": "given"}).status_code == 403
    assert Consent.objects.count() == 1
