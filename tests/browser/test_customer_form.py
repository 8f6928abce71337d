"""Typing in a customer, as somebody does who has never seen the page."""

from __future__ import annotations

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.stories.product import wait_for


def test_a_customer_is_typed_in_with_the_keyboard(
    signed_in: object, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    create_customer(name="Мария Петрова", by=office_people["anna"], numbers=["020 5551 9998"])
    page = open_page(signed_in("anna"), "/customers/new")  # type: ignore[operator]
    wait_for(lambda: page.evaluate("document.activeElement.name") == "name")
    page.keyboard.type("Мария Петрова")
    page.locator("[name='phones-0-raw']").fill("+856 20 55519998")
    page.locator(".alike li", has_text="has this number").wait_for()
    page.locator(".row-hint", has_text="+856 20 55 519 998").wait_for()
    page.locator("form-rows[data-prefix=phones] [data-add-row]").click()
    page.keyboard.type("12 34")
    page.locator(".row-hint.is-odd").wait_for()
    page.locator("form-rows[data-prefix=persons] [data-add-row]").click()
    page.locator("[name='persons-0-role']").fill("Buyer")
    page.keyboard.press("Control+Enter")
    page.locator("[name='persons-0-name'][aria-invalid=true]").wait_for()
    wait_for(lambda: page.evaluate("document.activeElement.name") == "persons-0-name")
    page.keyboard.type("Bounmy")
    page.keyboard.press("Control+Enter")
    wait_for(lambda: Customer.objects.filter(name="Мария Петрова").count() == 2)
    customer = Customer.objects.order_by("-pk")[0]
    assert list(customer.phones.order_by("pk").values_list("raw", flat=True)) == ["+856 20 55519998", "12 34"]
    assert customer.persons.get().role == "Buyer"
