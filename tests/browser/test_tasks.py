"""Tasks as a person has them: typed in a line, done with a key, reminded of, moved in the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.tasks.models import Reminder, Task
from callcard.tasks.services import add_task
from tests.browser.conftest import OpenPage
from tests.stories.product import wait_for

SignIn = Callable[..., BrowserContext]


def test_a_line_becomes_a_task_and_one_key_does_it_and_takes_it_back(
    signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    page = open_page(signed_in("anna"), "/tasks/")
    page.get_by_label("New task").fill("Call Mali tomorrow 15:00")
    page.keyboard.press("Enter")
    row = page.locator(".task", has_text="Call Mali")
    expect(row).to_have_attribute("data-state", "open")
    row.locator(".task-check").focus()
    page.keyboard.press("d")
    expect(row).to_have_attribute("data-state", "done")
    wait_for(lambda: Task.objects.get().done_by == office_people["anna"])
    expect(row.locator(".task-check")).to_be_focused()
    page.keyboard.press("Space")
    expect(row).to_have_attribute("data-state", "open")


def test_a_reminder_comes_to_every_tab_and_goes_from_all(
    signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    context = signed_in("anna")
    one, two = open_page(context), open_page(context)
    at = timezone.now() + timedelta(seconds=1)
    add_task(title="Call Mali", assignee=office_people["anna"], due_at=at, remind_minutes=0)
    for page in (one, two):
        expect(page.locator(".reminder")).to_have_count(1)
    one.locator(".reminder").get_by_role("button", name="10 min").click()
    for page in (one, two):
        expect(page.locator(".reminder")).to_have_count(0)
    wait_for(lambda: Reminder.objects.filter(told_at=None).count() == 1)


def test_a_reminder_that_came_while_no_page_was_open_waits(
    signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    at = timezone.now() + timedelta(seconds=0.2)
    add_task(title="Call Mali", assignee=office_people["anna"], due_at=at, remind_minutes=0)
    wait_for(lambda: Reminder.objects.filter(told_at__isnull=False).exists())
    page = open_page(signed_in("anna"))
    page.locator(".reminder").get_by_role("button", name="Done").click()
    expect(page.locator(".reminder")).to_have_count(0)
    wait_for(lambda: Task.objects.get().done_by == office_people["anna"])


def test_a_task_is_moved_by_keys_and_by_dragging(
    signed_in: SignIn, open_page: OpenPage, office_people: dict[str, User]
) -> None:
    today = timezone.localdate()
    middle = today.replace(day=14)
    task = add_task(title="Pay", assignee=office_people["anna"], due_on=middle)
    page = open_page(signed_in("anna"), f"/tasks/calendar?on={middle}")
    page.locator(f'.calendar-task[data-task="{task.pk}"]').focus()
    page.keyboard.press("Alt+ArrowRight")
    moved = middle + timedelta(days=1)
    expect(page.locator(f'[data-day="{moved}"] .calendar-task[data-task="{task.pk}"]')).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    moved -= timedelta(days=7)
    expect(page.locator(f'[data-day="{moved}"] .calendar-task[data-task="{task.pk}"]')).to_be_focused()
    page.locator(f'.calendar-task[data-task="{task.pk}"]').drag_to(page.locator(f'[data-day="{middle}"]'))
    expect(page.locator(f'[data-day="{middle}"] .calendar-task[data-task="{task.pk}"]')).to_be_visible()
    wait_for(lambda: Task.objects.get().due_on == middle)


def test_whom_a_task_is_for_is_found_by_typing(signed_in: SignIn, open_page: OpenPage, mali: Customer) -> None:
    page = open_page(signed_in("anna"), "/tasks/new")
    page.get_by_label("Task", exact=True).fill("Send the offer")
    field = page.locator("search-pick").get_by_role("combobox")
    field.press_sequentially("mali")
    field.press("Enter")  # before anything is found
    expect(field).to_have_value("Mali Souk")
    expect(page.locator(".window:visible")).to_have_count(1)  # chosen, not opened
    page.get_by_role("button", name="Save").click()
    wait_for(lambda: Task.objects.filter(customer=mali).exists())
