"""Fields that a role veils or keeps from being changed: what is asked of them in vain, and what goes on as ever."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from callcard.calls.models import Call, Notice
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerNote, Phone
from callcard.customers.services import add_contact, add_number_to_customer, create_customer
from callcard.customers.veil import veiled
from callcard.staff.models import Change, User
from callcard.staff.roles.models import Role
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import FIELDS
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db
NUMBER = "+8562055512345"
OF_FIELDS = frozenset(right for field in FIELDS for right in field.rights)
SEEN = frozenset(right for right in OF_FIELDS if not right.endswith(".change"))


def role(*rights: str, without: frozenset[str] = frozenset()) -> Role:
    return Role.objects.create(name="Made", rights=sorted((READY["manager"].rights - without) | {*rights}), scope="all")


def someone(name: str, *roles: Role) -> Window:
    user = person(name)
    user.take_roles(roles)
    return Window(user)


@pytest.fixture
def masked() -> Window:
    """Sees everything, numbers veiled."""
    return someone("masked", role(without=frozenset({"phones.whole", "phones.change"})))


@pytest.fixture
def reader() -> Window:
    """Sees all fields and changes none of them."""
    return someone("reader", role(without=OF_FIELDS - SEEN))


@pytest.fixture
def mali() -> Customer:
    noy = person("noy")
    made = create_customer(by=noy, name="Mali", responsible=noy, address="River Road 1", note="Likes blue")
    add_number_to_customer(customer=made, raw=NUMBER, by=noy)
    add_contact(customer=made, kind="email", value="mali@example.com", by=noy)
    ContactPerson.objects.create(customer=made, name="Boun", note="Brother")
    Address.objects.create(customer=made, line="Hill Road 2")
    return made


def kept() -> list[Any]:
    """All that may be changed of customers."""
    models: tuple[Any, ...] = (Customer, Phone, Contact, ContactPerson, Address, CustomerNote)
    return [list(model.objects.order_by("pk").values()) for model in models] + [Change.objects.count()]


# -- searching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["2055512345", "+8562055512345", "00856 20 55 512 345", "020 5551 2345"])
def test_a_veiled_number_is_found_whole(masked: Window, mali: Customer, typed: str) -> None:
    found = masked.text(f"/customers/search?q={typed.replace('+', '%2B')}")
    assert f'data-pk="{mali.pk}"' in found
    assert "512345" not in found.replace(" ", "").replace(typed.replace(" ", ""), "")


@pytest.mark.parametrize("typed", ["2345", "12345", "5512345", "+85620555", "0205551", "8562055512", "Mali 2345"])
def test_a_veiled_number_is_not_found_digit_by_digit(masked: Window, mali: Customer, typed: str) -> None:
    query, marks = f"q={typed.replace('+', '%2B')}", {"search": "data-pk=", "find": "data-customer=", "": "data-id="}
    for address, mark in marks.items():
        assert f'{mark}"{mali.pk}"' not in masked.text(f"/customers/{address}?{query}")
        assert f'{mark}"{mali.pk}"' in someone(f"all-{address}", role()).text(f"/customers/{address}?{query}")


def test_a_hidden_email_finds_nobody(mali: Customer) -> None:
    hidden = someone("hidden", role(without=frozenset({"contacts.see", "contacts.change"})))
    for typed in ("mali@example", "example.com", "mali@example.com"):
        assert f'data-pk="{mali.pk}"' not in hidden.text(f"/customers/search?q={typed}")
    assert f'data-pk="{mali.pk}"' in hidden.text("/customers/search?q=Mali")


def test_whoever_types_the_last_digits_of_a_veiled_number_is_not_told_whose_it_may_be(
    masked: Window, mali: Customer
) -> None:
    assert masked.get("/customers/alike?number=5512345").json()["html"] == ""
    assert "Mali" in masked.get("/customers/alike?number=2055512345").json()["html"]


def test_the_log_has_no_filter_for_beginnings_of_veiled_numbers(masked: Window, mali: Customer) -> None:
    now = timezone.now()
    Call.objects.create(started_at=now, ended_at=now, number=NUMBER, e164=NUMBER, direction="inbound", outcome="missed")
    unfiltered = masked.text("/calls/").count("data-id=")
    assert (unfiltered, masked.text("/calls/?f.number=%2B49").count("data-id=")) == (1, 1)
    assert someone("all", role()).text("/calls/?f.number=%2B49").count("data-id=") == 0


# -- several roles -----------------------------------------------------------------------------------------------------


def test_the_widest_of_several_roles_holds(mali: Customer) -> None:
    narrow, wide = role(without=OF_FIELDS), role()
    exports = Role.objects.create(name="Out", rights=["customers.export"], scope="own")
    assert "River Road" not in someone("one", narrow, exports).text(f"/customers/{mali.pk}/")
    both = someone("two", narrow, wide).text(f"/customers/{mali.pk}/")
    assert "River Road" in both
    assert f'href="tel:{NUMBER}"' in both


# -- changing ----------------------------------------------------------------------------------------------------------


def forged(mali: Customer) -> list[tuple[str, dict[str, Any]]]:
    phone, contact = mali.phones.get(), mali.contacts.get()
    address, other = mali.addresses.get(), mali.persons.get()
    field, rows = f"/customers/{mali.pk}/field", f"/customers/{mali.pk}/rows"
    return [
        (field, {"field": "address", "old": "River Road 1", "new": "x"}),
        (field, {"field": "note", "old": "Likes blue", "new": "x"}),
        (field, {"field": "birthday", "old": "", "new": "1980-02-29"}),
        (field, {"field": "responsible", "old": str(mali.responsible_id), "new": ""}),
        (field, {"field": f"phone-{phone.pk}.raw", "old": phone.raw, "new": "+8562055500000"}),
        (field, {"field": f"phone-{phone.pk}.do_not_call", "old": "false", "new": "true"}),
        (field, {"field": f"contact-{contact.pk}.value", "old": contact.value, "new": "x@example.com"}),
        (field, {"field": f"address-{address.pk}.line", "old": address.line, "new": "x"}),
        (field, {"field": f"person-{other.pk}.note", "old": other.note, "new": "x"}),
        (rows, {"about": "phone", "raw": "+8562055500000"}),
        (rows, {"about": "contact", "kind": "email", "value": "x@example.com"}),
        (rows, {"about": "address", "line": "x"}),
        (rows, {"about": "person", "name": "Keo", "number": "+8562055500000"}),
        (f"{rows}/remove", {"row": f"phone-{phone.pk}"}),
        (f"{rows}/remove", {"row": f"contact-{contact.pk}"}),
        (f"{rows}/remove", {"row": f"address-{address.pk}"}),
        (f"/customers/{mali.pk}/note", {"note": "x"}),
    ]


def test_forged_changes_of_fixed_fields_are_refused_in_words_and_change_nothing(reader: Window, mali: Customer) -> None:
    before = kept()
    for address, data in forged(mali):
        refused = reader.post(address, data)
        assert (refused.status_code, refused.json().get("error")) == (
            422,
            "Your role does not let you change this.",
        ), data
        assert kept() == before, data


def test_the_same_changes_are_made_by_who_may(mali: Customer) -> None:
    window = someone("all", role())
    address, data = forged(mali)[0]
    assert window.post(address, data).status_code == 200
    mali.refresh_from_db()
    assert mali.address == "x"


def test_steps_of_fixed_fields_are_neither_taken_back_nor_restored(reader: Window, mali: Customer) -> None:
    someone("all", role()).post(f"/customers/{mali.pk}/field", forged(mali)[0][1])
    step, phone = Change.objects.latest("pk"), Change.objects.get(about="phone")
    before = kept()
    assert reader.post(f"/customers/{mali.pk}/undo", {"change": f"{step.pk}"}).status_code == 422
    assert reader.post(f"/customers/{mali.pk}/undo", {"change": f"{phone.pk}"}).status_code == 422
    refused = reader.post(f"/customers/{mali.pk}/history/{step.pk}/restore", follow=True)
    assert "cannot be restored" in words(refused)
    assert kept() == before


def test_the_form_shows_fixed_fields_as_text_and_keeps_them_whatever_is_sent(reader: Window, mali: Customer) -> None:
    text = reader.text(f"/customers/{mali.pk}/edit")
    for shown in ("River Road 1", "Likes blue", NUMBER, "mali@example.com", "Hill Road 2"):
        assert f">{shown}<" in text.replace("<bdi>", ">").replace("</bdi>", "<") or shown in text
    for name in (
        'name="address"',
        'name="note"',
        'name="phones-0-raw"',
        'name="contacts-0-value"',
        'name="responsible"',
    ):
        assert name not in text
    phone = mali.phones.get()
    sent = {
        "name": "Mali Souk",
        "kind": "person",
        "address": "x",
        "note": "x",
        "responsible": "",
        "birthday": "1980-02-29",
        "phones-TOTAL_FORMS": "1",
        "phones-shown": str(phone.pk),
        "phones-0-raw": "+8562055500000",
        "phones-0-id": str(phone.pk),
        "contacts-TOTAL_FORMS": "0",
        "contacts-shown": str(mali.contacts.get().pk),
        "addresses-TOTAL_FORMS": "0",
        "addresses-shown": str(mali.addresses.get().pk),
    }
    had = (mali.address, mali.note, mali.responsible_id, mali.birthday)
    assert reader.post(f"/customers/{mali.pk}/edit", sent).status_code == 302
    mali.refresh_from_db()
    assert (mali.name, mali.address, mali.note, mali.responsible_id, mali.birthday) == ("Mali Souk", *had)
    assert [one.raw for one in mali.phones.all()] == [NUMBER]
    assert (mali.contacts.count(), mali.addresses.count()) == (1, 1)


def test_many_at_once_are_not_given_to_somebody_else(reader: Window, mali: Customer) -> None:
    before, other = kept(), person("other")
    sent = {"customer": [str(mali.pk)], "change": f"responsible:{other.pk}"}
    refused = reader.post("/customers/change", sent, follow=True)
    assert "Your role does not let you change this." in words(refused)
    assert kept() == before
    assert "responsible:" not in reader.text("/customers/")


def test_a_new_customer_is_typed_in_whole_and_is_ones_own(reader: Window) -> None:
    other = person("other")
    sent = {"name": "Keo", "kind": "person", "address": "Lane 3", "responsible": str(other.pk)}
    sent |= {"phones-TOTAL_FORMS": "1", "phones-0-raw": "+8562055577777"}
    assert reader.post("/customers/new", sent).status_code == 302
    made = Customer.objects.get(name="Keo")
    assert (made.address, made.phones.get().e164, made.responsible) == ("Lane 3", "+8562055577777", reader.user)


# -- what goes on all the same -----------------------------------------------------------------------------------------


def test_a_caller_whose_number_is_veiled_becomes_a_customer_with_it(masked: Window) -> None:
    call = Call.objects.create(started_at=timezone.now(), number=NUMBER, e164=NUMBER, direction="inbound")
    Notice.objects.create(call=call, user=masked.user, state="talking", rang_at=timezone.now())
    asked = masked.get(f"/customers/new?call={call.pk}&number=")
    assert "512" not in words(asked)
    masked.post("/customers/new", {"name": "Keo", "kind": "person", "call": str(call.pk)})
    made = Customer.objects.get(name="Keo")
    call.refresh_from_db()
    assert ([phone.e164 for phone in made.phones.all()], call.customer) == ([NUMBER], made)


def test_rows_that_were_drawn_over_are_never_written(masked: Window, mali: Customer) -> None:
    phone = mali.phones.get()
    (shown,) = veiled([phone], masked.user)
    with pytest.raises(AssertionError, match="must not be written"):
        shown.save()
    assert mali.phones.get().e164 == NUMBER


def test_nothing_is_done_for_who_sees_all(mali: Customer) -> None:
    user = User.objects.create_user("all")
    phone = mali.phones.get()
    assert user.veil is None
    assert veiled([phone], user) == [phone]
    assert not phone.is_veiled
