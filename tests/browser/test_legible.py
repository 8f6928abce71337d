"""What could be hidden, cut off or on the wrong side: on narrow screens, from right to left, under something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from callcard.calls.models import Call, Notice
from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.switchboard.models import DialRequest, Pbx
from callcard.tasks.models import Task
from callcard.tasks.services import add_task
from tests.browser.conftest import OpenPage
from tests.rooms.staff.windows import give
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

MALI = "+8562055512345"
SignIn = Callable[..., BrowserContext]


def test_a_task_on_the_card_has_no_line_of_its_own_under_it(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    Task.objects.create(customer=mali, title="Send the offer", assignee=User.objects.get(username="anna"))
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring(MALI, ["301"]))
    task = page.locator(".popup .entry")
    expect(task).to_contain_text("Send the offer")
    assert task.evaluate("it => getComputedStyle(it).borderBlockEndWidth") == "0px"


def test_the_field_to_search_in_begins_at_the_right_in_a_page_from_right_to_left(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    page.evaluate("document.documentElement.dir = 'rtl'")
    field = page.locator(".shell-search input")
    assert field.evaluate("it => getComputedStyle(it).direction") == "rtl"
    icon, keys = page.locator(".shell-search .icon").bounding_box(), page.locator(".shell-search kbd").bounding_box()
    assert icon is not None
    assert keys is not None
    assert keys["x"] + keys["width"] < icon["x"] - 100  # at the other end, not on the words
    field.fill("Mali")
    assert field.evaluate("it => getComputedStyle(it).direction") == "ltr"


def test_why_nothing_popped_fits_a_telephone(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    give(User.objects.filter(username="anna"), User.Role.ADMINISTRATOR)
    Pbx.objects.update(name="Simulator-22.10.1+dfsg+~cs6.17.60671434-1")
    page = open_page(signed_in("anna", width=390, height=844))
    product.run(product.simulator.ring(MALI, ["301"]))
    wait_for(lambda: Notice.objects.filter(shown_at__isnull=False).exists())
    page.goto(f"http://127.0.0.1:{product.port}/settings/why")
    page.locator(".why-call summary").evaluate("it => it.click()")
    window = page.locator(".window:not([hidden])")
    assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
    told = window.locator(".why-call td[data-label]").first
    assert told.evaluate("it => getComputedStyle(it, '::before').content") == '"Told: "'


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_a_reminder_lies_over_no_window(
    signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User], width: int
) -> None:
    at = timezone.now() + timedelta(seconds=0.2)
    for title in ("Call Mali", "Call Noy"):
        add_task(title=title, assignee=office_people["anna"], due_at=at, remind_minutes=0)
    page = open_page(signed_in("anna", width=width, height=800), "/customers/new")
    expect(page.locator(".reminder")).to_have_count(2)
    foot, window = page.locator(".reminders").bounding_box(), page.locator(".window:visible").bounding_box()
    assert foot is not None
    assert window is not None
    assert window["y"] + window["height"] <= foot["y"]
    assert foot["y"] + foot["height"] <= 800
    assert window["height"] > 300
    page.locator(".window:not([hidden]) form").get_by_role("button", name="Save").click(trial=True)


def test_a_month_fits_a_telephone_and_lists_the_day_that_is_touched(
    signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    on = timezone.localdate().replace(day=14)
    for title in ("Send the whole long list of prices to the cooperative", "Pay"):
        add_task(title=title, assignee=office_people["anna"], due_on=on)
    page = open_page(signed_in("anna", width=390, height=800), f"/tasks/calendar?on={on.replace(day=3)}")
    window = page.locator(".window:visible")
    assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
    days = page.locator(".calendar-day").evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
    assert min(days) >= 44
    dates = page.locator(".calendar-date").evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
    assert min(dates) >= 28
    assert max(days) - min(days) < 1
    pick = page.locator(f'[data-day="{on}"] .calendar-pick')
    expect(pick).to_have_text("2")
    pick.click()
    expect(page.locator(".calendar-chosen .task-title")).to_have_count(2)
    assert window.evaluate("it => it.scrollWidth <= it.clientWidth")


def test_that_a_call_was_not_placed_is_said_whole_on_the_smallest_screen(
    mali: Customer, signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    now, anna = timezone.now(), office_people["anna"]
    told = {"direction": "outbound", "outcome": "not_placed", "customer": mali, "number": "+8562055512345"}
    Call.objects.create(pbx="simulator", key="1", started_at=now, ended_at=now, **told)
    asked = {"number": "+8562055512345", "shown_name": "Mali Souk", "outcome": "not_placed", "changed_at": now}
    DialRequest.objects.create(command_id="a-command", user=anna, pbx="simulator", call_key="1", **asked)
    page = open_page(signed_in("anna", width=280, height=740), f"/customers/{mali.pk}/")
    strip = page.locator(".placed")
    words, whole = strip.locator("header p").bounding_box(), strip.bounding_box()
    assert words is not None
    assert whole is not None
    assert words["width"] > whole["width"] - 70  # the clock of a call that is over takes no room
    note, close = strip.locator("summary").bounding_box(), strip.get_by_role("button", name="Close").bounding_box()
    assert note is not None
    assert close is not None
    assert close["y"] < note["y"] + note["height"] < close["y"] + close["height"] + 1
    badge = page.locator(".entry-call .badge-state")
    expect(badge).to_have_text("Not placed: own phone not answered")
    assert badge.evaluate("it => it.scrollWidth <= it.clientWidth")
