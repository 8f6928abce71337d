"""What customers owe, under the list of customers."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from callcard.customers.models import Category
from callcard.customers.services import create_customer
from callcard.sales.services import record_order
from callcard.staff.models import Company
from tests.rooms.staff.windows import Window, person

pytestmark = pytest.mark.django_db


def sums(window: Window, question: str = "") -> list[tuple[str, str, str]]:
    """(currency, amount, words) under the list."""
    page = window.text(f"/customers/?{question}")
    return re.findall(r'<dt>(\w+)</dt><dd><b>(.*?)</b> <span class="quiet">(.*?)</span>', page)


@pytest.fixture
def anna() -> Window:
    Company.objects.create(name="Mekong", region="LA", currency="USD", time_zone="Asia/Vientiane")
    anna = Window(person("anna", role="owner"))
    vip = Category.objects.create(name="VIP")
    mali = create_customer(name="Mali", responsible=anna.user, category=vip)
    noy = create_customer(name="Noy", category=vip)
    record_order(customer=mali, total=Decimal(10), currency="USD")
    record_order(customer=mali, total=Decimal(3), currency="EUR")
    record_order(customer=noy, total=Decimal(7), currency="USD")
    record_order(customer=create_customer(name="Xay"), total=Decimal(100), currency="USD")
    return anna


def test_all_debts_are_kept_sums_by_currency(anna: Window) -> None:
    words = "all owe, archived ones included"
    assert sums(anna) == [("USD", "$117", words), ("EUR", "€3", words)]


def test_of_those_who_are_found_their_debts_are_summed(anna: Window) -> None:
    vip = Category.objects.get(name="VIP").pk
    assert sums(anna, f"f.category={vip}") == [("EUR", "€3", "they owe"), ("USD", "$17", "they owe")]
    assert sums(anna, "q=noy") == [("USD", "$7", "they owe")]


def test_one_hears_of_ones_own_customers_only(anna: Window) -> None:
    lee = Window(person("lee", records="own"))
    assert sums(lee) == []
    noy = create_customer(name="Noy Two", responsible=lee.user)
    record_order(customer=noy, total=Decimal(5), currency="USD")
    assert sums(lee) == [("USD", "$5", "they owe")]
