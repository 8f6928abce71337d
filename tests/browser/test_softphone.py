"""The softphone without a PBX: choosing it, and what it calls good. With one: tests/pbx/test_softphone.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]
QUALITY = """async (figures) => {
  const { inWords } = await import("/static/softphone/call-quality.js");
  return figures.map(inWords);
}"""


def test_who_chooses_the_softphone_has_it_at_once_and_reads_what_it_lacks(
    product: Product, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), "/me/calling")
    expect(page.locator("soft-phone")).to_have_count(0)
    page.get_by_label("Softphone in this page").check()
    page.locator(".window form").get_by_role("button", name="Save").click()
    expect(page.locator("soft-phone")).to_have_attribute("data-state", "no-server")
    assert User.objects.get(username="anna").calls_with == "soft"
    page.locator(".soft-phone-lamp").click()
    expect(page.locator(".phone-status")).to_have_text("No softphones are set up yet. Ask the administrator.")


def test_the_microphone_test_says_what_is_wrong(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    page = open_page(signed_in("anna"), "/me/calling")
    refuse = "() => Promise.reject(new DOMException('', 'NotAllowedError'))"
    page.evaluate(f"() => void (navigator.mediaDevices.getUserMedia = {refuse})")
    page.get_by_role("button", name="Test the microphone").click()
    expect(page.locator(".phone-test-words")).to_contain_text("may not use the microphone")
    expect(page.locator(".phone-test-level")).to_be_hidden()


def test_how_a_call_sounds_in_words(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    page = open_page(signed_in("anna"))
    figures = [
        {"lost": 0, "jitter": 0, "roundTrip": 0},
        {"lost": 0.02, "jitter": 0.03, "roundTrip": 0.3},
        {"lost": 0.021, "jitter": 0, "roundTrip": 0},
        {"lost": 0, "jitter": 0.031, "roundTrip": 0},
        {"lost": 0, "jitter": 0, "roundTrip": 0.31},
        {"lost": 0.061, "jitter": 0, "roundTrip": 0},
        {"lost": 0, "jitter": 0.09, "roundTrip": 0.4},
        {"lost": 0, "jitter": 0, "roundTrip": 0.61},
    ]
    assert page.evaluate(QUALITY, figures) == ["good", "good", "fair", "fair", "fair", "poor", "poor", "poor"]


SHOW = """(calls) => {
  const name = `callcard-phone-${document.body.dataset.user}`;
  new BroadcastChannel(name).postMessage({ state: { state: "ready", extension: "301", colleagues: [], calls } });
}"""


def test_the_panel_names_the_customer_and_leads_to_the_calls_note(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    User.objects.filter(username="anna").update(calls_with="soft")
    page = open_page(signed_in("anna"))
    expect(page.locator("soft-phone")).to_have_attribute("data-state", "no-server")
    shown: dict[str, object] = {
        "id": "1",
        "direction": "out",
        "number": "+8562055512345",
        "name": "",
        "asksFor": "",
        "quality": "",
    }
    shown |= {"state": "calling", "isHeld": False, "isMuted": False, "since": 0}
    page.evaluate(SHOW, [shown])
    expect(page.locator(".phone-who")).to_have_text("Mali Souk · +856 20 55 512 345")
    expect(page.locator(".phone-note")).to_be_hidden()
    key = product.run(product.simulator.ring("+8562055512345", ["301"]))
    product.run(product.simulator.answer(key, "301"))
    wait_for(lambda: Call.objects.exclude(answered_at=None).exists())
    page.evaluate(SHOW, [shown | {"state": "talking", "number": "302", "name": "Bounmy"}])
    expect(page.locator(".phone-who")).to_have_text("Mali Souk · +856 20 55 512 345")  # handed on by Bounmy
    page.locator(".phone-note").click()
    expect(page.locator("#windows .window")).to_contain_text("Mali Souk")
    assert page.url.endswith(f"/calls/{Call.objects.get().pk}/")
