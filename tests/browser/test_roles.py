"""What an administrator ticks decides what a colleague finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.staff.models import User
from callcard.staff.roles.giving import ready_role
from tests.rooms.staff.windows import give
from tests.stories.product import Product

pytestmark = pytest.mark.django_db(transaction=True)


def _modules(page: Page, product: Product) -> list[str]:
    page.goto(f"http://127.0.0.1:{product.port}/")
    expect(page.get_by_role("navigation", name="Modules").get_by_role("link").first).to_be_visible()
    return page.get_by_role("navigation", name="Modules").get_by_role("link").all_inner_texts()


def test_a_box_that_is_ticked_by_keyboard_opens_a_module_for_a_colleague(
    signed_in: Callable[..., BrowserContext], product: Product, office_people: dict[str, User]
) -> None:
    give([office_people["anna"]], User.Role.ADMINISTRATOR)
    give([office_people["bounmy"]], User.Role.LISTENER)
    colleague, page = signed_in("bounmy").new_page(), signed_in("anna", width=390).new_page()
    assert _modules(colleague, product) == ["Customers", "Calls", "Missed calls", "Recent calls"]
    page.goto(f"http://127.0.0.1:{product.port}/settings/roles/{ready_role('listener').pk}")
    page.get_by_label("see Orders, payments and debts").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("It holds from now on for everybody who has this role.")).to_be_visible()
    assert _modules(colleague, product) == ["Customers", "Orders", "Debts", "Calls", "Missed calls", "Recent calls"]
    page.get_by_role("button", name="As before this").first.click()
    expect(page.get_by_text("It is as before.")).to_be_visible()
    assert _modules(colleague, product) == ["Customers", "Calls", "Missed calls", "Recent calls"]
