"""Calling back by a click."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.staff.models import Extension
from callcard.switchboard.models import DialRequest
from tests.browser.conftest import OpenPage
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]


def test_a_double_click_on_a_number_places_one_call(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.get_by_role("link", name="020 5551 2345").dblclick()
    expect(page.locator("#toast")).to_contain_text("Your phone was rung.")
    wait_for(lambda: Call.objects.filter(direction="outbound").exists())
    assert Call.objects.get().customer == mali
    assert DialRequest.objects.get().number == "+8562055512345"
    expect(page.locator("article.popup")).to_have_count(0)


def test_who_has_no_phone_reads_what_to_do(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    Extension.objects.all().delete()
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator("#toast")).to_contain_text("You have no extension. Ask the administrator to give you one.")
    assert not Call.objects.exists()
