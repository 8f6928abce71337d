"""The windows of orders, payments, products and debts, as a browser asks for them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales.models import Balance, Order, OrderState, Payment, PaymentMethod, Product
from callcard.sales.payment_services import record_payment
from callcard.sales.services import record_order, update_order
from callcard.staff.company import company_zone
from callcard.staff.models import Change, Company
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db

LINE = ("title", "product", "quantity", "unit", "price", "discount", "tax")


@pytest.fixture
def anna() -> Window:
    Company.objects.create(name="Mekong", region="LA", currency="USD", time_zone="Asia/Vientiane")
    return Window(person("anna", role="owner"))


@pytest.fixture
def mali(anna: Window) -> Customer:
    return create_customer(name="Mali")


def lines(*rows: dict[str, str]) -> dict[str, list[str]]:
    return {f"line_{name}": [row.get(name, "") for row in rows] for name in LINE}


def an_order(customer: Customer, *rows: dict[str, str], **columns: str) -> dict[str, object]:
    state = OrderState.objects.first() or OrderState.objects.create(name="New")
    return {"customer": customer.pk, "state": state.pk, "currency": "USD", **columns, **lines(*rows)}


def test_an_empty_company_writes_its_first_order_product_and_payment(anna: Window, mali: Customer) -> None:
    form = anna.text(f"/orders/new?customer={mali.pk}")
    assert '<option value="USD" selected>' in form
    bench = {"title": "Bench", "product": "new", "quantity": "3", "unit": "pcs", "price": "12,50"}
    typed = an_order(mali, bench, {"title": "Delivery", "price": "5"}, {}, discount="10 %")
    order_url = anna.post("/orders/new", typed)["Location"]
    order = Order.objects.get()
    year = timezone.localdate().year
    assert (order_url, order.number, order.currency) == (f"/orders/{order.pk}/", f"{year}-0001", "USD")
    assert (order.total, order.created_by) == (Decimal("38.25"), anna.user)
    assert [(line.title, line.quantity, line.amount) for line in order.lines.all()] == [
        ("Bench", Decimal(3), Decimal("37.50")),
        ("Delivery", Decimal(1), Decimal(5)),
    ]
    product = Product.objects.get()
    assert (product.name, product.unit, product.prices.get().price) == ("Bench", "pcs", Decimal("12.50"))
    assert order.lines.first() is not None
    assert 'value="38.25"' in anna.text(f"/orders/{order.pk}/pay")
    money = anna.text(f"/payments/new?customer={mali.pk}")
    assert f'<a href="/orders/{order.pk}/pay">{order.number}' in money
    assert re.search(r'<input[^>]*name="amount"[^>]* autofocus', money)
    today = timezone.localdate().isoformat()
    paid = anna.post(f"/orders/{order.pk}/pay", {"amount": "38.25", "currency": "USD", "paid_on": today})
    payment = Payment.objects.get()
    assert (paid["Location"], payment.number) == (f"/payments/{payment.pk}/", f"R{year}-0001")
    assert Balance.objects.get().owed == 0
    assert "For one order" not in anna.text(f"/payments/new?customer={mali.pk}")
    assert "Nobody owes anything" in anna.text("/debts/")


def test_the_page_says_what_the_lines_come_to_while_they_are_typed(anna: Window) -> None:
    typed = lines({"title": "a", "quantity": "2", "price": "1.005"}, {"title": "b", "price": "x"}, {"price": "1"})
    told = json.loads(words(anna.post("/orders/figures", {**typed, "currency": "USD", "discount": "?"})))
    assert told == {
        "amounts": ["$2.01", "", ""],
        "less": ["", "", ""],
        "wrong": ["", "The price cannot be read: x", "What is it? Write a name."],
        "wrong_discount": "Write a discount as 10 % or as an amount.",
        "goods": "$2.01",
        "discount": "",
        "taxes": [],
        "total": "$2.01",
    }
    taxed = lines({"title": "a", "price": "110", "tax": "10"})
    told = json.loads(words(anna.post("/orders/figures", {**taxed, "currency": "KWD", "is_tax_included": "0"})))
    assert (told["taxes"], told["total"]) == ([["10 %", "KWD\xa011"]], "KWD\xa0121")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"title": "Bench", "price": "much"}, "The price cannot be read: much"),
        ({"title": "Bench", "quantity": "a", "price": "1"}, "The quantity cannot be read: a"),
        ({"title": "Bench", "discount": "200 %", "price": "1"}, "More than 100 % cannot be taken off."),
        ({"title": "", "price": "1"}, "What is it? Write a name."),
        ({"title": "Bench", "quantity": "99999999999", "price": "99999999999"}, "more than can be written down"),
        ({"title": "Bench", "quantity": "-1", "price": "5"}, "Neither a quantity nor a price is less than nothing."),
        ({"title": "Bench", "price": "-0.01"}, "money that you give back is a payment"),
        ({"title": "Bench", "price": "−5"}, "Write what you take off as a discount"),
        ({"title": "Bench", "price": "1", "tax": "101"}, "A tax is between 0 and 100 %."),
        ({}, "Write at least one line"),
    ],
)
def test_lines_that_are_not_right_write_nothing(anna: Window, mali: Customer, row: dict[str, str], said: str) -> None:
    response = anna.post("/orders/new", an_order(mali, row))
    assert (response.status_code, Order.objects.count()) == (422, 0)
    assert said in words(response)


def test_beside_a_discount_stands_what_it_takes_off(anna: Window, mali: Customer) -> None:
    rows = [{"title": "a", "price": "50", "discount": text} for text in ("10", "10 %", "٪10", "", "70")]
    rows.insert(1, {"title": "b", "price": "-50", "discount": "10"})
    told = json.loads(words(anna.post("/orders/figures", {**lines(*rows), "currency": "USD", "discount": "10"})))
    assert told["less"] == ["-$10", "", "-$5", "-$5", "", "-$50"]
    assert (told["goods"], told["discount"], told["total"]) == ("$180", "-$10", "$170")
    saved = anna.post("/orders/new", an_order(mali, rows[0], rows[2]))["Location"]
    assert re.findall(r"data-less>(.*?)</output>", anna.text(saved))[:2] == ["-$10", "-$5"]


@pytest.mark.parametrize(
    ("discount", "said"), [("110 %", "More than 100 % cannot be taken off."), ("-5 %", "Write a discount as 10 %")]
)
def test_a_discount_of_the_whole_order_that_is_wrong_is_said_before_saving(
    anna: Window, mali: Customer, discount: str, said: str
) -> None:
    row = {"title": "Bench", "price": "50"}
    told = json.loads(words(anna.post("/orders/figures", {**lines(row), "currency": "USD", "discount": discount})))
    assert (said in told["wrong_discount"], told["total"]) == (True, "$50")
    response = anna.post("/orders/new", {**an_order(mali, row), "discount": discount})
    assert (response.status_code, Order.objects.count(), said in words(response)) == (422, 0, True)


def test_no_more_is_given_back_than_was_paid(anna: Window, mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(50), currency="USD")
    record_payment(customer=mali, amount=Decimal(20), currency="USD", order=order)
    typed = {"currency": "USD", "paid_on": timezone.localdate().isoformat(), "is_refund": "on"}
    refused = anna.post(f"/orders/{order.pk}/pay", typed | {"amount": "200"})
    assert (refused.status_code, Payment.objects.count(), Balance.objects.get().owed) == (422, 1, Decimal(30))
    assert "Only $20 was paid for this order: more than that cannot be given back." in words(refused)
    given = anna.post(f"/orders/{order.pk}/pay", typed | {"amount": "20"})
    order.refresh_from_db()
    assert (given.status_code, order.paid, Balance.objects.get().owed) == (302, Decimal(0), Decimal(50))
    number = Payment.objects.latest("pk").number
    assert f"Money given back {number}" in anna.text(f"/customers/{mali.pk}/statement")


def test_what_was_paid_too_much_is_not_said_to_be_owed(anna: Window, mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(10), currency="USD")
    record_payment(customer=mali, amount=Decimal(12), currency="USD", order=order)
    shown = anna.text(f"/orders/{order.pk}/")
    assert "<dt>Overpaid</dt><dd><b>$2</b>" in shown
    assert "To pay" not in shown
    assert "The order is $10. Overpaid: $2. What you give back" in anna.text(f"/orders/{order.pk}/pay")
    record_payment(customer=mali, amount=Decimal(-2), currency="USD", order=order)
    assert "<dt>To pay</dt><dd><b>$0</b>" in anna.text(f"/orders/{order.pk}/")


def test_an_order_that_somebody_else_has_changed_is_not_written_over(anna: Window, mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(5), currency="USD")
    update_order(order=order, changes={"title": "theirs"})
    typed = an_order(mali, {"title": "x", "price": "1"}, title="mine", version="0")
    response = anna.post(f"/orders/{order.pk}/", typed)
    order.refresh_from_db()
    assert (response.status_code, order.title, order.total) == (422, "theirs", Decimal(5))
    assert anna.post(f"/orders/{order.pk}/", typed | {"version": "1"}).status_code == 302
    order.refresh_from_db()
    assert (order.title, order.total) == ("mine", Decimal(1))


def test_debts_are_told_by_currency_to_each_what_they_may_see(anna: Window, mali: Customer) -> None:
    limited = Window(person("lee", records="own"))
    mine = create_customer(name="Vong", responsible=limited.user)
    record_order(customer=mali, total=Decimal(10), currency="USD")
    record_order(customer=mine, total=Decimal(7), currency="USD")
    record_payment(customer=mali, amount=Decimal(5), currency="EUR")
    everything = anna.text("/debts/?currency=USD")
    assert "$17" in everything
    assert "€5 paid in advance" in everything
    assert everything.index("Mali") < everything.index("Vong")
    little = limited.text("/debts/")
    assert ("$7" in little, "$17" in little, "Mali" in little) == (True, False, False)


def test_what_is_not_ones_own_is_not_there_and_nothing_is_changed(anna: Window, mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(10), currency="USD")
    payment = record_payment(customer=mali, amount=Decimal(1), currency="USD", order=order)
    limited = Window(person("lee", records="own"))
    changes = Change.objects.count()
    for url in ("", "pay", "invoice.pdf"):
        assert limited.get(f"/orders/{order.pk}/{url}").status_code == 404
    for url in ("", "state", "cancel", "restore", "pay"):
        assert limited.post(f"/orders/{order.pk}/{url}", {"state": order.state_id, "why": "x"}).status_code == 404
    for url in (f"/payments/{payment.pk}/", f"/payments/{payment.pk}/receipt.pdf"):
        assert limited.get(url).status_code == 404
    for url in ("cancel", "restore", "allocate"):
        assert limited.post(f"/payments/{payment.pk}/{url}", {"order": order.pk}).status_code == 404
    for url in (f"/orders/new?customer={mali.pk}", f"/payments/new?customer={mali.pk}"):
        assert limited.get(url).status_code == 404
    for url in ("statement", "statement.pdf"):
        assert limited.get(f"/customers/{mali.pk}/{url}").status_code == 404
    assert "Mali" not in limited.text("/orders/")
    order.refresh_from_db()
    assert (order.cancelled_at, order.paid, Change.objects.count()) == (None, Decimal(1), changes)


def test_cancelling_is_undone_and_both_are_in_the_history(anna: Window, mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(10), currency="USD")
    anna.post(f"/orders/{order.pk}/cancel", {"why": "typed <twice>"})
    text = anna.text(f"/orders/{order.pk}/")
    assert "typed &lt;twice&gt;" in text
    assert Balance.objects.get().owed == 0
    assert anna.post(f"/orders/{order.pk}/", an_order(mali, {"title": "x", "price": "1"})).status_code == 422
    anna.post(f"/orders/{order.pk}/restore")
    assert Balance.objects.get().owed == 10
    assert "Taken back" in anna.text(f"/orders/{order.pk}/")


def test_an_advance_is_used_for_an_order_from_its_window(anna: Window, mali: Customer) -> None:
    order = record_order(customer=mali, total=Decimal(10), currency="USD")
    advance = record_payment(customer=mali, amount=Decimal(30), currency="USD")
    assert "$30 paid in advance" in anna.text(f"/orders/{order.pk}/")
    anna.post(f"/payments/{advance.pk}/allocate", {"order": order.pk, "from_order": "1"})
    order.refresh_from_db()
    advance.refresh_from_db()
    assert (order.paid, advance.free) == (Decimal(10), Decimal(20))
    anna.post(f"/payments/{advance.pk}/allocate", {"order": order.pk, "amount": "31"})
    advance.refresh_from_db()
    assert advance.allocated == 10


def test_products_are_kept_found_and_archived(anna: Window) -> None:
    typed = {"name": "Roof tile", "code": "T-1", "kind": "goods", "unit": "m²", "tax_percent": "10"}
    assert anna.post("/products/new", typed | {"prices": "12.50\n250000 LAK"})["Location"] == "/products/"
    product = Product.objects.get()
    assert {price.currency: price.price for price in product.prices.all()} == {"USD": Decimal("12.5"), "LAK": 250000}
    found = json.loads(words(anna.get("/products/find?q=ROOF t-1&currency=LAK")))["products"]
    assert [(each["name"], each["price"], each["tax"]) for each in found] == [("Roof tile", "250000", "10")]
    assert anna.post("/products/new", typed).status_code == 422
    wrong = anna.post(f"/products/{product.pk}", typed | {"prices": "12 QQQ"})
    assert (wrong.status_code, product.prices.count()) == (422, 2)
    anna.post(f"/products/{product.pk}/archive", {"archived": "1"})
    assert json.loads(words(anna.get("/products/find?q=roof")))["products"] == []
    assert "Roof tile" in anna.text("/products/?f.archived=yes")


def test_nothing_that_was_typed_is_shown_unescaped(anna: Window) -> None:
    evil = "<script>alert(1)</script>"
    customer = create_customer(name=evil)
    PaymentMethod.objects.create(name=evil)
    url = anna.post("/orders/new", an_order(customer, {"title": evil, "unit": evil[:20], "price": "1"}, note=evil))
    order = Order.objects.get()
    payment = record_payment(customer=customer, amount=Decimal(1), currency="USD", note=evil, order=order)
    pages = (url["Location"], "/orders/", f"/payments/{payment.pk}/", "/debts/", f"/customers/{customer.pk}/statement")
    for page in pages:
        text = anna.text(page)
        assert "<script>alert" not in text, page


anything = st.one_of(st.text(max_size=60), st.text(alphabet="0123456789.,-%() ", max_size=40), st.just("9" * 400))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*LINE]), anything), anything, anything, anything)
def test_whatever_is_typed_is_saved_or_answered_with_words(
    anna: Window, mali: Customer, row: dict[str, str], discount: str, due_on: str, version: str
) -> None:
    def clean(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    row = {name: clean(value) for name, value in row.items()}
    typed = an_order(mali, row, discount=clean(discount), due_on=clean(due_on))
    before = Order.objects.count()
    response = anna.post("/orders/new", typed)
    assert Order.objects.count() - before == (response.status_code == 302)
    assert response.status_code in {302, 422}
    assert anna.post("/orders/figures", typed).status_code == 200
    asked = {"q": clean(discount), "since": clean(due_on), "after": clean(version), "state": clean(version)}
    for url in ("/orders/", "/products/", "/debts/", "/products/find", f"/customers/{mali.pk}/statement"):
        assert anna.get(url, asked).status_code in {200, 422}


def test_a_state_that_is_changed_or_replaced_changes_what_is_owed(mali: Customer) -> None:
    admin = Window(person("boss", role="administrator"))
    new, offer = OrderState.objects.create(name="New"), OrderState.objects.create(name="Offer", is_owed=False)
    record_order(customer=mali, total=Decimal(10), currency="USD", state=new)
    order = record_order(customer=mali, total=Decimal(7), currency="USD", state=offer)
    assert Balance.objects.get().owed == 10
    changed = {"name": "Offer", "colour": "blue", "is_owed": "on"}
    admin.post(f"/settings/lists/order-states/{offer.pk}", changed)
    order.refresh_from_db()
    assert (Balance.objects.get().owed, order.is_current) == (Decimal(17), False)
    admin.post(f"/settings/lists/order-states/{offer.pk}", {"name": "Offer", "colour": "blue"})
    assert Balance.objects.get().owed == 10
    admin.post(f"/settings/lists/order-states/{offer.pk}/remove", {"instead": new.pk})
    order.refresh_from_db()
    assert (Balance.objects.get().owed, order.is_current, order.state) == (Decimal(17), True, new)


def test_sums_in_a_currency_without_coins_are_read_with_their_thousands(anna: Window, mali: Customer) -> None:
    Company.objects.update(currency="LAK")
    product = {"name": "Scarf", "kind": "goods", "tax_percent": "0", "prices": "125.000\n12.500 USD"}
    anna.post("/products/new", product)
    prices = dict(Product.objects.get().prices.values_list("currency", "price"))
    assert prices == {"LAK": Decimal(125000), "USD": Decimal("12.5")}
    scarf = {"title": "Scarf", "quantity": "1.500", "price": "250.000", "discount": "25.000"}
    anna.post("/orders/new", an_order(mali, scarf, currency="LAK", discount="10.000"))
    order = Order.objects.get()
    assert (order.total, order.lines.get().quantity) == (Decimal(340000), Decimal("1.5"))
    payment = {"amount": "100.000", "currency": "LAK", "paid_on": timezone.localdate().isoformat()}
    anna.post(f"/orders/{order.pk}/pay", payment)
    anna.post(f"/payments/new?customer={mali.pk}", payment | {"amount": "1.250", "currency": "USD"})
    assert list(Payment.objects.order_by("pk").values_list("amount", flat=True)) == [Decimal(100000), Decimal(1250)]
    form = anna.text(f"/orders/new?customer={mali.pk}")
    assert 'placeholder="10 % / 5" aria-label="Discount"' in form


@pytest.mark.parametrize("path", ["/payments/new?customer={}", "/orders/{}/pay"])
def test_money_cannot_have_come_tomorrow(anna: Window, mali: Customer, path: str) -> None:
    """It would count in the debt, but in no statement until today."""
    anna.post("/orders/new", an_order(mali, {"title": "Bench", "price": "12.50"}))
    url = path.format(Order.objects.get().pk if "orders" in path else mali.pk)
    today = timezone.localdate(timezone=company_zone())  # the office may be a day ahead of this test
    payment = {"amount": "5", "currency": "USD"}
    for day in (today + timedelta(days=1), "9999-12-31"):
        refused = anna.post(url, payment | {"paid_on": str(day)})
        assert refused.status_code == 422
        assert "This day is still to come." in words(refused)
    assert not Payment.objects.exists()
    assert anna.post(url, payment | {"paid_on": str(today)}).status_code == 302
    assert Payment.objects.get().amount == Decimal(5)
