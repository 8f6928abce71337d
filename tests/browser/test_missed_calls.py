"""Missed callers in a real browser: the count that changes by itself, and the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from callcard.calls.missed.following import follow
from callcard.calls.missed.telling import tell_now
from callcard.calls.models import Call, Segment
from callcard.customers.models import Customer
from callcard.staff.models import User
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_a_call_in_vain_is_counted_listed_struck_off_and_brought_back(
    mali: Customer, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    badge = page.locator("missed-badge")
    expect(badge).to_be_empty()
    began = timezone.now() - timedelta(minutes=3)
    call = Call.objects.create(
        pbx="p",
        key="1",
        direction="inbound",
        outcome="missed",
        customer=mali,
        match="exact",
        number="8562055512345",
        e164="+8562055512345",
        started_at=began,
        ended_at=began + timedelta(seconds=20),
    )
    anna = User.objects.get(username="anna")
    Segment.objects.create(call=call, key="own", role="called", user=anna, rang_at=began)
    follow()
    tell_now()
    expect(badge).to_have_text("1")

    page.get_by_role("link", name="Missed calls").click()
    row = page.locator("[data-missed]")
    expect(row).to_contain_text("Mali Souk")
    expect(row.locator("a[href='tel:+8562055512345']")).to_be_visible()
    row.get_by_role("button", name="I take it").click()
    expect(row.get_by_role("button", name="Not me after all")).to_be_visible()
    row.get_by_role("button", name="Give up").click()
    expect(page.locator(".window .empty")).to_contain_text("Nobody waits.")
    expect(badge).to_be_empty()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Mali Souk")
    expect(badge).to_have_text("1")
