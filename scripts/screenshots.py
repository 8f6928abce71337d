"""`make docs-screenshots`: the pictures in the docs, taken from the demo in a real browser.

The demo's customers and past are the same each time, and whoever calls while the pictures are taken calls because this
program says so: nothing is left to chance or waited for.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Page, sync_playwright

from lab.chromium import find

if TYPE_CHECKING:
    from callcard.desk.card import CallerCard
    from tests.stories.product import Product

PROJECT = Path(__file__).parent.parent
IMAGES = PROJECT / "docs" / "images"
PASSWORD = "a password for pictures"
DESK = {"manager": "301", "owner": "302", "admin": "303"}  # user -> a phone of theirs
# file name -> address of the window
WINDOWS = {
    "customers": "/customers/",
    "customer": "/customers/12/",
    "calls": "/calls/",
    "recent-calls": "/calls/recent/",
    "popup-settings": "/settings/popup",
    "telephone-systems": "/settings/pbx",
    "why": "/settings/why",
}
POPUPS = {"popup": (1280, 800), "popup-phone": (390, 844)}  # file name -> size of the screen
UNKNOWN = "+12025550143"


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (product, callers), sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for name, size in POPUPS.items():
            take_popup(sign_in(browser, product, "manager", size), product, callers[0], name)
        page = sign_in(browser, product, "admin")
        play(product, callers)
        take_windows(page)
        browser.close()
    return 0


@contextmanager
def demo(folder: Path) -> Iterator[tuple[Product, list[str]]]:
    """The demo company, running in this process, and the numbers of customers with much to see, the fullest first."""
    os.environ |= {"CALLCARD_DATA_DIR": str(folder), "CALLCARD_DATABASE_URL": "", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    from django.core.management import call_command

    from callcard.config import asgi  # noqa: F401  makes the applications ready, with the folder that was just given

    call_command("load_demo", password=PASSWORD, stdout=sys.stderr)
    callers = numbers_of_full_customers()
    from callcard.switchboard.services import set_pbx
    from tests.stories.product import Product

    set_pbx(slug="simulator", name="Simulator", kind="simulator", options={"mean_interval": 0})
    product = Product()
    product.start()
    try:
        yield product, callers
    finally:
        product.stop()


def numbers_of_full_customers() -> list[str]:
    """Of the manager's customers who owe something, those of whom the card has most to tell."""
    from django.utils import timezone

    from callcard.customers.models import Customer
    from callcard.desk.card_query import read_cards

    mine = Customer.objects.filter(responsible__username="manager").exclude(portrait="").values_list("pk", flat=True)
    cards = [card for card in read_cards(set(mine), now=timezone.now()).values() if card.debts and card.phones]

    def told(card: CallerCard) -> int:
        said = card.last_contact is not None and bool(card.last_contact.note)
        return min(len(card.orders), 2) + min(len(card.tasks), 2) + len(card.contacts) + 3 * said

    return [card.phones[0].e164 for card in sorted(cards, key=lambda card: (-told(card), card.customer_id))]


def play(product: Product, callers: Sequence[str]) -> None:
    """A few calls of every kind, so that the log and the lists of calls have something to show."""
    simulator, phones = product.simulator, list(DESK.values())
    for answering, number in zip(["admin", "owner", "admin", "admin", "", "owner"], callers[1:7], strict=True):
        key = product.run(simulator.ring(number, phones, queue="sales"))
        if answering:
            product.run(simulator.answer(key, DESK[answering]))
        product.run(simulator.hang_up(key, ""))
    for number in (UNKNOWN, ""):
        key = product.run(simulator.ring(number, [DESK["admin"]]))
        product.run(simulator.answer(key, DESK["admin"]))
        product.run(simulator.hang_up(key, ""))


def sign_in(browser: Browser, product: Product, name: str, size: tuple[int, int] = (1280, 800)) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=1,
        base_url=f"http://127.0.0.1:{product.port}",
    )
    page = context.new_page()
    page.goto("/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".lamp[data-state=up]", state="attached")
    return page


def take_popup(page: Page, product: Product, number: str, name: str) -> None:
    key = product.run(product.simulator.ring(number, [DESK["manager"]]))
    page.wait_for_selector("article.popup.is-settled[data-state=ringing]:has(.owed):has(img.portrait)")
    page.wait_for_timeout(1500)  # the clock on the card has moved, and its pictures are there
    page.screenshot(path=IMAGES / f"{name}.png")
    product.run(product.simulator.hang_up(key, ""))
    page.keyboard.press("Alt+c")
    page.keyboard.press("Escape")  # so that it is not in the next picture
    page.wait_for_selector("article.popup", state="detached")
    page.wait_for_timeout(300)  # and the server has heard of it


def take_windows(page: Page) -> None:
    for name, address in WINDOWS.items():
        page.goto(address)
        page.evaluate("document.querySelector('popup-stack').hidden = true")
        page.wait_for_timeout(700)
        page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
