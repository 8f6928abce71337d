"""Who changed what, when, and what it was before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from callcard.customers.models import Category, Customer
from callcard.sales.models import Balance
from callcard.staff.history import a_change, put_back, record_change, record_changes, snapshot
from callcard.staff.models import Change, User

pytestmark = pytest.mark.django_db

FIELDS = ("name", "category", "birthday", "own_fields")


def test_a_change_keeps_only_what_differs() -> None:
    user = User.objects.create(username="anna")
    change = record_change(
        about="customer",
        object_id=7,
        customer_id=7,
        action=Change.Action.CHANGED,
        before={"name": "Mali", "city": "Pakse"},
        after={"name": "Mali Souk", "city": "Pakse"},
        by=user,
        batch="import:3",
    )
    assert change is not None
    kept = Change.objects.get()
    assert (kept.before, kept.after) == ({"name": "Mali"}, {"name": "Mali Souk"})
    assert (kept.about, kept.object_id, kept.customer_id, kept.by, kept.batch) == ("customer", 7, 7, user, "import:3")


def test_nothing_is_kept_of_a_change_that_changed_nothing() -> None:
    same = {"name": "Mali"}
    kept = record_change(
        about="customer", object_id=1, customer_id=1, action="changed", before=same, after=dict(same), by=None
    )
    assert kept is None
    assert not Change.objects.exists()


def test_a_snapshot_survives_json_and_can_be_put_back() -> None:
    category = Category.objects.create(name="Regular")
    customer = Customer.objects.create(
        name="Mali", category=category, birthday=date(1990, 2, 28), own_fields={"size": "M"}
    )
    before = snapshot(customer, FIELDS)
    assert before == {
        "name": "Mali",
        "category": {"id": category.pk, "name": "Regular"},
        "birthday": "1990-02-28",
        "own_fields": {"size": "M"},
    }
    record_change(
        about="customer",
        object_id=customer.pk,
        customer_id=customer.pk,
        action="removed",
        before=before,
        after={},
        by=None,
    )
    customer.name, customer.category, customer.birthday, customer.own_fields = "Other", None, None, {}
    kept = Change.objects.get()
    assert sorted(put_back(customer, kept.before)) == sorted(FIELDS)  # PostgreSQL keeps no order of keys
    assert snapshot(customer, FIELDS) == before
    assert kept.after == {}


def test_what_is_gone_is_not_put_back() -> None:
    category = Category.objects.create(name="Regular")
    customer = Customer.objects.create(name="Mali", category=category)
    before = snapshot(customer, ("category",))
    customer.category = None
    customer.save()
    category.delete()
    assert put_back(customer, before) == []
    assert customer.category_id is None


def test_an_amount_is_exact() -> None:
    customer = Customer.objects.create(name="Mali")
    balance = Balance.objects.create(customer=customer, currency="LAK", owed=Decimal("12.50"))
    assert snapshot(balance, ("owed", "customer")) == {"owed": "12.50", "customer": {"id": customer.pk, "name": "Mali"}}


def test_many_changes_keep_their_order() -> None:
    made = [
        a_change(
            about="customer", object_id=n, customer_id=n, action="imported", before={}, after={"name": str(n)}, by=None
        )
        for n in range(1200)
    ]
    record_changes([*made, None])
    assert list(Change.objects.order_by("pk").values_list("object_id", flat=True)) == list(range(1200))
