"""A call while nobody sees the page: its title, its ring and the computer's notice, in tabs that are really hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcard.customers.models import Customer
from tests.browser.own_chromium import OwnChromium, OwnPage, own_chromium
from tests.stories.product import Desk, Product

pytestmark = pytest.mark.browser

MALI = "+8562055512345"
HOLDS_SOUND = """navigator.locks.query().then(({ held, pending }) =>
  [held, pending].map((locks) => locks.filter(({ name }) => name.startsWith("callcard-sound")).length).join())"""
NOTHING = (300, 600)  # a place of an empty desk where nothing is
# Keeps what the page gives: the computer itself is not looked at.
LISTEN = """
  window.notices = []; window.tones = []; window.titles = [];
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      notices.push({ title, body: options.body, open: true, it: this });
    }
    close() { super.close(); notices.find(({ it }) => it === this).open = false; }
  };
  const start = AudioScheduledSourceNode.prototype.start;
  AudioScheduledSourceNode.prototype.start = function (at) {
    tones.push({ at, state: this.context.state });
    return start.call(this, at);
  };
  new MutationObserver(() => titles.push(document.title)).observe(document, { childList: true, subtree: true });
"""
GIVEN = "JSON.stringify(notices.map(({ title, body, open }) => [title, body, open]))"


@pytest.fixture
def chromium(product: Product, mali: Customer, tmp_path: Path) -> Iterator[OwnChromium]:
    url = f"http://127.0.0.1:{product.port}"
    with own_chromium(tmp_path) as browser:
        browser.sign_in(url, Desk(product.port, "anna").cookies)
        browser.allow(url, "notifications", "granted")
        yield browser


def desk_in(browser: OwnChromium, product: Product) -> OwnPage:
    page = browser.open(f"http://127.0.0.1:{product.port}/", before=LISTEN)
    page.wait_until("document.querySelector('live-line')?.line === 'heard'")
    page.wait_until("document.querySelector('popup-stack').waiting === null")
    return page


def test_a_hidden_page_rings_says_who_it_is_and_gives_a_notice_until_the_call_is_over(
    product: Product, chromium: OwnChromium
) -> None:
    page = desk_in(chromium, product)
    page.click(*NOTHING)  # a browser lets a page be heard only after that
    plain = page.value("document.title")
    chromium.open("about:blank")
    page.wait_until("document.hidden")
    key = product.run(product.simulator.ring(MALI, ["301"]))
    page.wait_until("document.title === '☎ Mali Souk'")
    page.wait_until("tones.length === 2 && tones.every(({ state }) => state === 'running')")
    page.wait_until(f'{GIVEN} === \'[["Mali Souk","Incoming call: Mali Souk",true]]\'')
    page.wait_until("tones.length >= 4")  # a hidden page's own clock would be slowed down
    product.run(product.simulator.hang_up(key, ""))
    page.wait_until("notices.every(({ open }) => !open)")
    page.wait_until(f"document.title === {plain!r}")
    assert page.value(
        "document.hidden && notices.length === 1 && titles.filter((each) => each === '☎ Mali Souk').length > 0"
    )
    heard = page.value("tones.length")
    page.come_to_front()
    page.wait_until("!document.hidden")
    assert page.value("document.querySelector('article.popup .popup-name').textContent") == "Mali Souk"
    assert page.value("document.querySelector('article.popup').dataset.state") == "over"
    assert page.value("tones.length") == heard


def test_of_two_hidden_tabs_one_gives_the_notice_and_one_rings(product: Product, chromium: OwnChromium) -> None:
    tabs = [desk_in(chromium, product) for _ in range(2)]
    for tab, sounds in zip(tabs, ("1,0", "1,1"), strict=True):  # held by the first, waited for by the second
        tab.come_to_front()
        tab.wait_until("!document.hidden")
        tab.click(*NOTHING)
        tab.wait_until(f"{HOLDS_SOUND}.then((each) => each === '{sounds}')")
    chromium.open("about:blank")
    for tab in tabs:
        tab.wait_until("document.hidden")
    product.run(product.simulator.ring(MALI, ["301"]))
    for tab in tabs:
        tab.wait_until("document.title === '☎ Mali Souk'")
    tabs[0].wait_until("tones.length >= 4")
    assert [tab.value("notices.length") for tab in tabs] == [1, 0]
    assert tabs[1].value("tones.length") == 0


def test_while_one_tab_is_in_view_the_hidden_one_is_silent(product: Product, chromium: OwnChromium) -> None:
    hidden = desk_in(chromium, product)
    hidden.click(*NOTHING)
    seen = desk_in(chromium, product)
    hidden.wait_until("document.hidden")
    product.run(product.simulator.ring(MALI, ["301"]))
    hidden.wait_until("document.title === '☎ Mali Souk'")
    seen.wait_until("document.querySelector('article.popup') !== null")
    hidden.wait_until("titles.filter((each) => each === '☎ Mali Souk').length >= 3")  # it has had time to ring
    for tab in (hidden, seen):
        assert tab.value("[notices.length, tones.length].join()") == "0,0"


def test_who_comes_back_to_a_page_that_hid_a_call_is_asked_about_notices(
    product: Product, mali: Customer, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{product.port}"
    with own_chromium(tmp_path) as browser:
        browser.sign_in(url, Desk(product.port, "anna").cookies)
        browser.allow(url, "notifications", "prompt")
        page = desk_in(browser, product)
        browser.open("about:blank")
        page.wait_until("document.hidden")
        product.run(product.simulator.ring(MALI, ["301"]))
        page.wait_until("document.title === '☎ Mali Souk'")
        page.come_to_front()
        page.wait_until("document.getElementById('toast').textContent.includes('notices of the computer')")
        assert page.value("notices.length") == 0
