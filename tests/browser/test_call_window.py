"""A call's own window in a real browser, and being asked for a result."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from callcard.calls.models import Call, CallResult, CallTag, Segment
from callcard.calls.screening.models import BlockedNumber
from callcard.calls.setting import decide
from callcard.customers.models import Customer
from callcard.staff.models import User
from tests.browser.conftest import OpenPage
from tests.rooms.calls.recorded_calls import recorded
from tests.rooms.staff.windows import give
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

LINES = "(it) => Math.round(it.getBoundingClientRect().height / parseFloat(getComputedStyle(it).lineHeight))"
STICKS_OUT = "(it) => it.closest('.panel, h1').scrollWidth > it.closest('.panel, h1').clientWidth"


def test_who_leaves_a_talk_without_a_result_is_asked_for_it(
    mali: Customer, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    began = timezone.now() - timedelta(minutes=9)
    end = began + timedelta(minutes=5)
    call = Call.objects.create(
        pbx="p",
        key="1",
        direction="inbound",
        outcome="answered",
        customer=mali,
        started_at=began,
        answered_at=began,
        ended_at=end,
        talk_seconds=300,
    )
    anna = User.objects.get(username="anna")
    Segment.objects.create(call=call, key="own", role="called", user=anna, answered_at=began, ended_at=end)
    CallResult.objects.create(name="Ordered", next_days=3)
    CallTag.objects.create(name="Delivery")
    decide(needs_result=True)

    page = open_page(signed_in("anna"), "/calls/")
    page.get_by_role("grid", name="Calls").locator("time").click()
    expect(page.locator(".call-window")).to_contain_text("Mali Souk")
    expect(page.locator(".call-window select[name=result]")).to_be_visible()
    page.get_by_role("button", name="Close: Mali Souk").click()
    asked = page.locator("dialog.call-ask")
    asked.locator("select[name=result]").select_option("Ordered")
    expect(asked.locator("[name=next_on]")).not_to_have_value("")
    asked.get_by_label("Delivery").check()
    asked.get_by_role("button", name="Note down").click()
    expect(asked).to_have_count(0)
    wait_for(lambda: Call.objects.filter(result="Ordered", tags__name="Delivery").exists())


def test_a_number_is_blocked_from_its_line_and_let_through_by_undo(
    office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    give(User.objects.filter(pk=office_people["anna"].pk), User.Role.ADMINISTRATOR)
    recorded(office_people["anna"], e164="+8562055512345")
    page = open_page(signed_in("anna"), "/calls/")
    button = page.get_by_role("button", name="Block this number")
    button.click()
    expect(page.locator("#toast")).to_contain_text("+8562055512345 is blocked.")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert BlockedNumber.objects.get().removed_at is None
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert BlockedNumber.objects.get().removed_at is not None
    expect(page.locator("tr[aria-selected=true]")).to_have_count(0)  # pressing a button is not choosing its line


@pytest.mark.parametrize("width", [1400, 390])
def test_a_number_is_never_broken(
    product: Product, signed_in: Callable[..., BrowserContext], open_page: OpenPage, width: int
) -> None:
    anna, number = User.objects.get(username="anna"), "+992985123456789"
    call = recorded(anna, number=number, e164=number)
    Segment.objects.create(call=call, key="outside", role="caller", number=number, answered_at=call.started_at)
    product.run(product.simulator.ring("+8562055512345", ["301"]))  # beside its card the window is narrow
    page = open_page(signed_in("anna", width=width), f"/calls/{call.pk}/")
    expect(page.locator("article.popup")).to_be_visible()
    # In groups where it is the caller's, as the telephone system said it where it is a segment's.
    shown = page.locator(".call-window bdi").get_by_text(re.compile(r"^\+992 ?985123456789$"))
    expect(shown).to_have_count(3)
    assert shown.evaluate_all(f"all => all.map({LINES})") == [1, 1, 1]
    assert shown.evaluate_all(f"all => all.filter({STICKS_OUT}).length") == 0
