"""Passkeys by a real browser with an authenticator of its own, and the lock of the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from callcard.staff.first_start import first_start_code
from callcard.staff.models import User
from callcard.staff.services import give_password
from callcard.staff.sign_in.models import SecondStep
from tests.browser.conftest import PATIENCE_MS, OpenPage
from tests.rooms.staff.windows import give
from tests.stories.product import PASSWORD, Product, wait_for

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def own_key(browser: Browser, product: Product, office_people: dict[str, User]) -> Iterator[Page]:
    """A page of a computer that unlocks its keys by a finger. Passkeys want a name, not an address."""
    context = browser.new_context(base_url=f"http://localhost:{product.port}")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    yield page
    context.close()


def test_the_country_offers_its_time_zones_at_the_first_start(browser: Browser, product: Product) -> None:
    User.objects.all().delete()  # nobody can sign in yet
    context = browser.new_context(base_url=f"http://127.0.0.1:{product.port}")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"/first-start?code={first_start_code()}")
    country, zone = page.locator("[name=region]"), page.locator("[name=time_zone]")
    country.select_option("LA")
    expect(zone).to_have_value("Asia/Vientiane")
    country.select_option("RU")  # has several: none is chosen for them, and only theirs are offered
    expect(zone).to_have_value("")
    offered = page.locator("datalist option")
    expect(offered.and_(page.locator("[value='Asia/Omsk']"))).to_have_count(1)
    expect(offered.and_(page.locator("[value='Asia/Vientiane']"))).to_have_count(0)
    context.close()


def test_a_passkey_is_made_and_lets_in_without_a_password(own_key: Page) -> None:
    page = own_key
    page.goto("/sign-in?next=/me/sign-in")
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)  # nobody here has one
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    window = page.locator(".window:not([hidden])")
    window.get_by_label("Name of the new passkey").fill("Anna's finger")
    window.get_by_role("button", name="Add a passkey").click()
    expect(window.get_by_text("Anna's finger").first).to_be_visible()
    expect(window.get_by_text("You have no recovery codes.")).to_be_visible()
    assert list(SecondStep.objects.values_list("user__username", "kind", "used_at")) == [("anna", "passkey", None)]
    page.get_by_label("Your menu").click()
    page.locator(".user-out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("body.shell")).to_be_attached()
    expect(page.locator("body")).to_have_attribute("data-user", str(User.objects.get(username="anna").pk))
    assert SecondStep.objects.get().used_at is not None


def test_after_the_password_a_passkey_is_the_second_step(own_key: Page) -> None:
    page = own_key
    page.goto("/sign-in?next=/me/sign-in")
    _type_password(page)
    page.locator(".window:not([hidden])").get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("not used yet")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/sign-in")
    _type_password(page)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("body.shell")).to_be_attached()


def _type_password(page: Page) -> None:
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_lock_covers_every_tab_and_keeps_what_is_half_typed(
    product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    give(User.objects.filter(username="anna"), User.Role.ADMINISTRATOR)
    context = signed_in("anna")
    page, other = open_page(context, "/settings/people/new"), open_page(context)
    page.get_by_label("First name").fill("half ty")
    page.keyboard.press("Alt+l")
    covers = [each.get_by_role("dialog", name="The screen is locked") for each in (page, other)]
    for cover in covers:
        expect(cover).to_be_visible()
    expect(page.get_by_label("First name")).to_be_hidden()
    expect(page).to_have_title("Locked")
    wait_for(lambda: page.evaluate("document.querySelector('live-line').line") == "locked")
    page.keyboard.press("Escape")
    product.run(product.simulator.ring("+8562055512345", ["301"]))
    page.get_by_label("Password of Anna").fill("wrong")
    page.get_by_role("button", name="Unlock").click()
    expect(covers[0].get_by_text("This is not your password.")).to_be_visible()
    expect(page.locator(".popup-open > *")).to_have_count(0)  # who called is shown to nobody
    page.get_by_label("Password of Anna").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    for cover in covers:
        expect(cover).to_be_hidden()
    expect(page.get_by_label("First name")).to_have_value("half ty")
    expect(page.locator(".popup-open > *")).to_have_count(1)  # the phone still rings


def test_whose_session_is_ended_elsewhere_sees_nothing_any_more(
    product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    pages = [open_page(context, "/customers/"), open_page(context, "/calls/")]
    give_password(user=office_people["anna"], password="wandering-otters-4")
    for page in pages:
        expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
        expect(page.locator("#windows")).to_be_hidden()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    pages[0].get_by_role("button", name="Sign in again").click()
    expect(pages[0]).to_have_url(re.compile(r"/sign-in\?next="))


def test_a_page_that_is_loaded_while_it_is_locked_is_the_lock(
    product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), "/customers/")
    page.keyboard.press("Alt+l")
    wait_for(lambda: page.evaluate("document.querySelector('live-line').line") == "locked")
    page.reload()
    expect(page.get_by_role("heading", name="The screen is locked")).to_be_visible()
    expect(page.locator(".shell")).to_have_count(0)
    page.get_by_label("Password of Anna").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page).to_have_url(f"http://127.0.0.1:{product.port}/customers/")
