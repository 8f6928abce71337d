"""Cards that are read between the beginning of a call and its ring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from callcard.calls.foreshadowing import foreshadow, take_foreshadowed
from callcard.calls.recorder import CallRecorder
from callcard.customers.models import Customer
from callcard.desk import read_ahead
from tests.rooms.calls.test_recorder import RINGING

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    customer = Customer.objects.create(name="Mali Souk")
    customer.phones.create(raw="020 5551 2345", e164="+8562055512345")
    take_foreshadowed()
    return customer


def names(*customers: Customer) -> list[str]:
    cards = read_ahead.cards_for([customer.pk for customer in customers], now=timezone.now())
    return sorted(card.name for card in cards.values())


def test_a_call_that_has_begun_has_its_callers_card_read_and_the_ring_asks_no_more(
    customer: Customer, django_assert_num_queries: Callable[..., Any]
) -> None:
    CallRecorder("office", region="LA").look_ahead(replace(RINGING, segments=()))
    read_ahead.read_ahead()
    with django_assert_num_queries(0):
        assert names(customer) == ["Mali Souk"]


def test_it_is_given_once_so_what_is_changed_after_the_ring_is_seen(customer: Customer) -> None:
    foreshadow([customer.pk])
    read_ahead.read_ahead()
    Customer.objects.update(name="Mali Souk-Keo")
    assert names(customer) == ["Mali Souk"]
    assert names(customer) == ["Mali Souk-Keo"]


def test_what_was_read_too_long_ago_is_read_anew(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    foreshadow([customer.pk])
    read_ahead.read_ahead()
    Customer.objects.update(name="Mali Souk-Keo")
    monkeypatch.setattr(read_ahead, "_FRESH_SECONDS", 0.0)
    assert names(customer) == ["Mali Souk-Keo"]


def test_who_is_not_foreseen_is_read_beside_who_is(customer: Customer) -> None:
    other = Customer.objects.create(name="Keo")
    foreshadow([customer.pk])
    read_ahead.read_ahead()
    assert names(customer, other) == ["Keo", "Mali Souk"]


def test_without_a_call_nothing_is_asked(customer: Customer, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(0):
        read_ahead.read_ahead()
