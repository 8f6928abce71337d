"""Windows are tabs of the shell: they stay inside it, have addresses, and are there again after a reload."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.customers.models import Customer
from callcard.staff.models import User
from tests.browser.conftest import OpenPage, settled
from tests.rooms.staff.windows import give
from tests.stories.product import Product

pytestmark = pytest.mark.browser

MALI = "+8562055512345"
SignIn = Callable[..., BrowserContext]


def has_tabs(page: Page, *names: str) -> None:
    expect(page.locator(".tab-name")).to_have_text(names)


def open_module(page: Page, name: str) -> None:
    page.locator(".shell-nav a", has_text=name).first.click()
    expect(page.locator(".tab-name[aria-selected=true]")).to_have_text(name)


def test_an_empty_desk_says_what_to_do_first(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    page = open_page(signed_in("anna"))
    expect(page.get_by_role("heading", name="Ready for the next call")).to_be_visible()
    open_module(page, "Customers")
    expect(page.locator(".welcome")).to_be_hidden()


def test_windows_open_switch_close_and_survive_a_reload(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    page.evaluate("window.isTheSamePage = true")
    for name in ("Customers", "Calls", "Recent calls"):
        open_module(page, name)
    has_tabs(page, "Customers", "Calls", "Recent calls")
    expect(page).to_have_url(re.compile("/calls/recent/$"))
    page.keyboard.press("Alt+1")
    expect(page).to_have_url(re.compile("/customers/$"))
    page.go_back()
    expect(page.locator(".tab-name[aria-selected=true]")).to_have_text("Recent calls")
    page.locator(".tab", has_text="Recent calls").click(button="middle")
    has_tabs(page, "Customers", "Calls")
    assert page.evaluate("window.isTheSamePage")
    page.locator(".tab-name", has_text="Calls").click()
    page.reload()
    has_tabs(page, "Customers", "Calls")
    expect(page.locator(".tab-name[aria-selected=true]")).to_have_text("Calls")
    page.locator(".tab-name", has_text="Customers").click()
    expect(page.locator(".window:not([hidden])")).to_contain_text("Mali Souk")


def test_forms_and_links_stay_in_their_window(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), "/calls/")
    page.evaluate("window.isTheSamePage = true")
    page.locator(".filters input[type=search]").fill("nobody at all")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator(".window:not([hidden]) .empty")).to_contain_text("No call fits")
    expect(page).to_have_url(re.compile("q=nobody"))
    assert page.evaluate("window.isTheSamePage")
    has_tabs(page, "Calls")


def test_a_link_that_opens_a_window_leaves_the_one_it_stands_in(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), "/customers/")
    page.locator(".window:visible .customer-name", has_text="Mali Souk").click()
    has_tabs(page, "Customers", "Mali Souk")
    open_module(page, "My day")  # which comes by itself, not with the page
    page.get_by_role("link", name="All fields").click()
    has_tabs(page, "Customers", "Mali Souk", "My day", "New task")
    page.locator(".tab-name", has_text="My day").click()
    expect(page.locator(".window:visible .task-entry [name=entry]")).to_be_visible()


def test_the_keyboard_comes_to_the_list_its_search_and_back(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    page.locator(".shell-nav a", has_text="Customers").first.press("Enter")
    row = page.locator("record-list tbody tr").first
    expect(row).to_be_focused()
    page.keyboard.press("/")
    search = page.locator(".list-search [name=q]")
    expect(search).to_be_focused()
    page.keyboard.type("mali/")  # here it is a sign like others
    expect(search).to_have_value("mali/")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=mali"))
    expect(row).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    page.locator(".shell-company").focus()
    page.locator(".skip").press("Enter")
    expect(row).to_be_focused()


def test_the_title_says_which_window_an_address_opened(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    expect(page).to_have_title("Mali Souk · Mekong Trading")


def test_the_card_opens_as_a_window_and_the_call_stays(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring(MALI, ["301"]))
    settled(page).locator(".popup-name a").click()
    expect(page.locator(".tab-name")).to_have_text("Mali Souk")
    expect(page).to_have_url(re.compile(f"/customers/{mali.pk}/$"))
    expect(page.locator("article.popup")).to_be_visible()


def test_the_keyboard_does_not_lose_its_place_when_a_part_reaches_the_top(
    product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    give(User.objects.filter(username="anna"), User.Role.ADMINISTRATOR)
    page = open_page(signed_in("anna"), "/settings/popup")
    page.get_by_role("button", name="Move up: Current orders").press("Enter")
    expect(page.locator("[data-orderable] li").first).to_contain_text("Current orders")
    expect(page.get_by_role("button", name="Move down: Current orders")).to_be_focused()


def test_a_window_opened_from_the_card_lies_beside_it(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna", width=1400))
    product.run(product.simulator.ring(MALI, ["301"]))
    settled(page).locator(".popup-name a").click()
    expect(page.locator(".window h1")).to_have_text("Mali Souk")
    card, contents = page.locator("article.popup").bounding_box(), page.locator(".window-body").bounding_box()
    assert card is not None
    assert contents is not None
    assert contents["x"] + contents["width"] <= card["x"]


def test_a_page_loaded_with_a_card_open_makes_room_and_one_in_use_does_not_jump(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna", width=1280), "/calls/")
    product.run(product.simulator.ring(MALI, ["301"]))
    settled(page)
    windows = page.locator("#windows")
    expect(windows).not_to_have_class(re.compile("is-beside"))
    page.reload()
    settled(page)
    expect(windows).to_have_class(re.compile("is-beside"))
    last = page.locator(".call-list thead th").last
    last.evaluate("head => { head.closest('.window').scrollLeft = 10_000 }")
    card, head = page.locator("article.popup").bounding_box(), last.bounding_box()
    assert card is not None
    assert head is not None
    assert head["x"] + head["width"] <= card["x"]
