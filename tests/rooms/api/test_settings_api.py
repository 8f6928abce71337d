"""What Settings, imports and exports do, over the API: lists, own fields, blocked numbers, costs, webhooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from callcard.api.sign_in import rate
from callcard.api.webhooks.models import Endpoint
from callcard.calls.tariffs.models import Budget, PriceList
from callcard.customers.models import Category, Customer, OwnField
from callcard.customers.services import create_customer
from callcard.staff.models import Change, Company, User
from callcard.tasks.feed import user_of_feed
from tests.rooms.api.program import Program, told
from tests.rooms.api.test_files_api import send
from tests.rooms.customers.transfer.conftest import do_job
from tests.rooms.staff.windows import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    rate.forget()
    Company.objects.create(name="Mekong", region="LA", currency="LAK")


@pytest.fixture
def chief() -> Program:
    return Program(person("chief", role="administrator"))


@pytest.fixture
def mali() -> User:
    return person("mali", records="own")


def test_entries_of_lists_are_added_changed_and_replaced(chief: Program, mali: User) -> None:
    path = "/lists/categories"
    one = told(chief.post(path, {"name": "Shop", "colour": "red"}))
    other = told(chief.post(path, {"name": "Office", "colour": "blue"}))
    create_customer(name="Boun", category=Category.objects.get(pk=one["id"]))
    assert chief.post(path, {"name": "shop", "colour": "red"}).status_code == 422, "there is one of this name"
    assert chief.post(path, {"name": "x", "colour": "red", "is_owed": True}).status_code == 422
    assert told(chief.change(f"{path}/{one['id']}", {"icon": "wallet"}))["icon"] == "wallet"
    assert chief.ask("DELETE", f"{path}/{one['id']}").status_code == 409, "in use"
    assert told(chief.post(f"{path}/{one['id']}/replace", {"instead": other["id"]})) == {"places": 1}
    assert told(chief.post(f"{path}/{other['id']}/archive"))["is_archived"] is True
    assert chief.post("/lists/nothing", {"name": "x"}).status_code == 404
    assert Program(mali).post(path, {"name": "x", "colour": "red"}).status_code == 403
    assert [(row.name, row.colour) for row in Category.objects.all()] == [("Office", "blue")]


def test_own_fields_are_added_and_keep_their_choices(chief: Program, mali: User) -> None:
    said = {"name": "Size", "kind": "choice", "choices": [{"name": "S"}, {"name": "L"}], "default": "S"}
    made = told(chief.post("/own-fields", said))
    path = f"/own-fields/{made['id']}"
    changed = told(chief.change(path, {"choices": [{"name": "Small", "value": "S"}, {"name": "L"}], "default": "L"}))
    assert [tuple(one.values()) for one in changed["choices"]] == [("S", "Small"), ("L", "L")]
    assert (changed["on_card"], changed["default"]) == (True, "L")
    assert chief.post("/own-fields", said).status_code == 422, "there is one of this name"
    assert told(chief.post(f"{path}/archive"))["is_archived"] is True
    assert told(Program(mali).get("/own-fields"))["items"] == []
    assert Program(mali).get(path).status_code == 403
    assert OwnField.objects.count() == 1


def test_numbers_are_blocked_and_let_through(chief: Program, mali: User) -> None:
    said = {"number": "020 5555 6666", "reason": "Sells", "until": "2199-01-01T09:00:00Z"}
    one = told(chief.post("/blocked-numbers", said))
    assert (one["until"], one["removed_at"]) == ("2199-01-01T09:00:00.000Z", None)
    assert chief.post("/blocked-numbers", {"number": "191"}).status_code == 422, "the police"
    assert told(chief.post(f"/blocked-numbers/{one['id']}/remove"))["removed_at"] is not None
    assert told(chief.get("/blocked-numbers"))["items"] == []
    assert Program(mali).post("/blocked-numbers", said).status_code == 403


def test_price_lists_and_budgets(chief: Program, mali: User) -> None:
    said = {"name": "Lines", "direction": "outbound", "currency": "LAK", "valid_from": "2026-01-01"}
    one = told(chief.post("/price-lists", said))
    path = f"/price-lists/{one['id']}"
    written = chief.post(f"{path}/rows", {"rows": "prefix,per_minute\n+856,500\n"})
    assert (written.status_code, told(written)["rows"]) == (200, 1)
    assert chief.post(f"{path}/rows", {"rows": "nothing"}).status_code == 422
    assert told(chief.post(f"{path}/rows/undo"))["rows"] == 0
    assert told(chief.change(path, {"decimals": 0}))["valid_from"] == "2026-01-01"
    counted = told(chief.post("/price-lists/rate", {"since": "2026-01-01", "until": "2026-01-02"}))
    assert chief.post(f"/price-lists/rate/{counted['id']}").status_code == 409, "it is not counted yet"
    assert chief.post("/price-lists/rate", {"since": "2026-01-02", "until": "2026-01-01"}).status_code == 422
    budget = told(chief.post("/budgets", {"name": "All", "scope": "company", "amount": "12.50", "currency": "LAK"}))
    assert budget["amount"] == {"amount": "12.50", "currency": "LAK"}
    assert told(chief.post(f"/budgets/{budget['id']}/remove"))["is_removed"] is True
    assert Program(mali).post("/price-lists", said).status_code == 403
    assert (PriceList.objects.count(), Budget.objects.count()) == (1, 1)


def test_webhooks_are_set_up_and_tell_their_secret_once(chief: Program, mali: User) -> None:
    said = {"name": "Shop", "address": "https://shop.example.com/callcard", "events": ["call.ended"]}
    made, again = (told(chief.post("/webhooks", said, Idempotency_Key="shop")) for _ in "ab")
    assert (again, Endpoint.objects.count()) == (made, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM tokens_keptanswer")
        assert made["secret"] not in cursor.fetchone()[0]
    path = f"/webhooks/{made['id']}"
    assert (made["secret"], "secret" in told(chief.get(path))) == (Endpoint.objects.get().secret, False)
    assert chief.post("/webhooks", {**said, "address": "https://127.0.0.1/"}).status_code == 422
    assert chief.post("/webhooks", {**said, "events": ["all"]}).status_code == 422
    assert told(chief.change(path, {"name": "Store"}))["events"] == ["call.ended"]
    sent = told(chief.post(f"{path}/test"))
    assert [row["id"] for row in told(chief.get(f"{path}/deliveries"))["items"]] == [sent["id"]]
    assert told(chief.post(f"{path}/switch", {"on": False}))["is_on"] is False
    assert chief.post(f"{path}/test").status_code == 409
    assert told(chief.post(f"{path}/secret"))["secret"] != made["secret"]
    assert Program(mali).get("/webhooks").status_code == 403
    assert chief.ask("DELETE", path).status_code == 204
    assert not Endpoint.objects.exists()


def test_a_file_is_imported_and_taken_back(chief: Program, mali: User, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    content = b"Name,Phone,Town\nBoun,020 5555 6666,Pakse\n"
    made, again = (told(send(chief, "/imports", "shops.csv", content, key="shops")) for _ in "ab")
    assert again == made
    path = f"/imports/{made['id']}"
    assert send(chief, "/imports", "x.csv", b"\x00\x01").status_code == 422
    do_job()
    ready = told(chief.get(path))
    assert (ready["state"], ready["headers"]) == ("ready", ["Name", "Phone", "Town"])
    assert told(chief.get(f"{path}/preview"))["items"][0]["name"] == "Boun"
    assert chief.post(f"{path}/check", {"mapping": ["name", "phone"]}).status_code == 422, "three columns"
    assert chief.post(f"{path}/check", {"mapping": ["name", "phone", "town"]}).status_code == 422
    assert chief.post(f"{path}/apply").status_code == 409, "not checked"
    assert chief.post(f"{path}/check", {"mapping": ["name", "phone", "city"]}).status_code == 200
    do_job()
    assert (told(chief.post(f"{path}/apply"))["state"], Customer.objects.count()) == ("applying", 0)
    do_job()
    assert [(one.name, one.city) for one in Customer.objects.all()] == [("Boun", "Pakse")]
    assert Program(mali).get(path).status_code == 404
    assert told(chief.post(f"{path}/undo"))["state"] == "undoing"
    do_job()
    assert (told(chief.get(path))["state"], Customer.objects.count()) == ("undone", 0)


def test_customers_leave_as_a_file_and_it_is_written_down(chief: Program, mali: User) -> None:
    for name, city in (("Boun", "Pakse"), ("Noy", "Vientiane")):
        create_customer(name=name, city=city)
    answer: Any = Client().get("/api/v1/exports/customers?f.city=Pakse&column=name&form=csv", headers=chief.headers)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert (answer.status_code, text.split()[1:]) == (200, ["Boun"])
    assert Change.objects.filter(about="export").get().after["rows"] == 1
    assert chief.get("/exports/customers?nothing=1").status_code == 400
    assert chief.get("/exports/calls?form=pdf").status_code == 422
    assert Program(mali).get("/exports/customers").status_code == 403


def test_an_export_of_columns_that_there_are_not_is_refused_in_words(chief: Program) -> None:
    for what in ("customers", "calls", "orders"):
        answer = chief.get(f"/exports/{what}?column=nothing")
        assert (answer.status_code, told(answer)["errors"][0]["field"]) == (400, "column")


def test_the_calendar_and_the_settings_of_calls(chief: Program, mali: User) -> None:
    program = Program(mali)
    key = told(program.post("/me/calendar"))["address"].rpartition("/")[2].removesuffix(".ics")
    assert user_of_feed(key) == mali
    assert program.ask("DELETE", "/me/calendar").status_code == 204
    assert user_of_feed(key) is None
    assert told(chief.change("/settings/calls", {"needs_result": True}))["needs_result"] is True
    changed = told(chief.change("/settings/missed-calls", {"minutes": 30}))
    assert (changed["minutes"], program.get("/settings/calls").status_code) == (30, 403)
    assert chief.patch("/settings/missed-calls", {"minutes": 5}, If_Match='"x"').status_code == 412
