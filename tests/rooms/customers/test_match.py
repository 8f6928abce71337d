from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callcard.customers.queries import NumberMatch, match_number
from callcard.customers.services import add_phone, archive_customer, create_customer
from callcard.staff.models import Extension, Line

pytestmark = pytest.mark.django_db


def match(raw: str) -> NumberMatch:
    return match_number(raw, region="LA")


@pytest.mark.parametrize("raw", ["+8562055512345", "8562055512345", "020 5551-2345", "008562055512345", "2055512345"])
def test_a_customer_is_known_by_any_writing_with_one_query(raw: str) -> None:
    customer = create_customer(name="Mali", numbers=["020 555 12345"])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert match(raw) == NumberMatch(kind="exact", customer_ids=(customer.pk,), e164="+8562055512345")
    assert len(asked) == 1


def test_several_customers_with_one_number_are_all_offered() -> None:
    one = create_customer(name="Mali", numbers=["020 5551 2345"])
    other = create_customer(name="Noy", numbers=["+856 20 5551 2345", "8562055512345"])
    assert match("02055512345") == NumberMatch(kind="several", customer_ids=(one.pk, other.pk), e164="+8562055512345")


def test_one_number_twice_on_one_customer_is_one_customer() -> None:
    customer = create_customer(name="Mali", numbers=["020 5551 2345"])
    add_phone(customer=customer, raw="+8562055512345")
    assert match("02055512345").customer_ids == (customer.pk,)


def test_archived_customers_are_not_found() -> None:
    customer = create_customer(name="Mali", numbers=["020 5551 2345", "5551234"])
    archive_customer(customer=customer)
    assert match("02055512345") == NumberMatch(kind="none", customer_ids=(), e164="+8562055512345")
    assert match("0215551234").kind == "none"


def test_same_last_eight_digits_are_not_the_same_person() -> None:
    create_customer(name="Thai", numbers=["+66 8 5551 2345"])
    create_customer(name="Lao", numbers=["+856 20 5551 2345"])
    for raw in ("+856 30 5551 2345", "+49 151 5551 2345", "+1 205 551 2345", "+856 22 5551 2345"):
        assert match(raw).customer_ids == (), raw


def test_an_incomplete_number_is_possible_and_labelled_so() -> None:
    customer = create_customer(name="John", numbers=["+1 212 555 0123"])
    expected = NumberMatch(kind="possible", customer_ids=(customer.pk,), e164="+15550123")
    assert match_number("555 0123", region="US") == expected
    assert match_number("555 0123", region="KZ").customer_ids == ()
    assert match_number("+44 555 0123", region="US").customer_ids == ()


@pytest.mark.parametrize("raw", ["021 212 800", "+85621212800", "85621212800", "021212800"])
def test_own_lines_are_never_customers(raw: str) -> None:
    Line.objects.create(number="021 212 800", e164="+85621212800")
    create_customer(name="Us", numbers=["+85621212800"])
    assert match(raw) == NumberMatch(kind="own", customer_ids=(), e164="+85621212800")


def test_own_extensions_are_never_customers() -> None:
    Extension.objects.create(number="2055512345")
    create_customer(name="Mali", numbers=["2055512345"])
    assert match("2055512345").kind == "own"
    assert match("301") == NumberMatch(kind="none", customer_ids=(), e164="")


@pytest.mark.parametrize("raw", ["anonymous", "Restricted", "<unknown>"])
def test_withheld(raw: str) -> None:
    create_customer(name="Nobody", numbers=[raw])
    assert match(raw) == NumberMatch(kind="withheld", customer_ids=(), e164="")


@pytest.mark.parametrize("raw", ["", " ", "\x00", "a'; DROP TABLE customers_phone; --", "+" * 300, "9" * 200, "\ud800"])
def test_nonsense_is_nobody(raw: str) -> None:
    create_customer(name="Mali", numbers=["020 5551 2345"])
    assert match(raw).customer_ids == ()
