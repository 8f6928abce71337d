"""Two people who write what belongs to one customer at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from callcard.customers.merge_services import merge_customers
from callcard.customers.merging import CannotMerge
from callcard.customers.models import Address, ContactPerson, Customer
from callcard.customers.person_services import (
    add_address,
    add_person,
    change_address,
    change_person,
    remove_address,
    remove_person,
)
from callcard.customers.record import ChangedMeanwhile
from callcard.customers.services import add_phone, change_phone, create_customer


def _at_once(*works: Callable[[], object]) -> list[str]:
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        barrier.wait(10)
        try:
            work()
        except ChangedMeanwhile:
            return "told"
        finally:
            connection.close()
        return "written"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.django_db
def test_what_is_added_to_somebody_merged_meanwhile_goes_to_whom_they_became() -> None:
    kept, gone = create_customer(name="Kept"), create_customer(name="Gone")
    merge_customers(kept=kept, gone=[gone], by=None)
    person, address = add_person(customer=gone, name="Mali"), add_address(customer=gone, city="Pakse")
    assert (person.customer_id, address.customer_id) == (kept.pk, kept.pk)
    assert add_phone(customer=gone, raw="021 555555", person="mali").contact_person == person


@pytest.mark.django_db(transaction=True)
def test_of_two_opposite_merges_one_is_done_and_nobody_is_gone() -> None:
    one, two = create_customer(name="One", numbers=["021 111111"]), create_customer(name="Two", numbers=["021 222222"])

    def merge(kept: Customer, gone: Customer) -> None:
        try:
            merge_customers(kept=kept, gone=[gone], by=None)
        except CannotMerge as refused:
            raise ChangedMeanwhile("archived_at", "", by=None, at=None) from refused

    outcomes = _at_once(lambda: merge(one, two), lambda: merge(two, one))
    assert sorted(outcomes) == ["told", "written"]
    left = Customer.objects.current().get()
    assert left == (one, two)[outcomes.index("told") - 1]
    assert sorted(left.phones.values_list("raw", flat=True)) == ["021 111111", "021 222222"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_a_merge_comes_in_between() -> None:
    kept, gone = create_customer(name="Kept"), create_customer(name="Gone")
    person, address = add_person(customer=gone, name="Mali"), add_address(customer=gone, city="Pakse")
    phone = add_phone(customer=gone, raw="021 555555")
    away, last = add_person(customer=gone, name="Away"), add_address(customer=gone, city="Last")
    outcomes = _at_once(
        lambda: merge_customers(kept=Customer.objects.get(pk=kept.pk), gone=[gone], by=None),
        lambda: add_person(customer=gone, name="New"),
        lambda: add_address(customer=gone, city="New"),
        lambda: change_person(person=person, changes={"role": "Director"}, by=None),
        lambda: change_address(address=address, changes={"line": "Road 13"}, by=None),
        lambda: change_phone(phone=phone, changes={"label": "Work"}, by=None),
        lambda: remove_person(person=away),
        lambda: remove_address(address=last),
    )
    assert outcomes == ["written"] * 8
    rows = ContactPerson.objects.order_by("name").values_list("customer_id", "name", "role")
    assert list(rows) == [(kept.pk, "Mali", "Director"), (kept.pk, "New", "")]
    places = Address.objects.order_by("city").values_list("customer_id", "city", "line")
    assert list(places) == [(kept.pk, "New", ""), (kept.pk, "Pakse", "Road 13")]
    phone.refresh_from_db()
    assert (phone.customer_id, phone.label) == (kept.pk, "Work")


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_to_one_field_is_told() -> None:
    person = add_person(customer=create_customer(name="A"), name="Mali", role="Clerk")
    outcomes = _at_once(
        lambda: change_person(person=person, changes={"role": "Director"}, by=None, old={"role": "Clerk"}),
        lambda: change_person(person=person, changes={"role": "Owner"}, by=None, old={"role": "Clerk"}),
    )
    assert sorted(outcomes) == ["told", "written"]
