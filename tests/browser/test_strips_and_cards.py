"""Strips of calls that one placed, the card of a call and the lines of folded ones: all of it can be read at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.switchboard.models import DialRequest
from tests.browser.conftest import OpenPage, wait_until
from tests.stories.product import Product

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]

# What can be seen of each part, as [name, top, bottom], and what its content sticks out of it by.
PARTS = """() => [...document.querySelector("popup-stack").children]
  .filter((part) => part.getClientRects().length && !part.matches(".popup-keys"))
  .map((part) => {
    const { top, bottom, left, right } = part.getBoundingClientRect();
    const inside = part.matches(".popup-open") ? part.firstElementChild : part;
    const isCut = getComputedStyle(inside).overflowY === "visible" && inside.scrollHeight > inside.clientHeight + 1;
    return { name: part.localName + part.className, top, bottom, isOut: left < -1 || right > innerWidth + 1, isCut };
  })
  .sort((one, other) => one.top - other.top)"""
CARD_PIXELS = 190  # the status, the face, the name and the number
FOUND_WRONG = f"""() => ({PARTS})().flatMap((part, at, all) => [
  part.isOut && "is out", part.isCut && "is cut", part.top < -1 && "begins above",
  part.bottom > innerHeight + 1 && "ends below",
  at && part.top < all[at - 1].bottom - 1 && "lies over what is above",
  part.name.includes("popup-open") && part.bottom - part.top < {CARD_PIXELS} && "is too small",
].filter(Boolean).map((wrong) => `${{part.name}} ${{wrong}}`))"""


@pytest.fixture
def three_strips(product: Product) -> None:
    """Of calls that go on, so that none goes away by itself."""
    anna, now = User.objects.get(username="anna"), timezone.now()
    for count, state in enumerate(["calling", "talking", "talking"]):
        DialRequest.objects.create(
            command_id=f"press-000{count}",
            user=anna,
            number=f"+856205551234{count}",
            how="desk",
            state=state,
            changed_at=now,
            shown_name="A customer with a name that is rather long for a strip",
        )


@pytest.mark.parametrize(("width", "height"), [(1360, 768), (1000, 700), (390, 844)])
def test_nothing_lies_over_anything_else(
    product: Product,
    mali: Customer,
    three_strips: None,
    signed_in: SignIn,
    open_page: OpenPage,
    width: int,
    height: int,
) -> None:
    for count in range(5):
        product.run(product.simulator.ring(f"+85620555500{count}0", ["301"]))
    product.run(product.simulator.ring("+8562055512345", ["301"]))
    page = open_page(signed_in("anna", width=width, height=height))
    expect(page.locator(".placed")).to_have_count(3)
    expect(page.locator(".popup-line")).to_have_count(5)
    for is_folded in (False, True):
        for direction in ("ltr", "rtl"):
            page.evaluate(f"document.documentElement.dir = '{direction}'")
            assert_apart(page, has_card=not is_folded)
        if not is_folded:
            page.keyboard.press("Alt+x")
            expect(page.locator(".popup-line")).to_have_count(6)


def assert_apart(page: Page, *, has_card: bool) -> None:
    wait_until(page, f"({FOUND_WRONG})().length === 0")
    parts = page.evaluate(PARTS)
    assert len(parts) >= (3 if has_card else 2)
    expect(page.locator(".placed").first).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".placed")).to_have_count(3)
