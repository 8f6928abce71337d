"""The first order of a new company in a real browser, with the keyboard alone, and its payment."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, expect

from callcard.customers.services import create_customer
from callcard.sales.models import Balance, Order, OrderLine, Payment, Product
from callcard.sales.payment_services import record_payment
from callcard.sales.product_services import set_product
from callcard.sales.services import record_order
from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.stories.product import Product as Office

pytestmark = pytest.mark.browser


def test_an_order_is_typed_paid_and_owed_no_more(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    customer = create_customer(name="Vongsa", responsible=office_people["anna"])
    set_product(product=None, name="Coffee", unit="kg", prices={})
    page = open_page(signed_in("anna"), f"/orders/new?customer={customer.pk}")
    expect(page.get_by_role("combobox", name="What").first).to_be_focused()
    page.keyboard.type("cof")
    expect(page.get_by_role("option", name="Coffee")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("4500")  # without a price in the company's currency it asks for one
    page.keyboard.press("Enter")
    page.keyboard.type("Grinding")
    expect(page.get_by_role("option", name="Add “Grinding” to the products")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("1000")
    expect(page.locator("[data-sum=total] dd")).to_contain_text("5,500")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window-messages")).to_contain_text("is written down")
    expect(page.get_by_role("link", name="Payment", exact=True)).to_be_focused()
    assert list(OrderLine.objects.values_list("title", "unit", "product__name")) == [
        ("Coffee", "kg", "Coffee"),
        ("Grinding", "", "Grinding"),
    ]
    assert Product.objects.count() == 2
    page.keyboard.press("Enter")
    expect(page.get_by_label("Amount")).to_have_value("5500")
    expect(page.get_by_label("Amount")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Payment R")).to_be_visible()
    order = Order.objects.get()
    assert (Payment.objects.get().order, order.paid, Balance.objects.get().owed) == (order, order.total, Decimal(0))


def test_a_line_that_cannot_be_read_says_so_before_the_total_leaves_it_out(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    customer = create_customer(name="Vongsa", responsible=office_people["anna"])
    page = open_page(signed_in("anna"), f"/orders/new?customer={customer.pk}")
    page.get_by_role("combobox", name="What").first.fill("Bench")
    page.get_by_label("Price", exact=True).first.fill("5000")
    discount = page.get_by_label("Discount", exact=True).first
    discount.fill("110 %")
    wrong = page.locator(".order-line .wrong")
    expect(wrong).to_have_text("More than 100 % cannot be taken off.")
    expect(discount).to_be_focused()
    discount.fill("10 %")
    expect(page.locator("[data-sum=total] dd")).to_contain_text("4,500")
    expect(wrong).to_have_count(0)
    whole = page.get_by_label("Discount on the whole order")
    whole.fill("ten")
    expect(page.locator(".order-fields .wrong")).to_have_text("Write a discount as 10 % or as an amount.")
    whole.fill("500")
    expect(page.locator("[data-sum=total] dd")).to_contain_text("4,000")
    expect(page.locator(".order-fields .wrong")).to_have_count(0)


def test_what_is_done_beside_an_order_leaves_what_is_typed_into_it(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    customer = create_customer(name="Vongsa", responsible=office_people["anna"])
    order = record_order(customer=customer, total=Decimal(50), currency="USD")
    record_payment(customer=customer, amount=Decimal(20), currency="USD")
    page = open_page(signed_in("anna"), f"/orders/{order.pk}/")
    page.get_by_label("About").fill("For the garden")
    page.get_by_label("Note").evaluate("field => { field.style.height = '200px'; }")  # as drawing its corner does
    for name in ("plan.txt", "offer.txt"):
        page.get_by_label("Drop files here").set_input_files({"name": name, "mimeType": "text/plain", "buffer": b"1"})
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("link", name=name)).to_be_visible()
        expect(page.locator(".window-messages")).to_have_text("1 file is added.")
    page.get_by_role("button", name="Remove plan.txt").click()
    expect(page.get_by_role("link", name="plan.txt")).to_have_count(0)
    expect(page.locator(".window-messages")).to_be_focused()
    page.get_by_role("button", name="Use for this order").click()
    expect(page.locator(".order-sums")).to_contain_text(re.compile(r"Total\s*\$50.*Paid\s*\$20", re.DOTALL))
    page.locator("summary", has_text="Cancel the order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    page.get_by_role("button", name="Take the cancellation back").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    expect(page.get_by_label("About")).to_have_value("For the garden")
    page.get_by_label("About").press("Control+Enter")
    expect(page.locator(".window-messages")).to_contain_text("Saved.")
    order.refresh_from_db()
    assert (order.title, order.paid) == ("For the garden", Decimal(20))


def test_on_a_mobile_every_figure_of_a_line_can_be_read(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    customer = create_customer(name="Vongsa", responsible=office_people["anna"])
    page = open_page(signed_in("anna", width=390, height=800), f"/orders/new?customer={customer.pk}")
    page.get_by_role("combobox", name="What").first.fill("Roof")
    for name, text in (("Quantity", "1200"), ("Unit", "m²"), ("Price", "125000.50"), ("Discount", "12.5 %")):
        page.get_by_label(name, exact=True).first.fill(text)
    fields = page.locator(".order-line").first.locator("input:visible")
    cut = fields.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.name)")
    assert (fields.count(), cut) == (5, [])
