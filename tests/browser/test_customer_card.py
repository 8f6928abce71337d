"""The customer's card in front of a person: change, quarrel and take back, by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.customers.models import Customer, CustomerNote
from callcard.customers.services import change_field
from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]


def city(page: Page) -> str:
    return page.locator("customer-card [data-field=city]").inner_text()


def edit_city(page: Page) -> None:
    page.locator("customer-card [data-field=city]").press("Enter")
    expect(page.locator("customer-card .cv-editor input")).to_be_focused()


def test_a_value_is_changed_and_taken_back_without_a_mouse(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    edit_city(page)
    page.keyboard.type("Given up")
    page.keyboard.press("Escape")
    edit_city(page)
    page.keyboard.type("Pakse")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Saved.")
    wait_for(lambda: city(page) == "Pakse")
    expect(page.locator("customer-card [data-field=city]")).to_be_focused()
    expect(page.locator("[data-entries]")).to_contain_text("City: — → Pakse")
    page.keyboard.press("Alt+z")
    expect(page.locator("#toast")).to_contain_text("Taken back.")
    wait_for(lambda: city(page) == "City" or city(page) == "—")
    mali.refresh_from_db()
    assert mali.city == ""


def test_two_people_on_one_card_see_each_other_and_lose_nothing(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    other = open_page(signed_in("bounmy"), f"/customers/{mali.pk}/")
    expect(other.locator("[data-presence]")).to_have_text("Anna has this card open too.")
    expect(page.locator("[data-presence]")).to_have_text("Bounmy has this card open too.")
    edit_city(page)
    page.keyboard.type("Pakse")
    edit_city(other)
    other.keyboard.type("Thakhek")
    other.keyboard.press("Enter")
    expect(other.locator("#toast")).to_contain_text("Saved.")
    expect(page.locator(".cv-conflict")).to_contain_text("Bounmy has just changed this.")
    expect(page.locator(".cv-conflict")).to_contain_text("Thakhek")
    expect(page.locator(".cv-conflict")).to_be_in_viewport(ratio=1)
    expect(page.locator(".cv-editor input")).to_have_value("Pakse")
    page.get_by_role("button", name="Keep mine").press("Enter")
    expect(page.locator("#toast")).to_contain_text("Saved.")
    wait_for(lambda: city(other) == "Pakse")
    mali.refresh_from_db()
    assert mali.city == "Pakse"


def test_what_a_colleague_changes_appears_without_a_reload(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.keyboard.press("Alt+n")
    page.keyboard.type("half a note")
    wait_for(lambda: page.evaluate("document.querySelector('customer-card').step") != "")
    change_field(customer=mali, field="city", old=None, new="Savannakhet", by=User.objects.get(username="bounmy"))
    wait_for(lambda: city(page) == "Savannakhet")
    expect(page.locator("[name=note]")).to_have_value("half a note")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-entries]")).to_contain_text("half a note")
    assert CustomerNote.objects.get().text == "half a note"


def test_a_click_elsewhere_saves_and_does_what_it_was_meant_for(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.locator("customer-card [data-field=name]").click()
    page.keyboard.press("End")
    page.keyboard.type("vong")
    page.locator(".ccard-acts summary").click()
    expect(page.get_by_role("button", name="Do not call")).to_be_visible()
    expect(page.locator(".tab-name[aria-selected=true]")).to_have_text("Mali Soukvong")
    mali.refresh_from_db()
    assert mali.name == "Mali Soukvong"


def test_the_card_fits_a_telephone(product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage) -> None:
    page = open_page(signed_in("anna", width=390, height=800), f"/customers/{mali.pk}/")
    window = page.locator(".window:not([hidden])")
    wait_for(lambda: bool(window.evaluate("it => it.scrollWidth <= it.clientWidth")))
    edit_city(page)
    assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
