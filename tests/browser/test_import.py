"""The whole way of an import in a real browser, from the list of customers to taking it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.customers.models import Customer
from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.rooms.staff.windows import give
from tests.stories.product import Product

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]

FILE = (
    "Имя;Мобильный;Почта;Город;День рождения\n"
    "Пётр Важный;020 7711 2233;petr@example.com;Пакс;31.12.1985\n"
    "Nobody Known;020 7711 2244;;Vientiane;\n"
    "Wrong Date;020 7711 2255;;Vientiane;31.02.2020\n"
)


@pytest.fixture
def page(product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage) -> Page:
    give(User.objects.filter(username="anna"), User.Role.ADMINISTRATOR)
    return open_page(signed_in("anna"))


def test_a_file_becomes_customers_and_is_taken_back(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(FILE.encode("cp1251"))
    page.locator(".shell-nav a", has_text="Customers").click()
    page.get_by_role("link", name="Import").click()
    page.get_by_label("Drop a file here").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    expect(page.get_by_label("Мобильный")).to_have_value("phone")
    expect(page.get_by_text("“31.02.2020” is not a date.")).to_be_visible()
    page.get_by_role("button", name="Check all rows").click()
    expect(page.get_by_text("Nothing is written yet. An import")).to_be_visible()
    assert not Customer.objects.filter(name="Пётр Важный").exists()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("button", name="Take this import back")).to_be_visible()
    assert Customer.objects.get(name="Пётр Важный").city == "Пакс"
    page.get_by_role("button", name="Take this import back").click()
    expect(page.get_by_text("Taken back: 2 customers removed")).to_be_visible()
    assert not Customer.objects.filter(name="Пётр Важный").exists()


def test_the_next_step_is_asked_for_again_when_it_was_not_answered(page: Page) -> None:
    """As when the server was busy for a moment, and nobody looks at the window meanwhile."""
    page.evaluate(
        """() => {
          const progress = '<job-progress data-job="0" data-url="/jobs/0" data-state="done"></job-progress>';
          const wait = `<job-wait>${progress}<p><a href="#lost">Go on</a></p></job-wait>`;
          document.body.dataset.asked = 0;
          document.addEventListener("click", (event) => {
            if (!event.target.matches("[href='#lost']")) return;
            event.preventDefault();
            event.stopPropagation();
            document.body.dataset.asked = Number(document.body.dataset.asked) + 1;
          }, true);
          document.body.insertAdjacentHTML("beforeend", wait);
        }"""
    )
    expect(page.locator("body")).to_have_attribute("data-asked", "2")
    page.evaluate("document.querySelector('job-wait').remove()")
