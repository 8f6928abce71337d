"""Who is found by what: scripts, parts of numbers, typing errors, records, and never what one may not see."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.customers import search_index
from callcard.customers.models import Customer, OwnField
from callcard.customers.search import alike, find_customers
from callcard.customers.search_models import SearchCode, SearchText
from callcard.customers.services import (
    add_contact,
    add_phone,
    archive_customer,
    create_customer,
    remove_phone,
    update_customer,
)
from callcard.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner", role="owner")


def names(text: str, user: User, limit: int = 8) -> list[str]:
    return [hit.name for hit in find_customers(text, user=user, limit=limit, region="LA")]


@pytest.fixture
def people() -> None:
    create_customer(name="Aleksandr Petrov", numbers=["020 5551 2345"], own_fields={"contract": "A-17/b"})
    create_customer(name="Мария Ёлкина", numbers=["+7 912 345-67-89"])
    create_customer(name="ສົມໄຊ ວົງສາ", numbers=["030 123 4567"])
    create_customer(name="สมชาย วงศ์วัฒน์")
    create_customer(name="សុខា កែវ")
    create_customer(name="أحمد الحداد")
    create_customer(name="John Smith")
    create_customer(name="O'Brien & Søn")
    customer = create_customer(name="Müller GmbH", kind="company")
    add_contact(customer=customer, kind="email", value="office@mueller.example")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("alek", "Aleksandr Petrov"),
        ("petrov alek", "Aleksandr Petrov"),
        ("etro", "Aleksandr Petrov"),
        ("мар", "Мария Ёлкина"),
        ("елкина", "Мария Ёлкина"),
        ("ສົມ", "ສົມໄຊ ວົງສາ"),
        ("ໄຊ", "ສົມໄຊ ວົງສາ"),
        ("วัฒน์", "สมชาย วงศ์วัฒน์"),
        ("កែវ", "សុខា កែវ"),
        ("احمد", "أحمد الحداد"),
        ("حداد", "أحمد الحداد"),
        ("obrien", "O'Brien & Søn"),
        ("son o'br", "O'Brien & Søn"),
        ("muller", "Müller GmbH"),
        ("office@mue", "Müller GmbH"),
        ("mueller.example", "Müller GmbH"),
        ("5551", "Aleksandr Petrov"),
        ("51 23", "Aleksandr Petrov"),
        ("020 5551", "Aleksandr Petrov"),
        ("+856 20 5551 2345", "Aleksandr Petrov"),
        ("0085620 55512345", "Aleksandr Petrov"),
        ("٥٥٥١٢", "Aleksandr Petrov"),
        ("912345", "Мария Ёлкина"),
        ("aleks 2345", "Aleksandr Petrov"),
        ("a-17", "Aleksandr Petrov"),
        ("Jonh", "John Smith"),
        ("Smiht", "John Smith"),
        ("Jonh Smiht", "John Smith"),
        ("Alexander", "Aleksandr Petrov"),
        ("Alexandr Petroff", "Aleksandr Petrov"),
        ("Мариа", "Мария Ёлкина"),
    ],
)
def test_everybody_is_found_first_by_what_one_types(owner: User, typed: str, found: str) -> None:
    assert names(typed, owner)[:1] == [found]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "typed", ["", " ", "%", "_", "xyzzy", "99", "99999", "petrov nobody", '"', "'); DROP TABLE x--"]
)
def test_nobody_is_found_by_nonsense(owner: User, typed: str) -> None:
    assert names(typed, owner) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(typed=st.text(max_size=120) | st.text("\"'()*:&|!<>-NEARORANDT 0123456789¶¬§¤", max_size=40))
def test_no_question_breaks_the_search(owner: User, typed: str) -> None:
    assert isinstance(find_customers(typed, user=owner, region="LA"), list)


def test_whole_words_come_before_beginnings_and_insides(owner: User) -> None:
    for name in ("Marian", "Annamaria Kale", "Maria"):
        create_customer(name=name)
    assert names("maria", owner) == ["Maria", "Marian", "Annamaria Kale"]


def test_current_customers_come_first_and_own_ones_before_others(owner: User) -> None:
    gone = create_customer(name="Noy A")
    archive_customer(customer=gone)
    create_customer(name="Noy B")
    create_customer(name="Noy C", responsible=owner)
    assert names("noy", owner) == ["Noy C", "Noy B", "Noy A"]
    assert [hit.name for hit in find_customers("noy", user=owner, archived=False)] == ["Noy C", "Noy B"]
    assert [hit.name for hit in find_customers("noy", user=owner, archived=True)] == ["Noy A"]


def test_only_customers_whom_one_may_see_are_found(owner: User) -> None:
    mali = User.objects.create_user("mali", records="own")
    hidden = create_customer(name="Secret Person", numbers=["020 7777 1234"], responsible=owner)
    create_customer(name="Shared Person", responsible=mali)
    search_index.put(hidden.pk, source="order:1", text="B-4711")
    assert names("person", mali) == ["Shared Person"]
    assert names("7777", mali) == names("B-4711", mali) == names("secrat", mali) == []
    assert names("person", User(username="nobody", is_active=False)) == []
    update_customer(customer=hidden, changes={"responsible": mali})
    assert names("7777", mali) == names("B-4711", mali) == names("secrat", mali) == ["Secret Person"]


def test_a_common_word_does_not_crowd_out_ones_own(owner: User) -> None:
    mali = User.objects.create_user("mali", records="own")
    for index in range(150):
        create_customer(name=f"Keo Number{index}", responsible=owner)
    create_customer(name="Keo Mine", responsible=mali)
    assert names("keo", mali) == ["Keo Mine"]


def test_orders_are_found_by_their_beginning_and_by_their_last_digits(owner: User) -> None:
    customer, other = create_customer(name="Buyer"), create_customer(name="Other")
    search_index.put(customer.pk, source="order:1", text="B-00123")
    search_index.put(other.pk, source="order:2", text="2026/00124")
    assert names("b-001", owner) == names("123", owner) == names("B 00123", owner) == ["Buyer"]
    assert names("2026/00124", owner) == ["Other"]
    hit = find_customers("b-00123", user=owner)[0]
    assert (hit.why, hit.text) == ("order", "B-00123")
    search_index.put(customer.pk, source="order:1", text="C-9")
    assert (names("b-00123", owner), names("c-9", owner)) == ([], ["Buyer"])
    search_index.put(customer.pk, source="order:1", text="")
    assert names("c-9", owner) == []


def test_orders_are_found_by_a_number_inside_theirs_the_newest_first(owner: User) -> None:
    for index, number in enumerate(("2025-0001", "2026-0001", "2026-0012", "INV/2026/0300-A")):
        customer = create_customer(name=f"Buyer {index}")
        search_index.put(customer.pk, source=f"order:{index}", text=number)
    found = {typed: names(typed, owner) for typed in ("0001", "1", "2026 0001", "26-0012", "inv 300", "0300", "00010")}
    assert found == {
        "0001": ["Buyer 1", "Buyer 0"],
        "1": ["Buyer 1", "Buyer 0", "Buyer 2"],
        "2026 0001": ["Buyer 1"],
        "26-0012": ["Buyer 2"],
        "inv 300": ["Buyer 3"],
        "0300": ["Buyer 3"],
        "00010": [],
    }


def test_the_last_digits_of_a_number_come_before_its_first_ones_and_those_before_its_middle(owner: User) -> None:
    for name, number in (("Middle", "020 5205 5512"), ("First", "020 5551 2345"), ("Last", "030 123 2055")):
        create_customer(name=name, numbers=[number])
    assert names("2055", owner) == ["Last", "First", "Middle"]
    assert names("020 55", owner) == ["First", "Last", "Middle"]
    assert names("+85620555", owner) == names("0085620555", owner) == ["First"]


def test_one_of_each_name_near_a_misspelt_one_comes_before_a_second(owner: User) -> None:
    for index in range(10):
        create_customer(name="Mali Vongchan", responsible=None if index else owner)
    create_customer(name="Mali Vongmachan")
    create_customer(name="Somchai Vongmchen")
    found = find_customers("Mali Vongmchan", user=owner)
    assert [hit.name for hit in found[:3]] == ["Mali Vongchan", "Mali Vongmachan", "Mali Vongchan"]
    assert [hit.is_guess for hit in found] == [True] * 8


def test_an_index_of_an_older_version_is_made_anew_by_the_job(owner: User) -> None:
    customer = create_customer(name="Mali", numbers=["020 5551 2345"], responsible=owner)
    search_index.put(customer.pk, source="order:1", text="2026-0001")
    SearchText.objects.update(version=1)
    SearchCode.objects.update(ending="20260001")
    update_customer(customer=create_customer(name="Noy"), changes={"name": "Noi"})
    assert not search_index.is_complete()
    assert search_index.build() == 1
    assert search_index.is_complete()
    assert names("0001", owner) == names("2345", owner) == names("mali", owner) == ["Mali"]
    archive_customer(customer=customer)
    assert find_customers("mali", user=owner, archived=False) == []


def test_what_is_changed_or_removed_is_found_no_more(owner: User) -> None:
    customer = create_customer(name="Before", numbers=["020 5551 2345"])
    phone = add_phone(customer=customer, raw="020 6661 9999")
    update_customer(customer=customer, changes={"name": "After"})
    remove_phone(phone=phone)
    assert (names("before", owner), names("6661", owner)) == ([], [])
    assert (names("after", owner), names("5551", owner)) == (["After"], ["After"])
    customer.delete()
    assert names("after", owner) == []


def test_why_somebody_was_found_is_said(owner: User) -> None:
    customer = create_customer(name="Anna", numbers=["020 5551 2345"], own_fields={"contract": "A-17"})
    add_contact(customer=customer, kind="telegram", value="@annushka")
    why = {
        typed: (hit.why, hit.text)
        for typed in ("anna", "5551", "annush", "a-17")
        for hit in find_customers(typed, user=owner)
    }
    assert why == {
        "anna": ("name", "Anna"),
        "5551": ("phone", "+8562055512345"),
        "annush": ("contact", "@annushka"),
        "a-17": ("own:contract", "A-17"),
    }


def test_nobody_is_found_by_a_field_that_ones_role_does_not_see(owner: User) -> None:
    OwnField.objects.create(key="debt", name="Debt", roles=["administrator"])
    create_customer(name="Anna", own_fields={"debt": "hopeless"})
    assert names("hopeless", owner) == []
    assert names("hopeless", User.objects.create_user("boss", role="administrator")) == ["Anna"]


def test_customers_written_past_the_services_are_found_once_the_index_is_built(owner: User) -> None:
    Customer.objects.bulk_create(Customer(name=f"Imported {index}", search_name="x") for index in range(1200))
    assert names("imported", owner) == []
    assert not search_index.is_complete()
    told: list[int] = []
    assert search_index.build(tell=lambda done, last: told.append(done)) == 1200
    assert (len(told), search_index.is_complete()) == (3, True)
    assert search_index.build() == 0
    assert len(names("imported", owner)) == 8
    search_index.clear()
    assert (names("imported", owner), search_index.build()) == ([], 1200)


def test_customers_like_the_one_that_is_entered(owner: User) -> None:
    create_customer(name="Jonas Weber", numbers=["020 5551 2345"])
    create_customer(name="Mali")
    assert [hit.name for hit in alike("Jonas Webber", "", user=owner)] == ["Jonas Weber"]
    assert [hit.name for hit in alike("", "+856 20 5551 2345", user=owner)] == ["Jonas Weber"]
    assert alike("", "", user=owner) == []
