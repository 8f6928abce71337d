"""A small screen while a call is shown: the page behind stays usable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from callcard.customers.models import Customer
from tests.browser.conftest import OpenPage
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

MALI = "+8562055512345"
SignIn = Callable[..., BrowserContext]


def overlap(one: Locator, other: Locator) -> bool:
    first, second = one.bounding_box(), other.bounding_box()
    assert first is not None
    assert second is not None
    beside = first["x"] >= second["x"] + second["width"] or second["x"] >= first["x"] + first["width"]
    apart = first["y"] >= second["y"] + second["height"] or second["y"] >= first["y"] + first["height"]
    return not (beside or apart)


def field_at_the_right(page: Page) -> Locator:
    return page.locator(".window select[name=responsible]")


def test_the_field_one_is_in_is_not_left_under_the_card(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna", width=1024, height=768), "/customers/new")
    field = field_at_the_right(page)
    field.focus()
    product.run(product.simulator.ring(MALI, ["301"]))
    card = page.locator("article.popup.is-settled")
    expect(card).to_be_visible()
    wait_for(lambda: not overlap(field, card))
    expect(field).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_key_folds_the_card_from_anywhere_and_opens_it_again(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna", width=1024, height=768), "/customers/new")
    name = page.locator(".window [name=name]")
    name.click()
    key = product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("article.popup")).to_be_visible()
    expect(page.locator(".popup-fold-key")).to_have_text("Alt X folds", use_inner_text=True)
    page.keyboard.press("Alt+x")
    expect(page.locator("article.popup")).to_have_count(0)
    expect(page.locator(".popup-fold-key")).to_have_text("Alt X opens", use_inner_text=True)
    expect(name).to_be_focused()
    for place in (".tab-name", ".window h1", ".window [name=name]", ".window select[name=responsible]"):
        assert not overlap(page.locator(place), page.locator(".popup-line")), place
    product.run(product.simulator.answer(key, "301"))
    expect(page.locator(".popup-line")).to_have_attribute("data-state", "talking")
    expect(page.locator("article.popup")).to_have_count(0)
    page.keyboard.press("Alt+x")
    expect(page.locator("article.popup .popup-name")).to_have_text("Mali Souk")
    expect(name).to_be_focused()


def test_on_a_telephone_a_call_does_not_cover_what_one_types(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna", width=360, height=740), "/customers/new")
    name = page.locator(".window [name=name]")
    name.click()
    product.run(product.simulator.ring(MALI, ["301"]))
    line = page.locator(".popup-line")
    expect(line).to_contain_text("Mali Souk")
    expect(page.locator("article.popup")).to_have_count(0)
    page.keyboard.type("Kham")
    expect(name).to_have_value("Kham")
    save = page.locator(".window button[type=submit].btn-primary")
    page.locator(".window:not([hidden])").evaluate("(it) => it.scrollTo(0, it.scrollHeight)")
    wait_for(lambda: not overlap(save, line))
    line.locator(".popup-unfold").click()
    expect(page.locator("article.popup .popup-name")).to_have_text("Mali Souk")
