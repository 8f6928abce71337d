"""What a customer owes is always the sum of the rows, whatever was written in whatever order."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales.models import Balance, Order, OrderState, Payment
from callcard.sales.services import record_order, record_payment, remove_payment, update_order

amounts = st.decimals(min_value=Decimal("-9999999.99"), max_value=Decimal("9999999.99"), places=2)
currencies = st.sampled_from(["USD", "LAK", "eur"])
steps = st.one_of(
    st.tuples(st.just("order"), amounts, currencies, st.integers(0, 2)),
    st.tuples(st.just("pay"), amounts, currencies, st.integers(0, 9)),
    st.tuples(st.just("take back"), amounts, currencies, st.integers(0, 9)),
    st.tuples(st.just("reprice"), amounts, currencies, st.integers(0, 9)),
    st.tuples(st.just("state"), amounts, currencies, st.integers(0, 9)),
)


def summed(customer: Customer) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for order in Order.objects.filter(customer=customer, state__is_owed=True):
        owed[order.currency] += order.total
    for payment in Payment.objects.filter(customer=customer):
        owed[payment.currency] -= payment.amount
    return {currency: amount for currency, amount in owed.items() if amount}


def kept(customer: Customer) -> dict[str, Decimal]:
    return dict(Balance.objects.filter(customer=customer).exclude(owed=0).values_list("currency", "owed"))


class Balances(TestCase):
    @given(st.lists(steps, max_size=12))
    def test_kept_is_summed(self, todo: list[tuple[str, Decimal, str, int]]) -> None:
        customer = create_customer(name="Mali")
        other = create_customer(name="Noy")
        states = [
            OrderState.objects.create(name="new"),
            OrderState.objects.create(name="delivered", is_current=False),
            OrderState.objects.create(name="cancelled", is_current=False, is_owed=False),
        ]
        orders: list[Order] = []
        payments: list[Payment] = []
        for index, (what, amount, currency, pick) in enumerate(todo):
            order = orders[pick % len(orders)] if orders else None
            if what == "order":
                made = record_order(
                    customer=customer, number=f"{index}", total=amount, currency=currency, state=states[pick]
                )
                orders.append(made)
            elif what == "pay":
                payments.append(record_payment(customer=customer, amount=amount, currency=currency, order=order))
            elif what == "take back" and payments:
                remove_payment(payment=payments[pick % len(payments)])
            elif what == "reprice" and order:
                update_order(order=order, changes={"total": amount, "currency": currency})
            elif what == "state" and order:
                update_order(order=order, changes={"state": states[pick % 3]})
        assert kept(customer) == summed(customer)
        assert kept(other) == {}
        assert all(order.is_current == order.state.is_current for order in Order.objects.select_related("state"))


@pytest.mark.django_db
def test_ten_cents_three_times_are_thirty() -> None:
    customer = create_customer(name="Mali")
    for _ in range(3):
        record_payment(customer=customer, amount=Decimal("-0.1"), currency="USD")
    record_payment(customer=customer, amount=Decimal("0.3"), currency="USD")
    assert Balance.objects.get().owed == 0
    assert Balance.objects.exclude(owed=0).count() == 0


@pytest.mark.django_db
def test_a_payment_for_another_customers_order_changes_nothing() -> None:
    one, other = create_customer(name="Mali"), create_customer(name="Noy")
    state = OrderState.objects.create(name="new")
    order = record_order(customer=one, number="1", total=Decimal(5), currency="USD", state=state)
    with pytest.raises(ValueError, match="another customer's"):
        record_payment(customer=other, amount=Decimal(5), currency="USD", order=order)
    assert (kept(one), kept(other), Payment.objects.count()) == ({"USD": Decimal(5)}, {}, 0)


@pytest.mark.django_db
def test_columns_that_are_not_ones_to_change_are_refused() -> None:
    customer = create_customer(name="Mali")
    state = OrderState.objects.create(name="new")
    order = record_order(customer=customer, number="1", total=Decimal(5), currency="USD", state=state)
    with pytest.raises(TypeError, match="customer"):
        update_order(order=order, changes={"customer": customer})
