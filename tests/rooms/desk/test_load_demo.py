from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import phonenumbers
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.customers.models import Category, Customer, OwnField, Phone
from callcard.customers.queries import match_number
from callcard.customers.search import find_customers
from callcard.sales.models import Balance, Order, OrderState, Payment, PaymentMethod, Product
from callcard.staff.models import Company, Extension, User
from callcard.tasks.models import Task

pytestmark = pytest.mark.django_db

DEMO: tuple[type[Model], ...] = (
    *(Call, Payment, Order, OrderState, Product, PaymentMethod, Task),
    *(Customer, Category, OwnField, Extension, User, Company),
)


def loaded(*arguments: str) -> str:
    told = StringIO()
    call_command("load_demo", *arguments, stdout=told)
    return told.getvalue()


def test_the_demo_company_and_the_same_again_with_a_password_that_is_given() -> None:
    told = loaded()
    steps, _, people = told.partition("A demo company is loaded. Sign in as:\n")
    assert [line.partition(": ")[0] for line in steps.splitlines()] == ["Loading the demo company"] * 4
    passwords = {line.split()[0]: line.split()[1] for line in people.splitlines()}
    assert set(passwords) == {"admin", "owner", "manager"}
    assert all(User.objects.get(username=name).check_password(word) for name, word in passwords.items())
    assert len(set(passwords.values())) == 3
    assert set(Extension.objects.values_list("number", flat=True)) == {str(n) for n in range(301, 307)}
    _customers_are_various()
    _numbers_are_real()
    _balances_are_right()
    _orders_are_found_by_their_number()
    _calls_are_like_an_offices()
    assert Task.objects.filter(done_at=None, due_at__lt=timezone.now()).count() > 5
    _a_second_one_is_not_loaded_over_it()
    first = _who_is_who()
    for model in DEMO:
        model._default_manager.all().delete()
    assert loaded("--password", "only-for-tests").count("only-for-tests") == 3
    assert _who_is_who() == first


def _a_second_one_is_not_loaded_over_it() -> None:
    before = [model.objects.count() for model in (Customer, Call, Order, User)]
    nothing, forgotten = loaded().splitlines()
    assert nothing == "There is a company already: nothing loaded."
    assert forgotten.endswith("callcard changepassword NAME")
    assert [model.objects.count() for model in (Customer, Call, Order, User)] == before


def _who_is_who() -> tuple[list[object], list[str]]:
    customers = Customer.objects.order_by("pk").values_list("name", "city", "portrait")
    return list(customers), list(Phone.objects.order_by("pk").values_list("raw", flat=True))


def _customers_are_various() -> None:
    customers = list(Customer.objects.all())
    assert len(customers) == 300
    assert len({customer.portrait for customer in customers}) == 300
    assert all((Path(settings.MEDIA_ROOT) / customer.portrait).is_file() for customer in customers)
    assert {customer.country for customer in customers} == {"LA", "KH", "KZ", "DE", "TH", "AE", "RU"}
    letters = "".join(customer.name for customer in customers)
    for first, last in (("ກ", "ໝ"), ("ក", "ឳ"), ("А", "я"), ("ء", "ي"), ("ก", "ฮ"), ("A", "z")):
        assert sum(first <= letter <= last for letter in letters) > 50, first


def _numbers_are_real() -> None:
    phones = list(Phone.objects.all())
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone.e164)) for phone in phones)
    kinds = [match_number(phone.raw, region="LA").kind for phone in phones]
    assert (kinds.count("exact"), kinds.count("several")) == (len(phones) - 2, 2)


def _balances_are_right() -> None:
    owed: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for order in Order.objects.filter(state__is_owed=True):
        owed[(order.customer_id, order.currency)] += order.total
    for payment in Payment.objects.all():
        owed[(payment.customer_id, payment.currency)] -= payment.amount
    assert {(b.customer_id, b.currency): b.owed for b in Balance.objects.all()} == dict(owed)
    assert {b.currency for b in Balance.objects.filter(owed__gt=0)} == {"LAK", "USD", "KZT", "EUR", "THB"}


def _orders_are_found_by_their_number() -> None:
    owner = User.objects.get(username="owner")
    for order in Order.objects.order_by("pk")[:3]:
        hits = [(hit.customer_id, hit.why) for hit in find_customers(order.number, user=owner)]
        assert (order.customer_id, "order") in hits


def _calls_are_like_an_offices() -> None:
    calls = list(Call.objects.all())
    assert 1_000 < len(calls) < 3_000
    assert Segment.objects.count() == 2 * len(calls)
    assert max(call.started_at for call in calls) < timezone.now()
    assert {call.direction for call in calls} == {"inbound", "outbound", "internal"}
    # Those who wait to be called back called just now, whatever the hour is.
    settled = [call.started_at for call in calls if call.started_at < timezone.now() - timedelta(minutes=80)]
    assert len(calls) - len(settled) < 20
    hours = {timezone.localtime(moment, timezone.get_fixed_timezone(420)).hour for moment in settled}
    assert hours <= set(range(8, 20))
    assert all(call.ended_at for call in calls)
