from __future__ import annotations

import pytest

from callcard.customers.models import Customer
from callcard.customers.services import (
    add_number_to_customer,
    add_phone,
    archive_customer,
    create_customer,
    update_customer,
)

pytestmark = pytest.mark.django_db


def test_a_new_customer_has_its_numbers_and_the_first_is_preferred() -> None:
    customer = create_customer(
        name="  Мария ", numbers=["020 5551 2345", "+49 30 123456", "020 5551 2345"], city="Pakse"
    )
    assert (customer.name, customer.search_name, customer.city) == ("Мария", "мария", "Pakse")
    assert list(customer.phones.order_by("pk").values_list("raw", "e164", "ending", "is_preferred")) == [
        ("020 5551 2345", "+8562055512345", "5512345", True),
        ("+49 30 123456", "+4930123456", "0123456", False),
    ]


def test_an_unknown_column_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(TypeError):
        create_customer(name="Mali", created_at=None)
    assert Customer.objects.count() == 0


def test_two_people_who_change_different_columns_both_win() -> None:
    pk = create_customer(name="Mali", city="Pakse").pk
    one, other = Customer.objects.get(pk=pk), Customer.objects.get(pk=pk)
    update_customer(customer=one, changes={"name": "MALI Souk"})
    update_customer(customer=other, changes={"city": "Vientiane"})
    fresh = Customer.objects.get(pk=pk)
    assert (fresh.name, fresh.search_name, fresh.city) == ("MALI Souk", "mali souk", "Vientiane")


def test_adding_a_number_again_in_another_writing_adds_nothing() -> None:
    customer = create_customer(name="Mali", numbers=["020 5551 2345"])
    known = customer.phones.get()
    assert add_number_to_customer(customer=customer, raw="+856 20 55512345") == known
    assert add_number_to_customer(customer=customer, raw="301").e164 == ""
    assert add_number_to_customer(customer=customer, raw="301").raw == "301"
    assert customer.phones.count() == 2


def test_only_one_number_is_preferred() -> None:
    customer = create_customer(name="Mali", numbers=["020 5551 2345"])
    newer = add_phone(customer=customer, raw="020 5551 2346", is_preferred=True)
    assert customer.phones.get(is_preferred=True) == newer


def test_archived_customers_stay_in_the_database() -> None:
    customer = create_customer(name="Mali")
    archive_customer(customer=customer)
    assert list(Customer.objects.current()) == []
    assert Customer.objects.get().archived_at is not None
