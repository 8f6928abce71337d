"""Programs see and change no more of a customer than the roles of their user let people do."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from callcard.customers import number_guesses
from callcard.customers.models import Contact, Customer, Phone
from callcard.customers.services import add_contact, create_customer
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.staff.roles.models import Role
from callcard.staff.roles.ready import READY
from tests.rooms.api.program import Program, told
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db
NUMBER = "+8562055512345"


def program(*without: str) -> Program:
    user = person("program")
    user.take_roles(
        [Role.objects.create(name="Made", rights=sorted(READY["manager"].rights - {*without}), scope="all")]
    )
    return Program(user)


@pytest.fixture
def mali() -> Customer:
    noy = person("noy")
    made = create_customer(name="Mali", by=noy, numbers=[NUMBER], responsible=noy, address="River Road 1", note="Blue")
    add_contact(customer=made, kind="email", value="mali@example.com", by=noy)
    return made


def state() -> tuple[object, ...]:
    rows = (list(model.objects.order_by("pk").values()) for model in (Customer, Phone, Contact, User))
    return tuple(rows)


def test_fields_are_hidden_and_numbers_veiled_in_every_answer(mali: Customer) -> None:
    asks = program("phones.whole", "contacts.see", "addresses.see", "notes.see")
    phone, contact = mali.phones.get(), mali.contacts.get()
    one = told(asks.get(f"/customers/{mali.pk}"))
    assert (one["address"], one["note"], one["contacts"]) == ("", "", [])
    assert [(row["id"], row["number"], row["e164"]) for row in one["phones"]] == [(phone.pk, "+856 20 ** *** * 45", "")]
    for path in ("/customers", f"/customers/{mali.pk}", f"/customers/{mali.pk}/phones/{phone.pk}", "/customers?q=Mali"):
        answer = asks.get(path)
        assert answer.status_code == 200
        assert "512345" not in answer.content.decode().replace(" ", "")
    assert asks.get(f"/customers/{mali.pk}/contacts/{contact.pk}").status_code == 404
    assert told(asks.get("/customers/match?number=5512345"))["customers"] == []
    assert told(asks.get("/customers/match?number=2055512345"))["customers"] == [{"id": mali.pk, "name": "Mali"}]


def test_fixed_fields_are_not_changed_by_programs_either(mali: Customer) -> None:
    asks = program("phones.change", "contacts.change", "addresses.change", "notes.change", "responsible.change")
    before, phone = state(), f"/customers/{mali.pk}/phones/{mali.phones.get().pk}"
    for field, value in (("address", "x"), ("note", "x"), ("responsible", asks.user.pk)):
        assert asks.change(f"/customers/{mali.pk}", {field: value}).status_code == 403, field
    assert asks.change(phone, {"label": "x"}).status_code == 403
    assert asks.ask("DELETE", phone).status_code == 403
    assert asks.post(f"/customers/{mali.pk}/contacts", {"value": "x@example.com"}).status_code == 403
    assert asks.post(f"/customers/{mali.pk}/notes", {"text": "x"}).status_code == 403
    assert state() == before
    assert asks.change(f"/customers/{mali.pk}", {"city": "Pakse"}).status_code == 200


def test_a_change_by_who_reads_veiled_numbers_keeps_them(mali: Customer) -> None:
    asks = program("phones.whole", "phones.change", "addresses.see")
    assert asks.change(f"/customers/{mali.pk}", {"city": "Pakse"}).status_code == 200
    mali.refresh_from_db()
    assert (mali.city, mali.address, mali.phones.get().e164) == ("Pakse", "River Road 1", NUMBER)


def test_nobody_tries_all_numbers_that_a_veil_could_stand_for(mali: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(number_guesses, "MOST", 2)
    asks, sees_all = program("phones.whole"), Program(person("boss", role="administrator"))
    window = Window(asks.user)
    found = [window.get("/customers/find", {"q": f"020 5551 234{end}"}).status_code for end in range(3)]
    assert found == [200, 200, 403]
    assert window.get("/customers/find", {"q": "Mali"}).status_code == 200
    assert asks.get("/customers/match?number=%2B8562055512345").status_code == 403
    assert asks.get("/customers?q=020+5551+2345").status_code == 403
    assert "go on in an hour" in words(window.get("/customers/", {"q": "02055512345"}))
    assert [sees_all.get("/customers/match?number=%2B8562055512345").status_code for _ask in range(4)] == [200] * 4
    assert Entry.objects.filter(kind="refused", user_id=asks.user.pk).count() == 4
