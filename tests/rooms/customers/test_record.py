"""Writes field by field: history, two people at once, and what comes back."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from callcard.customers.models import Category, ContactPerson, Customer, CustomerStage, Tag
from callcard.customers.note_services import change_note, remove_note, restore_note, write_note
from callcard.customers.person_services import (
    add_address,
    add_person,
    change_address,
    change_person,
    remove_person,
    restore_row,
)
from callcard.customers.record import ChangedMeanwhile, held
from callcard.customers.services import (
    add_contact,
    add_phone,
    archive_customer,
    change_contact,
    change_field,
    change_phone,
    create_customer,
    put_back_fields,
    remove_contact,
    remove_phone,
    restore_contact,
    restore_customer,
    restore_phone,
    update_customer,
)
from callcard.staff.models import Change, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali", first_name="Mali")


@pytest.fixture
def noy() -> User:
    return User.objects.create_user("noy", first_name="Noy")


def steps() -> list[tuple[str, str, dict[str, object], dict[str, object]]]:
    return list(Change.objects.order_by("pk").values_list("about", "action", "before", "after"))


def test_a_new_customer_is_one_step_with_what_it_has(mali: User) -> None:
    tag = Tag.objects.create(name="Fair")
    customer = create_customer(name="Anna", city="Pakse", tags=[tag], own_fields={"discount": "5"}, by=mali)
    change = Change.objects.get()
    assert (change.about, change.action, change.by, change.customer_id) == ("customer", "created", mali, customer.pk)
    assert change.after == {
        "kind": "person",
        "name": "Anna",
        "city": "Pakse",
        "own:discount": "5",
        "tags": [{"id": tag.pk, "name": "Fair"}],
    }
    assert Customer.objects.get().changed_at is not None


def test_a_field_is_written_when_it_still_holds_what_was_seen(mali: User) -> None:
    customer = create_customer(name="Anna", city="Pakse")
    change_field(customer=customer, field="city", old=held(customer, "city"), new="Savannakhet", by=mali)
    assert Customer.objects.get().city == "Savannakhet"
    assert steps()[-1] == ("customer", "changed", {"city": "Pakse"}, {"city": "Savannakhet"})


def test_who_comes_second_is_told_and_nothing_is_lost(mali: User, noy: User) -> None:
    customer = create_customer(name="Anna", city="Pakse")
    change_field(customer=customer, field="city", old="Pakse", new="Savannakhet", by=mali)
    with pytest.raises(ChangedMeanwhile) as raised:
        change_field(customer=customer, field="city", old="Pakse", new="Vientiane", by=noy)
    assert (raised.value.field, raised.value.current, raised.value.by) == ("city", "Savannakhet", mali)
    assert raised.value.at == Change.objects.order_by("pk").last().at  # type: ignore[union-attr]
    assert Customer.objects.get().city == "Savannakhet"
    assert len(steps()) == 2


def test_the_same_value_from_two_people_is_no_quarrel(mali: User, noy: User) -> None:
    customer = create_customer(name="Anna", city="Pakse")
    change_field(customer=customer, field="city", old="Pakse", new="Vientiane", by=mali)
    change_field(customer=customer, field="city", old="Pakse", new="Vientiane", by=noy)
    assert len(steps()) == 2


def test_fields_of_every_kind_are_compared(mali: User) -> None:
    category, tag = Category.objects.create(name="VIP"), Tag.objects.create(name="Fair")
    customer = create_customer(name="Anna", own_fields={"price": {"amount": "1.00", "currency": "LAK"}, "a": ["x"]})
    for field, old, new, seen in (
        ("category", "", category, str(category.pk)),
        ("birthday", "", date(1990, 2, 3), "1990-02-03"),
        ("own:price", "1.00 LAK", {"amount": "2.00", "currency": "LAK"}, "2.00 LAK"),
        ("own:a", "x", ["x", "y"], "x,y"),
        ("own:new", "", True, "True"),
        ("tags", "", [tag], str(tag.pk)),
    ):
        assert held(customer, field) == old
        change_field(customer=customer, field=field, old=old, new=new, by=mali)
        customer = Customer.objects.get()
        assert held(customer, field) == seen
        with pytest.raises(ChangedMeanwhile):
            change_field(customer=customer, field=field, old=f"{old}-", new=[] if field == "tags" else None, by=mali)
    assert Customer.objects.get().own_fields["a"] == ["x", "y"]


def test_an_own_field_goes_and_its_neighbour_stays(mali: User) -> None:
    customer = create_customer(name="Anna", own_fields={"a": "1", "b": "2"})
    change_field(customer=customer, field="own:a", old="1", new=None, by=mali)
    assert Customer.objects.get().own_fields == {"b": "2"}
    assert steps()[-1] == ("customer", "changed", {"own:a": "1"}, {})


def test_a_step_is_put_back(mali: User) -> None:
    category, stage = Category.objects.create(name="VIP"), CustomerStage.objects.create(name="New")
    customer = create_customer(name="Anna", category=category, stage=stage, birthday=date(1990, 2, 3))
    changes = {"category": None, "stage": None, "birthday": None, "name": "Anne", "own:a": "1"}
    update_customer(customer=customer, changes=changes, by=mali)
    before = Change.objects.order_by("pk").last().before  # type: ignore[union-attr]
    stage.delete()
    put_back_fields(customer=customer, values={**before, "own:a": None}, by=mali)
    fresh = Customer.objects.get()
    assert (fresh.name, fresh.search_name, fresh.category, fresh.stage) == ("Anna", "anna", category, None)
    assert (fresh.birthday, fresh.own_fields) == (date(1990, 2, 3), {})
    assert steps()[-1][1] == "restored"


def test_a_value_that_no_longer_fits_is_not_put_back(mali: User) -> None:
    customer = create_customer(name="Anna")
    with pytest.raises(ValidationError):
        put_back_fields(customer=customer, values={"birthday": "2026-02-31"}, by=mali)
    assert Customer.objects.get().birthday is None


def test_an_archived_customer_comes_back(mali: User) -> None:
    customer = create_customer(name="Anna")
    archive_customer(customer=customer, by=mali)
    archive_customer(customer=customer, by=mali)
    assert (list(Customer.objects.current()), Customer.objects.archived().get()) == ([], customer)
    restore_customer(customer=customer, by=mali)
    assert Customer.objects.current().get() == customer
    assert [step[1] for step in steps()] == ["created", "removed", "restored"]


def test_a_number_is_kept_as_typed_and_marked_when_no_plan_knows_it() -> None:
    customer = create_customer(name="Anna", numbers=["020 5551 2345", "12", "not a number"])
    rows = customer.phones.order_by("pk").values_list("raw", "e164", "is_valid_looking")
    assert list(rows) == [("020 5551 2345", "+8562055512345", True), ("12", "", False), ("not a number", "", False)]
    thai = add_phone(customer=customer, raw="081 234 5678", region="TH")
    assert (thai.e164, thai.is_valid_looking) == ("+66812345678", True)


def test_a_phone_is_changed_removed_and_brought_back(mali: User) -> None:
    customer = create_customer(name="Anna", numbers=["020 5551 2345"])
    phone = customer.phones.get()
    person = add_person(customer=customer, name="Bounmy", by=mali)
    phone = change_phone(
        phone=phone, changes={"raw": "020 5551 2346", "person": "BOUNMY", "do_not_call": True}, by=mali
    )
    assert (phone.e164, phone.person, phone.contact_person, phone.do_not_call) == (
        "+8562055512346",
        "Bounmy",
        person,
        True,
    )
    with pytest.raises(ChangedMeanwhile):
        change_phone(phone=phone, changes={"raw": "1"}, old={"raw": "020 5551 2345"}, by=mali)
    remove_phone(phone=phone, by=mali)
    assert customer.phones.count() == 0
    gone = Change.objects.order_by("pk").last()
    assert gone is not None
    assert (gone.about, gone.action, gone.object_id, gone.after) == ("phone", "removed", gone.object_id, {})
    again = restore_phone(customer=customer, values=gone.before, by=mali)
    assert (again.raw, again.e164, again.is_preferred, again.contact_person) == (
        "020 5551 2346",
        "+8562055512346",
        True,
        person,
    )


def test_another_preferred_number_takes_over_and_history_says_so(mali: User) -> None:
    customer = create_customer(name="Anna", numbers=["020 5551 2345", "020 5551 2346"])
    first, second = customer.phones.order_by("pk")
    change_phone(phone=second, changes={"is_preferred": True}, by=mali)
    assert customer.phones.get(is_preferred=True) == second
    assert [step[2:] for step in steps()[-2:]] == [
        ({"is_preferred": True}, {"is_preferred": False}),
        ({"is_preferred": False}, {"is_preferred": True}),
    ]
    assert first.pk < second.pk


def test_a_contact_of_a_person(mali: User) -> None:
    customer = create_customer(name="Anna", kind="company")
    person = add_person(customer=customer, name="Bounmy", role="Buyer", by=mali)
    contact = add_contact(customer=customer, kind="line", value=" bounmy ", person="bounmy", by=mali)
    assert (contact.value, contact.contact_person) == ("bounmy", person)
    change_contact(contact=contact, changes={"value": "bounmy2", "person": ""}, by=mali)
    remove_contact(contact=contact, by=mali)
    again = restore_contact(customer=customer, values=Change.objects.order_by("pk").last().before, by=mali)  # type: ignore[union-attr]
    assert (again.kind, again.value) == ("line", "bounmy2")


def test_a_person_with_another_name_is_called_so_at_their_numbers(mali: User) -> None:
    customer = create_customer(name="Company", kind="company")
    phone = add_phone(customer=customer, raw="020 5551 2345", person="bounmy")
    person = add_person(customer=customer, name="Bounmy", by=mali)
    change_person(person=person, changes={"name": "Bounmy S.", "role": "Buyer"}, by=mali)
    phone.refresh_from_db()
    assert (phone.person, phone.contact_person) == ("Bounmy S.", person)
    remove_person(person=person, by=mali)
    phone.refresh_from_db()
    assert (phone.person, phone.contact_person) == ("Bounmy S.", None)
    before = Change.objects.order_by("pk").last().before  # type: ignore[union-attr]
    again = restore_row(row=ContactPerson(customer=customer), values=before, by=mali)
    assert (again.name, again.role) == ("Bounmy S.", "Buyer")


def test_an_address_keeps_what_another_person_wrote(mali: User) -> None:
    customer = create_customer(name="Anna")
    address = add_address(customer=customer, label="Store", city="Pakse", country="LA", by=mali)
    change_address(address=address, changes={"city": "Vientiane"}, old={"city": "Pakse"}, by=mali)
    with pytest.raises(ChangedMeanwhile):
        change_address(address=address, changes={"city": "Paksan"}, old={"city": "Pakse"}, by=mali)
    address.refresh_from_db()
    assert (address.city, address.label) == ("Vientiane", "Store")


def test_notes_are_written_corrected_removed_and_restored(mali: User) -> None:
    customer = create_customer(name="Anna")
    note = write_note(customer=customer, text=" Wants blue.\x00 ", by=mali)
    note = change_note(note=note, text="Wants green.", by=mali)
    assert remove_note(note=note, by=mali).removed_at is not None
    assert restore_note(note=note, by=mali).removed_at is None
    assert [(step[0], step[1]) for step in steps()[1:]] == [
        ("note", "created"),
        ("note", "changed"),
        ("note", "removed"),
        ("note", "restored"),
    ]
    note.refresh_from_db()
    assert (note.text, note.author) == ("Wants green.", mali)
