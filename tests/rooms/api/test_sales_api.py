"""Orders, payments and products over the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from callcard.api.sign_in import rate
from callcard.api.v1.goods import FILTERS as PRODUCT_FILTERS
from callcard.api.v1.sales import ORDER_FILTERS
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales import order_lists, product_lists
from callcard.sales.models import Balance, Order, Payment
from callcard.sales.payment_services import record_payment
from callcard.sales.product_services import product_by_line
from callcard.sales.rules import LineFigures
from callcard.sales.services import record_order
from callcard.staff.models import User
from tests.rooms.api.program import Program, told
from tests.rooms.staff.windows import person

pytestmark = pytest.mark.django_db
LINES = [{"title": "Chair", "quantity": "2", "price": "12.50"}, {"title": "Delivery", "quantity": "1", "price": "5"}]


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    rate.forget()


@pytest.fixture
def mali() -> User:
    return person("mali", records="own")


@pytest.fixture
def program(mali: User) -> Program:
    return Program(mali)


@pytest.fixture
def customer(mali: User) -> Customer:
    return create_customer(name="Boun", responsible=mali)


def _owed(customer: Customer) -> Decimal:
    return Balance.objects.filter(customer=customer).aggregate(all=Sum("owed"))["all"] or Decimal(0)


def test_an_order_is_written_down_once_and_owed(program: Program, customer: Customer) -> None:
    said = {"customer": customer.pk, "currency": "USD", "title": "Chairs", "discount_percent": "10", "lines": LINES}
    answers = [program.post("/orders", said, Idempotency_Key="a") for _ in "ab"]
    data = told(answers[0])
    assert [answer.status_code for answer in answers] == [201, 201]
    assert (data["total"], data["owed"], data["currency"]) == ("27.000", "27.000", "USD")
    assert [(line["title"], line["amount"]) for line in data["lines"]] == [("Chair", "25.000"), ("Delivery", "5.000")]
    assert (Order.objects.count(), _owed(customer)) == (1, Decimal("27.000"))
    assert told(program.get(f"/customers/{customer.pk}"))["owed"] == [{"amount": "27.000", "currency": "USD"}]
    assert [one["id"] for one in told(program.get("/orders?f.currency=USD"))["items"]] == [data["id"]]


def test_an_order_is_changed_cancelled_and_restored(program: Program, customer: Customer) -> None:
    order = told(program.post("/orders", {"customer": customer.pk, "currency": "USD", "lines": LINES}))
    path = f"/orders/{order['id']}"
    assert program.patch(path, {"title": "x"}).status_code == 428
    assert program.patch(path, {"title": "x"}, If_Match='"old"').status_code == 412
    assert told(program.change(path, {"lines": LINES[:1]}))["total"] == "25.000"
    assert told(program.change(path, {"title": "Chairs"}))["total"] == "25.000"
    assert told(program.post(f"{path}/cancel", {"why": "Twice"}))["cancelled_why"] == "Twice"
    assert _owed(customer) == 0
    assert told(program.change(path, {"title": "y"}))["type"] == "urn:callcard:problem:cancelled"
    assert told(program.post(f"{path}/restore"))["cancelled_at"] is None
    assert _owed(customer) == Decimal(25)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"lines": []}, "lines"),
        ({"total": "5"}, "total"),
        ({"number": "A-1"}, "number"),
        ({"currency": "XXQ"}, "currency"),
        ({"customer": 10**17}, "customer"),
        ({"state": 10**17}, "state"),
        ({"lines": [{"title": "x", "quantity": 1, "price": "1"}]}, "lines.0.quantity"),
        ({"lines": [{"title": "x", "quantity": "-1", "price": "1"}]}, "lines.0.quantity"),
        ({"lines": [{"title": "x", "quantity": "1e9", "price": "1"}]}, "lines.0.quantity"),
        ({"lines": [{"title": " ", "quantity": "1", "price": "1"}]}, "lines.0.title"),
        ({"currency": "LAK", "lines": [{"title": "x", "quantity": "1", "price": "0.5"}]}, "lines.0.price"),
        ({"lines": [{"title": "x", "quantity": "999999999", "price": "999999999"}]}, "lines.0.price"),
        ({"discount_percent": "101"}, "discount_percent"),
    ],
)
def test_an_order_that_cannot_be_is_refused(program: Program, customer: Customer, said: Any, field: str) -> None:
    answer = program.post("/orders", {"customer": customer.pk, "currency": "USD", "lines": LINES, **said})
    assert (answer.status_code, [one["field"] for one in told(answer)["errors"]]) == (422, [field])
    assert (Order.objects.count(), _owed(customer)) == (0, Decimal(0))


def test_orders_and_payments_of_others_do_not_exist(program: Program) -> None:
    foreign = create_customer(name="Foreign", responsible=person("keo"))
    order = record_order(customer=foreign, total=Decimal(10), currency="USD")
    payment = record_payment(customer=foreign, amount=Decimal(3), currency="USD")
    before = (Order.objects.values().get(), Payment.objects.values().get(), _owed(foreign))
    answers = [
        program.get(f"/orders/{order.pk}"),
        program.patch(f"/orders/{order.pk}", {"title": "x"}, If_Match="*"),
        program.post(f"/orders/{order.pk}/cancel"),
        program.get(f"/payments/{payment.pk}"),
        program.post(f"/payments/{payment.pk}/cancel"),
        program.post(f"/payments/{payment.pk}/allocate", {"order": order.pk, "amount": "1"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    refused = program.post("/payments", {"customer": foreign.pk, "amount": "1", "currency": "USD"})
    assert refused.status_code == 422
    assert program.post("/orders", {"customer": foreign.pk, "currency": "USD", "lines": LINES}).status_code == 422
    assert told(program.get("/orders"))["items"] == []
    assert (Order.objects.values().get(), Payment.objects.values().get(), _owed(foreign)) == before


def test_money_is_received_given_to_an_order_and_taken_back(program: Program, customer: Customer) -> None:
    order = told(program.post("/orders", {"customer": customer.pk, "currency": "USD", "lines": LINES}))
    answer = program.post("/payments", {"customer": customer.pk, "amount": "20.00", "currency": "USD"})
    paid = told(answer)
    path = f"/payments/{paid['id']}"
    assert (answer.status_code, paid["amount"], paid["free"]) == (
        201,
        {"amount": "20.000", "currency": "USD"},
        "20.000",
    )
    assert told(program.post(f"{path}/allocate", {"order": order["id"], "amount": "15"}))["free"] == "5.000"
    assert told(program.get(f"/orders/{order['id']}"))["owed"] == "15.000"
    assert program.post(f"{path}/allocate", {"order": order["id"], "amount": "25"}).status_code == 409
    assert told(program.post(f"{path}/cancel"))["cancelled_at"] is not None
    assert _owed(customer) == Decimal(30)
    back = {"customer": customer.pk, "amount": "1", "currency": "USD", "is_refund": True}
    assert told(program.post("/payments", back))["amount"]["amount"] == "-1.000"


@pytest.mark.parametrize("said", [{"amount": "0"}, {"amount": "1.005"}, {"paid_at": "2199-01-01T00:00:00Z"}])
def test_a_payment_that_cannot_be_is_refused(program: Program, customer: Customer, said: dict[str, Any]) -> None:
    answer = program.post("/payments", {"customer": customer.pk, "amount": "1", "currency": "USD", **said})
    assert (answer.status_code, [one["field"] for one in told(answer)["errors"]]) == (422, list(said))
    assert not Payment.objects.exists()


def test_products_are_listed(program: Program) -> None:
    figures = LineFigures(Decimal(1), Decimal("2.5"), Decimal(0), Decimal(0), Decimal(0))
    product_by_line(title="Red chair", unit="pcs", currency="USD", figures=figures)
    data = told(program.get("/products?q=red"))
    assert [(one["name"], one["prices"][0]["currency"]) for one in data["items"]] == [("Red chair", "USD")]
    assert told(program.get("/products?q=blue"))["items"] == []


def test_the_document_names_the_filters_that_the_lists_have(mali: User) -> None:
    for columns, filters in (
        (order_lists.columns_for(mali), ORDER_FILTERS),
        (product_lists.columns_for(mali), PRODUCT_FILTERS),
    ):
        assert {column.key: column.kind for column in columns if column.has_filter} == filters
