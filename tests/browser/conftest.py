"""A real Chromium in front of the whole product."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from lab.chromium import find
from tests.stories.conftest import mali, office_people, product
from tests.stories.product import Desk, Product, wait_for

__all__ = ["mali", "office_people", "product"]

OpenPage = Callable[..., Page]

# How long what must come may take; the machine may be busy with other tests.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for this folder only: while it runs, its event loop is this thread's."""
    program = find()
    assert program, "install Chromium: make test does it where the machine can install packages"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv(
            "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
        )  # these tests wait like any other; nothing else is in the loop
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def signed_in(browser: Browser, product: Product) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of its own for each call, in which this user is signed in."""
    contexts: list[BrowserContext] = []

    def sign_in(username: str, *, width: int = 1400, height: int = 900) -> BrowserContext:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_MS)
        url = f"http://127.0.0.1:{product.port}"
        cookies = Desk(product.port, username).cookies
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        contexts.append(context)
        return context

    yield sign_in
    for context in contexts:
        context.close()


def wait_until(page: Page, expression: str) -> None:
    """Until the JavaScript expression is true. Playwright's own way needs `eval`, which the page's policy forbids."""
    wait_for(lambda: bool(page.evaluate(expression)))


def settled(page: Page) -> Page:
    """When a card has been open for so long that a click is not taken for one on what was there before."""
    wait_until(page, "performance.now() - document.querySelector('popup-stack').openedAt > 300")
    return page


@pytest.fixture
def open_page(product: Product) -> Iterator[OpenPage]:
    """A tab with the shell, connected. What the page complains of fails the test."""
    complaints: list[str] = []

    def note_refusal(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def open_in(context: BrowserContext, path: str = "/") -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", note_refusal)
        page.goto(f"http://127.0.0.1:{product.port}{path}")
        wait_until(page, "document.querySelector('live-line').line === 'heard'")
        wait_until(page, "document.querySelector('popup-stack').waiting === null")
        return page

    yield open_in
    assert complaints == []
