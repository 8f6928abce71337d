"""Two tabs of one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from callcard.customers.models import Customer
from tests.browser.conftest import OpenPage
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
