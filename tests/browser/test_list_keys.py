"""The list of customers by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from callcard.customers.models import Category, Customer, Phone
from callcard.customers.services import add_contact, add_phone, create_customer
from callcard.staff.models import User
from callcard.tasks.models import Task
from tests.browser.conftest import OpenPage
from tests.stories.product import Product as Office

pytestmark = pytest.mark.browser


def test_a_list_is_walked_selected_changed_and_undone_without_a_mouse(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    Category.objects.create(name="VIP")
    for name in ("Anna", "Bounmy", "Chan"):
        create_customer(name=name, responsible=office_people["anna"])
    add_contact(customer=Customer.objects.get(name="Anna"), kind="email", value="anna@example.com")
    page = open_page(signed_in("anna"), "/customers/")
    rows = page.locator("record-list tbody tr")
    rows.first.press("Space")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".list-chosen")).to_have_text("2 selected")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "false")
    page.get_by_role("button", name="Task", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A task for each of 2 customers")).to_be_visible()
    page.get_by_label("Task", exact=True).fill("Call back")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message-success")).to_have_text("2 tasks were written down.")
    assert sorted(Task.objects.values_list("customer__name", flat=True)) == ["Anna", "Chan"]
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".window-messages")).to_contain_text("2 tasks are gone again.")
    rows.first.press("Control+a")
    page.get_by_role("button", name="Mail", exact=True).press("Enter")
    expect(page.get_by_role("link", name="Write a mail")).to_have_attribute("href", "mailto:?bcc=anna@example.com")
    expect(page.get_by_text("2 customers have no e-mail address.")).to_be_visible()


def test_enter_opens_the_card_and_c_offers_the_numbers(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    anna = create_customer(name="Anna", responsible=office_people["anna"])
    add_phone(customer=anna, raw="020 5555 1234", label="Mobile")
    add_phone(customer=anna, raw="12")
    page = open_page(signed_in("anna"), "/customers/")
    row = page.locator("record-list tbody tr").first
    expect(row.locator(".number-doubt")).to_have_count(1)
    row.focus()
    page.keyboard.press("c")
    choice = page.locator(".list-call")
    expect(choice.get_by_role("menuitem")).to_have_count(2)
    expect(choice.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    expect(row).to_be_focused()
    page.keyboard.press("c")
    with page.expect_request("**/calls/dial") as dialled:
        page.keyboard.press("Enter")
    assert Phone.objects.get(label="Mobile").e164.lstrip("+") in (dialled.value.post_data or "")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Anna")).to_be_visible()


def test_a_list_is_searched_as_one_types_and_the_field_keeps_the_focus(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    for name in ("Anna", "Bounmy", "ບຸນມີ"):
        create_customer(name=name, responsible=office_people["anna"])
    page = open_page(signed_in("anna"), "/customers/")
    rows = page.locator("record-list tbody tr")
    expect(rows).to_have_count(3)
    field = page.locator(".list-search [name=q]")
    field.press_sequentially("boun")
    expect(rows).to_have_count(1)
    expect(page.locator(".list-number")).to_have_text("1 customer")
    expect(field).to_be_focused()
    field.press_sequentially("m")
    expect(field).to_have_value("bounm")
    expect(page).to_have_url(re.compile(r"/customers/\?.*q=bounm"))
    field.fill("nobody")
    expect(page.get_by_text("Nobody is found for “nobody”.")).to_be_visible()
    field.fill("ບຸນ")
    expect(rows).to_have_count(1)
    field.press("ArrowDown")
    expect(rows.first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".list-chosen")).to_have_text("1 selected")
    page.get_by_role("link", name="Clear all").click()
    expect(rows).to_have_count(3)


def test_a_column_is_drawn_wider_and_stays_so_even_where_there_are_many(
    product: Office, office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    create_customer(name="Anna", responsible=office_people["anna"])
    page = open_page(signed_in("anna", width=900), "/customers/")
    head = page.locator("th[data-column=name]")
    before = head.evaluate("(cell) => cell.offsetWidth")
    grip = head.locator("[data-grip]").bounding_box()
    assert grip is not None
    page.mouse.move(grip["x"] + 4, grip["y"] + 4)
    page.mouse.down()
    page.mouse.move(grip["x"] + 404, grip["y"] + 4, steps=4)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.mouse.up()
    assert abs(head.evaluate("(cell) => cell.offsetWidth") - before - 400) <= 2
    page.reload()
    expect(head).to_have_attribute("data-width", re.compile(r"\d{3}"))
    assert abs(head.evaluate("(cell) => cell.offsetWidth") - before - 400) <= 2
