"""What a customer owes is always the sum of the rows, whatever was written in whatever order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from callcard.customers.merge_services import merge_customers, undo_merge
from callcard.customers.merging import CannotMerge
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales.balances import count_debts_anew
from callcard.sales.models import Balance, DebtTotal, Order, OrderState, Payment
from callcard.sales.payment_services import NotAllocated, allocate, cancel_payment, record_payment, restore_payment
from callcard.sales.rules import LineFigures, order_figures
from callcard.sales.services import LineDraft, cancel_order, record_order, restore_order, update_order
from callcard.staff.models import Change

amounts = st.decimals(min_value=Decimal("-9999999.99"), max_value=Decimal("9999999.99"), places=2)
small = st.decimals(min_value=Decimal(0), max_value=Decimal("99.999"), places=3)
currencies = st.sampled_from(["USD", "LAK", "kwd"])
line = st.builds(
    LineFigures,
    quantity=st.decimals(min_value=Decimal("-99.999"), max_value=Decimal("999.999"), places=3),
    price=st.decimals(min_value=Decimal(0), max_value=Decimal("99999.999"), places=3),
    discount_percent=small,
    discount_amount=small,
    tax_percent=st.sampled_from([Decimal(0), Decimal(10), Decimal("12.5")]),
)
WHAT = (
    *("order", "order", "pay", "advance", "take back", "give back", "reprice", "state", "lines", "cancel"),
    *("uncancel", "allocate", "discount"),
)
step = st.tuples(
    st.sampled_from(WHAT), amounts, currencies, st.integers(0, 9), st.integers(0, 9), st.lists(line, max_size=3)
)


def summed(customer: Customer) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for order in Order.objects.filter(customer=customer, state__is_owed=True, cancelled_at=None):
        owed[order.currency] += order.total
    for payment in Payment.objects.filter(customer=customer, cancelled_at=None):
        owed[payment.currency] -= payment.amount
    return {currency: amount for currency, amount in owed.items() if amount}


def kept(customer: Customer) -> dict[str, Decimal]:
    return dict(Balance.objects.filter(customer=customer).exclude(owed=0).values_list("currency", "owed"))


def totals() -> dict[str, tuple[Decimal, Decimal, int]]:
    """What is kept of all customers, by currency: owed, paid ahead, how many owe."""
    sums = DebtTotal.objects.order_by().values("currency").annotate(o=Sum("owed"), a=Sum("ahead"), d=Sum("debtors"))
    return {row["currency"]: (row["o"], row["a"], row["d"]) for row in sums if row["o"] or row["a"] or row["d"]}


class Office:
    """Somebody at work, who does whatever they are told and is refused what does not go."""

    def __init__(self) -> None:
        self.customer = create_customer(name="Mali")
        self.states = [
            OrderState.objects.create(name="new"),
            OrderState.objects.create(name="delivered", is_current=False),
            OrderState.objects.create(name="offer", is_owed=False),
        ]
        self.orders: list[Order] = []
        self.payments: list[Payment] = []

    def do(self, what: str, amount: Decimal, currency: str, one: int, other: int, lines: list[LineFigures]) -> None:
        order = self.orders[one % len(self.orders)] if self.orders else None
        payment = self.payments[other % len(self.payments)] if self.payments else None
        drafts = [LineDraft(title="thing", figures=figures) for figures in lines]
        if what == "order":
            state = self.states[one % 3]
            made = record_order(customer=self.customer, total=amount, currency=currency, state=state, lines=drafts)
            self.orders.append(made)
        elif what == "advance" or (what == "pay" and order is None):
            self.payments.append(record_payment(customer=self.customer, amount=amount, currency=currency))
        elif order is not None:
            self.change(what, amount, currency, other, drafts, order, payment)

    def change(
        self,
        what: str,
        amount: Decimal,
        currency: str,
        other: int,
        drafts: list[LineDraft],
        order: Order,
        payment: Payment | None,
    ) -> None:
        of_order: dict[str, Callable[[], object]] = {
            "pay": lambda: self.pay(amount, order),
            "reprice": lambda: self.reprice(order, amount, currency),
            "state": lambda: update_order(order=order, changes={"state": self.states[other % 3]}),
            "lines": lambda: update_order(order=order, changes={}, lines=drafts),
            "discount": lambda: update_order(
                order=order, changes={"discount_percent": abs(amount) % 100, "discount_amount": Decimal(3)}
            ),
            "cancel": lambda: cancel_order(order=order),
            "uncancel": lambda: restore_order(order=order),
        }
        if what in of_order:
            of_order[what]()
        elif payment is not None:
            of_payment: dict[str, Callable[[], object]] = {
                "take back": lambda: cancel_payment(payment=payment),
                "give back": lambda: restore_payment(payment=payment),
                "allocate": lambda: allocate(payment=payment, order=order, amount=abs(amount) / 3),
            }
            of_payment[what]()

    def pay(self, amount: Decimal, order: Order) -> None:
        currency = Order.objects.get(pk=order.pk).currency
        self.payments.append(record_payment(customer=self.customer, amount=amount, currency=currency, order=order))

    def reprice(self, order: Order, amount: Decimal, currency: str) -> None:
        update_order(order=order, changes={"total": amount, "currency": currency})


class Balances(TestCase):
    @given(st.lists(step, max_size=16))
    def test_kept_is_summed(self, todo: list[tuple[Any, ...]]) -> None:
        office = Office()
        other = create_customer(name="Noy")
        for what in todo:
            with suppress(ValueError):  # what does not go is refused, and then changed nothing
                office.do(*what)
        assert kept(office.customer) == summed(office.customer)
        assert kept(other) == {}
        before = totals()
        assert {c: max(a, Decimal(0)) for c, a in kept(office.customer).items()} == {c: t[0] for c, t in before.items()}
        count_debts_anew()
        assert totals() == before
        for order in Order.objects.select_related("state").prefetch_related("lines", "payments", "allocations"):
            self.check(order)

    def check(self, order: Order) -> None:
        assert order.is_current == (order.state.is_current and not order.is_cancelled)
        paid = sum((p.amount for p in order.payments.all() if not p.is_cancelled), Decimal(0))
        paid += sum((a.amount for a in order.allocations.all() if not a.payment.is_cancelled), Decimal(0))
        assert order.paid == paid
        lines = list(order.lines.all())
        if lines:
            figures = order_figures(
                [each.figures for each in lines],
                currency=order.currency,
                discount_percent=order.discount_percent,
                discount_amount=order.discount_amount,
            )
            assert (order.total, order.tax) == (figures.total, figures.tax)
            assert tuple(each.amount for each in lines) == figures.amounts


@pytest.fixture
def mali() -> Customer:
    return create_customer(name="Mali")


@pytest.mark.django_db
def test_ten_cents_three_times_are_thirty(mali: Customer) -> None:
    for _ in range(3):
        record_payment(customer=mali, amount=Decimal("-0.1"), currency="USD")
    record_payment(customer=mali, amount=Decimal("0.3"), currency="USD")
    assert Balance.objects.get().owed == 0
    assert (Balance.objects.exclude(owed=0).count(), totals()) == (0, {})


@pytest.mark.django_db
def test_a_payment_for_another_customers_order_changes_nothing(mali: Customer) -> None:
    other = create_customer(name="Noy")
    order = record_order(customer=mali, total=Decimal(5), currency="USD")
    with pytest.raises(ValueError, match="another customer's"):
        record_payment(customer=other, amount=Decimal(5), currency="USD", order=order)
    with pytest.raises(ValueError, match="another currency"):
        record_payment(customer=mali, amount=Decimal(5), currency="EUR", order=order)
    assert (kept(mali), kept(other), Payment.objects.count()) == ({"USD": Decimal(5)}, {}, 0)


@pytest.mark.django_db
def test_an_advance_pays_for_an_order_once_and_no_more_than_it_is(mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(80), currency="USD")
    advance = record_payment(customer=mali, amount=Decimal(50), currency="USD")
    with pytest.raises(NotAllocated):
        allocate(payment=advance, order=order, amount=Decimal("50.01"))
    allocate(payment=advance, order=order, amount=Decimal(30))
    assert allocate(payment=advance, order=order, amount=Decimal(50)).free == 0
    order.refresh_from_db()
    assert (order.paid, order.debt, kept(mali)) == (Decimal(50), Decimal(30), {"USD": Decimal(30)})
    cancel_payment(payment=advance)
    order.refresh_from_db()
    assert (order.paid, kept(mali)) == (Decimal(0), {"USD": Decimal(80)})
    allocate(payment=restore_payment(payment=advance), order=order, amount=Decimal(0))
    order.refresh_from_db()
    assert (order.paid, kept(mali)) == (Decimal(0), {"USD": Decimal(30)})


@pytest.mark.django_db
def test_columns_that_are_not_ones_to_change_are_refused(mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(5), currency="USD")
    with pytest.raises(TypeError, match="customer"):
        update_order(order=order, changes={"customer": mali})


@pytest.mark.django_db
def test_every_write_is_remembered_with_who_did_it(mali: Customer, django_user_model: Any) -> None:
    anna = django_user_model.objects.create_user("anna")
    order = record_order(customer=mali, total=Decimal(5), currency="USD", by=anna)
    update_order(order=order, changes={"title": "Roof"}, by=anna)
    update_order(order=order, changes={"title": "Roof"}, by=anna)  # changes nothing
    cancel_order(order=order, why="typed twice", by=anna)
    restore_order(order=order, by=anna)
    changes = Change.objects.filter(about="order", object_id=order.pk, customer_id=mali.pk, by=anna).order_by("pk")
    assert [change.action for change in changes] == ["created", "changed", "cancelled", "restored"]
    assert (changes[1].before, changes[1].after) == ({"title": ""}, {"title": "Roof"})
    assert changes[2].after["cancelled_why"] == "typed twice"


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_lose_nothing_and_share_no_number(mali: Customer) -> None:
    OrderState.objects.create(name="new")
    first = record_order(customer=mali, total=Decimal(1000), currency="USD")
    together = Barrier(4)

    def write(index: int) -> None:
        together.wait()
        for _ in range(5):
            if index % 2:
                record_order(customer=mali, total=Decimal("0.10"), currency="USD")
            else:
                record_payment(customer=mali, amount=Decimal("0.30"), currency="USD", order=first)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert kept(mali) == {"USD": Decimal(998)} == summed(mali)
    first.refresh_from_db()
    assert (first.paid, totals()) == (Decimal(3), {"USD": (Decimal(998), Decimal(0), 1)})
    numbers = sorted(order.number.partition("-")[2] for order in Order.objects.all())
    assert numbers == [f"{number:04}" for number in range(1, 12)]
    receipts = sorted(payment.number.partition("-")[2] for payment in Payment.objects.all())
    assert receipts == [f"{number:04}" for number in range(1, 11)]


@pytest.mark.django_db(transaction=True)
def test_merges_and_payments_at_once_wait_for_each_other_and_not_in_a_circle() -> None:
    people = [create_customer(name=f"C{index}") for index in range(8)]
    orders = [record_order(customer=one, total=Decimal(10), currency="USD") for one in people]
    together = Barrier(3)

    def merge(pairs: list[tuple[int, int]]) -> None:
        together.wait()
        for kept_one, gone in pairs:
            with suppress(CannotMerge):  # the other one has merged these two at this moment
                undo_merge(merge=merge_customers(kept=people[kept_one], gone=[people[gone]], by=None), by=None)
        connection.close()

    def pay() -> None:
        together.wait()
        for order in orders:
            customer = Order.objects.get(pk=order.pk).customer
            with suppress(ValueError):  # it is another customer's by then
                record_payment(customer=customer, amount=Decimal(1), currency="USD", order=order)
        connection.close()

    with ThreadPoolExecutor(3) as pool:
        crosswise = [[(0, 1), (2, 3), (4, 5), (6, 7)], [(7, 6), (5, 4), (3, 2), (1, 0)]]
        done = [*(pool.submit(merge, pairs) for pairs in crosswise), pool.submit(pay)]
        for each in done:
            each.result(timeout=120)
    for one in people:
        assert kept(one) == summed(one)
