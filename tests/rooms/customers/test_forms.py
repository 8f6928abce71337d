"""Typing in a customer with all that belongs to it, and two people at one form."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from callcard.customers.models import Category, Contact, Customer, CustomerStage, Phone, Tag
from callcard.customers.person_services import add_address, add_person
from callcard.customers.services import add_contact, add_phone, archive_customer, create_customer, update_customer
from callcard.staff.models import User

pytestmark = pytest.mark.django_db


class Desk(Client):
    def __init__(self, user: User) -> None:
        super().__init__(headers={"X-Callcard-Window": "1"})
        self.force_login(user)
        self.user = user


@pytest.fixture
def mali() -> Desk:
    return Desk(User.objects.create_user("mali", first_name="Mali"))


@pytest.fixture
def limited() -> Desk:
    return Desk(User.objects.create_user("noy", first_name="Noy", records="own"))


def rows(prefix: str, *given: dict[str, Any]) -> dict[str, Any]:
    typed = {f"{prefix}-{n}-{name}": value for n, row in enumerate(given) for name, value in row.items()}
    return {f"{prefix}-TOTAL_FORMS": str(len(given)), **typed}


def fields_of(text: str) -> dict[str, Any]:
    """What a browser would send back when nobody typed anything."""
    sent: dict[str, Any] = {}
    text = re.sub(r"<template>.*?</template>", "", text, flags=re.S)
    for tag in re.findall(r"<input [^>]*>", text):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") in {"checkbox", "radio"} and not re.search(r"\bchecked\b", tag):
            continue
        if found.get("name") and found.get("type") != "file":
            value = found.get("value", "on" if found.get("type") == "checkbox" else "")
            sent.setdefault(found["name"], []).append(_sent(value))
    for name, inside in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        sent[name] = [unescape(chosen[1])] if chosen else [""]
    for name, inside in re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', text, re.S):
        sent[name] = [_sent(inside)]
    return sent


def _sent(value: str) -> str:
    return unescape(value).replace("\n", "\r\n")


def test_everything_is_typed_in_at_once(mali: Desk) -> None:
    category, tag = Category.objects.create(name="VIP"), Tag.objects.create(name="Fair")
    stage = CustomerStage.objects.create(name="First contact")
    typed = {
        "name": " Mekong Trade ",
        "kind": "company",
        "category": category.pk,
        "stage": stage.pk,
        "tags": [tag.pk],
        "country": "LA",
        "language": "lo",
        "postal_code": "01000",
        **rows("persons", {"name": "Bounmy", "role": "Buyer", "birthday": "1990-02-03"}, {}),
        **rows(
            "phones",
            {"raw": "020 5551 2345", "label": "mobile", "person": "bounmy"},
            {"raw": "12 34", "do_not_call": "on"},
            {"raw": ""},
        ),
        **rows("contacts", {"kind": "line", "value": "mekong", "person": "Bounmy"}, {"kind": "email"}),
        **rows("addresses", {"label": "Store", "city": "Pakse", "country": "LA"}, {"country": "LA"}),
    }
    assert mali.post("/customers/new", typed).status_code == 302
    customer = Customer.objects.get()
    assert (customer.name, customer.kind, customer.category, customer.stage) == (
        "Mekong Trade",
        "company",
        category,
        stage,
    )
    assert (customer.language, customer.country, customer.postal_code, list(customer.tags.all())) == (
        "lo",
        "LA",
        "01000",
        [tag],
    )
    person = customer.persons.get()
    assert (person.name, person.role, str(person.birthday)) == ("Bounmy", "Buyer", "1990-02-03")
    found = customer.phones.order_by("pk").values_list("e164", "label", "contact_person", "do_not_call")
    assert list(found) == [("+8562055512345", "mobile", person.pk, False), ("", "", None, True)]
    assert list(customer.contacts.values_list("kind", "value", "contact_person")) == [("line", "mekong", person.pk)]
    assert list(customer.addresses.values_list("label", "city")) == [("Store", "Pakse")]


def test_nothing_typed_is_lost_when_something_is_wrong(mali: Desk) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(picture, "PNG")
    picture.seek(0)
    picture.name = "face.png"
    typed = {
        "name": "",
        "kind": "person",
        "note": "Keeps <b>bees</b>",
        "birthday": "2026-02-31",
        "portrait": picture,
        **rows("phones", {"raw": "020 5551 2345"}, {"label": "home"}),
    }
    response = mali.post("/customers/new", typed)
    text = response.content.decode()
    assert (response.status_code, Customer.objects.count()) == (422, 0)
    assert 'value="020 5551 2345"' in text
    assert "Keeps &lt;b&gt;bees&lt;/b&gt;" in text
    assert 'value="2026-02-31"' in text
    assert text.count('aria-invalid="true"') == 3
    again = fields_of(text)
    assert again["portrait_kept"] != [""]
    again |= {"name": "Mali", "birthday": "", "phones-1-label": ""}
    assert mali.post("/customers/new", again).status_code == 302
    assert Customer.objects.get().portrait.startswith("portraits/")


def test_nobody_is_born_tomorrow_or_in_the_year_one(mali: Desk) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    for day in (str(tomorrow), "0001-01-01"):
        typed = {"name": "Chan", "kind": "company", "birthday": day, **rows("persons", {"name": "Bo", "birthday": day})}
        response = mali.post("/customers/new", typed)
        text = response.content.decode()
        assert (response.status_code, text.count(f'value="{day}"'), Customer.objects.count()) == (422, 2, 0)
        assert text.count("still to come" if day == str(tomorrow) else "too long ago") == 2
    today = {"name": "Chan", "kind": "person", "birthday": str(timezone.localdate())}
    assert mali.post("/customers/new", today).status_code == 302


def test_a_portrait_token_of_ones_own_making_is_none(mali: Desk) -> None:
    mali.post("/customers/new", {"name": "Mali", "kind": "person", "portrait_kept": "portraits/../secret-key"})
    assert Customer.objects.get().portrait == ""


def test_saving_what_one_only_looked_at_changes_nothing(mali: Desk) -> None:
    customer = _full()
    before = (
        list(Customer.objects.order_by("pk").values()),
        list(customer.phones.order_by("pk").values()),
        list(customer.contacts.order_by("pk").values()),
    )
    sent = fields_of(mali.get(f"/customers/{customer.pk}/edit").content.decode())
    assert mali.post(f"/customers/{customer.pk}/edit", sent).status_code == 302
    assert (
        list(Customer.objects.order_by("pk").values()),
        list(customer.phones.order_by("pk").values()),
        list(customer.contacts.order_by("pk").values()),
    ) == before


def _full() -> Customer:
    customer = create_customer(
        name="Anna",
        note="One\nTwo",
        category=Category.objects.create(name="VIP"),
        country="LA",
        language="lo",
        tags=[Tag.objects.create(name="Fair"), Tag.objects.create(name="VIP")],
    )
    add_person(customer=customer, name="Bounmy", note="x")
    add_phone(customer=customer, raw="020 5551 2345", label="mobile", person="Bounmy", do_not_call=True)
    add_contact(customer=customer, kind="line", value="anna", person="Bounmy", label="work")
    add_address(customer=customer, label="Store", city="Pakse", country="LA")
    return customer


def test_rows_are_changed_removed_and_added(mali: Desk) -> None:
    customer = _full()
    sent = fields_of(mali.get(f"/customers/{customer.pk}/edit").content.decode())
    for name in [name for name in sent if name.startswith("contacts-0")]:
        del sent[name]
    sent |= {"phones-0-raw": "020 5551 9999", "phones-1-raw": "021 212 800", "phones-TOTAL_FORMS": "2"}
    assert mali.post(f"/customers/{customer.pk}/edit", sent).status_code == 302
    assert list(customer.phones.order_by("pk").values_list("raw", "label", "person", "do_not_call")) == [
        ("020 5551 9999", "mobile", "Bounmy", True),
        ("021 212 800", "", "", False),
    ]
    assert Contact.objects.count() == 0


def test_what_a_colleague_added_or_changed_meanwhile_is_kept(mali: Desk) -> None:
    customer = _full()
    sent = fields_of(mali.get(f"/customers/{customer.pk}/edit").content.decode())
    noy = User.objects.create_user("noy", first_name="Noy")
    update_customer(customer=customer, changes={"city": "Pakse"}, by=noy)
    newer = add_phone(customer=customer, raw="020 5551 7777", by=noy)
    assert mali.post(f"/customers/{customer.pk}/edit", sent | {"postal_code": "01000"}).status_code == 302
    fresh = Customer.objects.get()
    assert (fresh.city, fresh.postal_code) == ("Pakse", "01000")
    assert newer in fresh.phones.all()


def test_two_who_change_one_field_see_each_other(mali: Desk) -> None:
    customer = _full()
    url = f"/customers/{customer.pk}/edit"
    sent = fields_of(mali.get(url).content.decode()) | {"city": "Vientiane", "phones-0-raw": "021 1", "note": "Mine"}
    noy = User.objects.create_user("noy", first_name="Noy")
    update_customer(customer=customer, changes={"city": "Pakse"}, by=noy)
    response = mali.post(url, sent)
    text = response.content.decode()
    assert (response.status_code, Customer.objects.get().city, Customer.objects.get().note) == (
        422,
        "Pakse",
        "One\nTwo",
    )
    assert "Noy changed this meanwhile: it is “Pakse” now." in unescape(text)
    assert customer.phones.get().raw == "020 5551 2345"
    assert mali.post(url, fields_of(text)).status_code == 302  # having seen it, one may decide
    assert (Customer.objects.get().city, Customer.objects.get().note) == ("Vientiane", "Mine")


def test_likely_duplicates_are_told_before_saving(mali: Desk) -> None:
    customer = create_customer(name="ມາລີ ວົງສາ", numbers=["020 5551 2345"])
    create_customer(name="Anna Petrova", numbers=["+49 30 123456"])
    asked: dict[str, Any] = {"name": "", "number": ["+856 20 55512345", "12"]}
    told = mali.get("/customers/alike", asked).json()
    assert told["numbers"] == [{"shown": "+856 20 55 512 345", "is_valid": True}, {"shown": "", "is_valid": False}]
    assert "ມາລີ ວົງສາ" in told["html"]
    assert "has this number" in told["html"]
    assert "has the same name" in mali.get("/customers/alike", {"name": "anna PETROVA"}).json()["html"]
    assert mali.get("/customers/alike", {"name": "ມາລີ ວົງສາ", "except": str(customer.pk)}).json()["html"] == ""
    assert mali.get("/customers/alike", {"name": "Somebody Else"}).json()["html"] == ""


def test_a_colleagues_customer_is_told_without_its_name(limited: Desk) -> None:
    mali = User.objects.create_user("mali", first_name="Mali")
    create_customer(name="Hidden One", city="Pakse", numbers=["020 5551 2345"], responsible=mali)
    for question in ({"number": "020 5551 2345"}, {"name": "hidden one"}):
        html = limited.get("/customers/alike", question).json()["html"]
        assert "A customer of Mali" in html
        assert "Hidden" not in html
        assert "Pakse" not in html
        assert "5551" not in html
    assert limited.get("/customers/alike", {"name": "hidden on"}).json()["html"] == ""


@pytest.mark.parametrize("question", [{"name": "\x00" * 9}, {"number": ["9" * 500] * 50}, {"except": "9" * 40}, {}])
def test_no_question_breaks_the_search_for_duplicates(mali: Desk, question: dict[str, Any]) -> None:
    assert mali.get("/customers/alike", question).status_code == 200


def test_archived_ones_are_brought_back(mali: Desk, limited: Desk) -> None:
    customer = create_customer(name="Anna")
    archive_customer(customer=customer)
    assert limited.post(f"/customers/{customer.pk}/restore").status_code == 404
    assert Customer.objects.get().archived_at is not None
    mali.post(f"/customers/{customer.pk}/restore")
    assert Customer.objects.get().archived_at is None
    mali.post(f"/customers/{customer.pk}/archive")
    assert Customer.objects.get().archived_at is not None


def test_another_number_is_called_first_from_now_on(mali: Desk) -> None:
    customer = create_customer(name="Keo", numbers=["020 5551 0001", "020 5551 0002"])
    sent = fields_of(mali.get(f"/customers/{customer.pk}/edit").content.decode())
    first, second = customer.phones.order_by("pk")
    at = next(
        name.split("-")[1]
        for name, value in sent.items()
        if name.endswith("-id") and value == [str(second.pk)] and name.startswith("phones")
    )
    for unticks in (False, True):  # with the page's script, and without it
        changed = {name: value for name, value in sent.items() if not (unticks and name.endswith("-is_preferred"))}
        response = mali.post(f"/customers/{customer.pk}/edit", changed | {f"phones-{at}-is_preferred": "on"})
        assert response.status_code == 302, response.content.decode()
        assert list(customer.phones.filter(is_preferred=True)) == [second]
        Phone.objects.filter(pk=first.pk).update(is_preferred=True)
        Phone.objects.filter(pk=second.pk).update(is_preferred=False)


def test_tags_are_offered_in_their_colours(mali: Desk) -> None:
    Tag.objects.create(name="Fair", colour="pink")
    assert '<span class="badge-state tone-pink">Fair</span>' in mali.get("/customers/new").content.decode()
