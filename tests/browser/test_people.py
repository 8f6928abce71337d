"""The administrator's forms in a real browser: what is wrong is found, and what happened is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.rooms.staff.windows import give
from tests.stories.product import Product

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]


@pytest.fixture
def page(product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage) -> Page:
    give(User.objects.filter(username="anna"), User.Role.ADMINISTRATOR)
    page = open_page(signed_in("anna"))
    page.locator(".shell-nav a", has_text="People").click()
    page.set_viewport_size({"width": 1000, "height": 500})
    return page


def test_the_first_wrong_field_has_the_focus_and_its_words_are_read_with_it(page: Page) -> None:
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("User name").fill("noy")
    page.get_by_label("Extensions").fill("302")
    page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Extensions", exact=True)
    expect(field).to_be_focused()
    wrong = page.locator(".wrong")
    assert wrong.get_attribute("id") in str(field.get_attribute("aria-describedby")).split()
    expect(wrong).to_contain_text("A colleague has such an extension.")
    page.get_by_label("Take 302 from Bounmy").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".secret")).to_be_visible()
    assert list(User.objects.get(username="noy").extensions.values_list("number", flat=True)) == ["302"]


def test_the_way_to_every_window_stays_readable_on_a_low_screen(page: Page) -> None:
    words = page.locator(".shell-nav a")
    cut = words.evaluate_all(
        "links => links.filter((link) => link.scrollHeight > link.offsetHeight).map((link) => link.innerText)"
    )
    assert (words.count() > 10, cut) == (True, [])


def test_what_became_of_a_form_further_down_is_in_view(page: Page) -> None:
    page.get_by_role("link", name="Bounmy").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Bounmy is signed out and cannot sign in.")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Let them sign in again")).to_be_attached()
