"""Two tabs of one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from callcard.customers.models import Customer
from tests.browser.conftest import OpenPage, wait_until
from tests.stories.product import Product

pytestmark = pytest.mark.browser

MALI = "+8562055512345"
SignIn = Callable[..., BrowserContext]


def test_a_note_saved_in_one_tab_is_on_the_card_in_the_other(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    one, other = open_page(context), open_page(context)
    key = product.run(product.simulator.ring(MALI, ["301"]))
    product.run(product.simulator.answer(key, "301"))
    one.locator(".popup-note textarea").fill("Wants the blue one")
    one.keyboard.press("Control+Enter")
    expect(other.locator(".popup-note textarea")).to_have_value("Wants the blue one")
    expect(one.locator(".popup-note textarea")).to_have_value("Wants the blue one")


def test_a_card_of_a_call_that_has_just_ended_is_in_both_tabs_after_a_reload_and_leaves_both_at_once(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    one, other = open_page(context), open_page(context)
    key = product.run(product.simulator.ring(MALI, ["301"]))
    expect(other.locator("article.popup")).to_be_visible()
    product.run(product.simulator.hang_up(key, ""))
    expect(one.locator("article.popup")).to_have_attribute("data-state", "over")
    one.reload()
    for tab in (one, other):
        expect(tab.locator("article.popup")).to_have_attribute("data-state", "over")
        expect(tab.locator(".popup-name")).to_have_text("Mali Souk")
    age = "Date.now() - [...document.querySelector('popup-stack').calls.values()][0].endedAt"
    assert abs(one.evaluate(age) - other.evaluate(age)) < 2000
    one.evaluate("[...document.querySelector('popup-stack').calls.values()][0].endedAt -= 31_000")
    for tab in (one, other):
        expect(tab.locator("article.popup")).to_have_count(0)


def test_a_note_that_is_being_written_keeps_the_card_in_both_tabs(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    one, other = open_page(context), open_page(context)
    key = product.run(product.simulator.ring(MALI, ["301"]))
    product.run(product.simulator.answer(key, "301"))
    product.run(product.simulator.hang_up(key, ""))
    expect(other.locator("article.popup")).to_have_attribute("data-state", "over")
    one.locator(".popup-note textarea").fill("Wants the blue one")
    for tab in (one, other):
        tab.evaluate("[...document.querySelector('popup-stack').calls.values()][0].endedAt -= 24_500")
    wait_until(other, "Date.now() - [...document.querySelector('popup-stack').calls.values()][0].endedAt < 25_500")
    other.wait_for_timeout(6500)  # it would have gone by now
    for tab in (one, other):
        expect(tab.locator("article.popup")).to_have_count(1)
    expect(one.locator(".popup-note textarea")).to_have_value("Wants the blue one")
