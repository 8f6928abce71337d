"""What the windows of tasks show and do, for whom, and what they refuse."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call
from callcard.customers.services import create_customer
from callcard.sales.services import record_order
from callcard.staff.company import zone_of
from callcard.staff.models import User
from callcard.tasks.feed import renew_feed_key
from callcard.tasks.mails import reminder_mail
from callcard.tasks.models import Reminder, Task, TaskChoices
from callcard.tasks.queries import day_of
from callcard.tasks.reminder_services import tell_reminder
from callcard.tasks.services import add_task, complete_task
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def mali() -> User:
    return person("mali", first_name="Mali", records=User.Records.OWN, time_zone="Europe/Berlin")


@pytest.fixture
def window(mali: User) -> Window:
    return Window(mali)


def _form(user: User, **given: Any) -> dict[str, Any]:
    return {"title": "Call", "assignee": user.pk, "priority": 2, **given}


def test_a_day_falls_into_its_parts_where_its_reader_lives(mali: User) -> None:
    now = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)  # 22:30 in Berlin
    for title, due_at in (
        ("late", now - timedelta(minutes=1)),
        ("tonight", now + timedelta(minutes=20)),
        ("tomorrow there", now + timedelta(minutes=100)),
        ("in a week", now + timedelta(days=7)),
        ("in two weeks", now + timedelta(days=14)),
        ("whenever", None),
    ):
        add_task(title=title, assignee=mali, due_at=due_at)
    complete_task(task=add_task(title="done", assignee=mali), done_at=now - timedelta(hours=1))
    parts = day_of(Task.objects.all(), user=mali, now=now, zone=zone_of(mali))
    assert {part.key: [task.title for task in part.tasks] for part in parts} == {
        "overdue": ["late"],
        "today": ["tonight"],
        "next": ["tomorrow there", "in a week"],
        "undated": ["whenever"],
        "later": ["in two weeks"],
        "done": ["done"],
    }


def test_a_line_becomes_a_task_that_reminds_at_its_time(window: Window, mali: User) -> None:
    window.post("/tasks/quick", {"entry": "Call Souk tomorrow 15:00 !"})
    task = Task.objects.get()
    local = task.due_at.astimezone(timezone.get_current_timezone()) if task.due_at else None
    assert (task.title, task.assignee, task.created_by, task.priority) == ("Call Souk", mali, mali, 3)
    assert local is not None
    assert task.remind_minutes == 0
    assert "Call Souk" in window.text("/tasks/")


def test_fields_beside_the_line_count_more_than_words_in_it(window: Window) -> None:
    window.post("/tasks/quick", {"entry": "Pay", "on": "2030-02-03", "at": ""})
    assert Task.objects.get().due_on == date(2030, 2, 3)


@pytest.mark.parametrize("given", [{}, {"entry": "   "}, {"entry": "\x00"}])
def test_nothing_is_no_task(window: Window, given: dict[str, str]) -> None:
    window.post("/tasks/quick", given)
    assert not Task.objects.exists()


@pytest.mark.parametrize("day", ["2026-13-40", "0001-01-01", "9999-12-31", "tomorrow", "'"])
def test_impossible_days_are_said_and_nothing_is_saved(window: Window, mali: User, day: str) -> None:
    response = window.post("/tasks/new", _form(mali, due_on=day))
    assert response.status_code == 422
    window.post("/tasks/quick", {"entry": "Pay", "on": day})
    assert [task.due_on for task in Task.objects.all()] == [None]


def test_a_time_a_repeat_and_a_reminder_want_a_day(window: Window, mali: User) -> None:
    for given in ({"due_time": "15:00"}, {"unit": "DAILY"}, {"remind": "10"}):
        response = window.post("/tasks/new", _form(mali, **given))
        assert response.status_code == 422
        assert "On which day?" in words(response)
    assert not Task.objects.exists()


def test_all_fields_are_saved_and_shown_again(window: Window, mali: User) -> None:
    keo = person("keo", time_zone="Asia/Vientiane")
    given = _form(
        keo, due_on="2030-01-31", due_time="09:00", unit="MONTHLY", every="2", remind="60", note="Lamps", priority=3
    )
    window.post("/tasks/new", given)
    task = Task.objects.get()
    assert task.due_at == datetime(2030, 1, 31, 2, 0, tzinfo=UTC)  # nine where Keo is
    assert task.repeat == "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;BYHOUR=9;BYMINUTE=0"
    assert (task.assignee, task.created_by, task.remind_minutes, task.note) == (keo, mali, 60, "Lamps")
    shown = window.text(f"/tasks/{task.pk}")
    assert 'value="2030-01-31"' in shown
    assert 'value="09:00"' in shown
    window.post(f"/tasks/{task.pk}", given)
    assert Task.objects.get().due_at == task.due_at


def test_done_and_not_done_after_all_with_one_click_each(window: Window, mali: User) -> None:
    task = add_task(title="Call", assignee=mali)
    assert 'data-state="done"' in words(window.post(f"/tasks/{task.pk}/done"))
    assert Task.objects.get().done_by == mali
    assert 'data-state="open"' in words(window.post(f"/tasks/{task.pk}/undo"))
    assert 'data-state="cancelled"' in words(window.post(f"/tasks/{task.pk}/cancel"))


def test_what_one_may_not_see_is_not_there_and_stays_as_it_is(window: Window) -> None:
    keo = person("keo")
    task = add_task(title="Secret", assignee=keo, due_at=timezone.now() + timedelta(hours=1), remind_minutes=0)
    reminder = Reminder.objects.get()
    tell_reminder(reminder_id=reminder.pk)
    before = list(Task.objects.order_by("pk").values()), list(Reminder.objects.order_by("pk").values())
    posts = ["done", "undo", "cancel", "move", "snooze"]
    answers = [window.post(f"/tasks/{task.pk}/{verb}", {"on": "2030-01-01", "for": "1h"}) for verb in posts]
    answers += [window.post(f"/tasks/reminders/{reminder.pk}/{verb}") for verb in ("seen", "done")]
    answers += [window.get(f"/tasks/{task.pk}"), window.post(f"/tasks/{task.pk}", _form(keo))]
    assert [answer.status_code for answer in answers] == [404] * 9
    assert (list(Task.objects.order_by("pk").values()), list(Reminder.objects.order_by("pk").values())) == before
    for url in ("/tasks/?who=all", f"/tasks/?who={keo.pk}", "/tasks/calendar?who=all", "/tasks/reminders"):
        assert "Secret" not in window.text(url)


def test_others_tasks_are_shown_to_those_who_may_see_them() -> None:
    owner, keo = Window(person("owner", role=User.Role.OWNER)), person("keo", first_name="Keo")
    add_task(title="Keo calls", assignee=keo)
    assert "Keo calls" not in owner.text("/tasks/")
    assert "Keo calls" in owner.text(f"/tasks/?who={keo.pk}")
    assert "Keo calls" in owner.text("/tasks/?who=all")


def test_a_foreign_customer_cannot_be_tied_to_a_task(window: Window, mali: User) -> None:
    foreign = create_customer(name="Foreign", responsible=person("keo"))
    assert window.post("/tasks/new", _form(mali, customer=foreign.pk)).status_code == 422
    assert not Task.objects.exists()
    assert "Foreign" not in window.text(f"/tasks/new?customer={foreign.pk}")


def test_a_task_about_somebody_foreign_names_them_nowhere_and_keeps_them(window: Window, mali: User) -> None:
    foreign = create_customer(name="Foreign", numbers=["+4915199887766"], responsible=person("keo"))
    due = timezone.now() + timedelta(minutes=1)
    task = add_task(title="Call back", assignee=mali, customer=foreign, due_at=due, remind_minutes=0)
    tell_reminder(reminder_id=Reminder.objects.get().pk)
    feed = Client().get(f"/tasks/feed/{renew_feed_key(user=mali)}.ics").content.decode()
    day = due.astimezone(zone_of(mali)).date()
    places = ("/tasks/", f"/tasks/{task.pk}", f"/tasks/calendar?view=day&on={day}", "/tasks/reminders")
    seen = [*map(window.text, places), feed, str(reminder_mail(Reminder.objects.get()).body)]
    assert ["Call back" in text for text in seen] == [True] * 6
    assert [text for text in seen if "Foreign" in text or "99887766" in text] == []
    assert window.post(f"/tasks/{task.pk}", _form(mali, title="Call once more")).status_code == 302
    window.post(f"/tasks/{task.pk}/move", {"on": "2026-12-24"})
    window.post(f"/tasks/{task.pk}/done", {})
    task.refresh_from_db()
    assert (task.title, task.customer, task.done_by) == ("Call once more", foreign, mali)


def test_the_calendar_has_the_days_of_its_reader(window: Window, mali: User) -> None:
    add_task(title="Late call", assignee=mali, due_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))  # 1 November there
    november = window.text("/tasks/calendar?view=day&on=2026-11-01")
    assert "Late call" in november
    assert "Late call" not in window.text("/tasks/calendar?view=day&on=2026-10-31")
    assert "00:30" in november or "12:30" in november


def test_a_month_counts_what_is_open_and_lists_the_chosen_day(window: Window, mali: User) -> None:
    noon = datetime(2030, 5, 14, 12, tzinfo=UTC)
    for title in ("Call Noy", "Pay"):
        add_task(title=title, assignee=mali, due_at=noon)
    complete_task(task=add_task(title="Done long ago", assignee=mali, due_on=date(2030, 5, 15)), by=mali)
    shown = window.text("/tasks/calendar?view=month&on=2030-05-14")
    picks = dict(re.findall(r'class="calendar-pick" href="[^"]*on=([\d-]+)[^"]*" aria-label="([^"]*)"', shown))
    assert len(picks) == 35
    assert (picks["2030-05-14"], picks["2030-05-15"]) == ("Tue, May 14: 2 tasks", "Wed, May 15")
    listed = shown.partition('class="calendar-chosen"')[2]
    assert re.findall(r'class="task-title"[^>]*>([^<]*)<', listed) == ["Call Noy", "Pay"]
    empty = window.text("/tasks/calendar?view=month&on=2030-05-16").partition('class="calendar-chosen"')[2]
    assert "Nothing is due on this day." in empty
    for view in ("week", "day"):
        assert "calendar-chosen" not in window.text(f"/tasks/calendar?view={view}&on=2030-05-14")


def test_weeks_begin_as_they_do_where_the_company_is(window: Window) -> None:
    shown = window.text("/tasks/calendar?view=week&on=2026-11-25")
    assert 'data-day="2026-11-22"' in shown  # a Sunday: the company is in Laos
    assert 'data-day="2026-11-29"' not in shown
    for odd in ("view=year", "on=0000-00-00", "on=9999-99-99", "who=x", "on=2200-12-31", "on=1970-01-01"):
        assert "calendar-day" in window.text(f"/tasks/calendar?{odd}")


def test_a_task_goes_to_another_day_at_the_same_time_of_day(window: Window, mali: User) -> None:
    task = add_task(title="Call", assignee=mali, due_at=datetime(2026, 3, 28, 8, 0, tzinfo=UTC))  # 9:00, winter
    assert window.post(f"/tasks/{task.pk}/move", {"on": "2026-03-30"}).status_code == 204
    assert Task.objects.get().due_at == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)  # 9:00, summer
    assert window.post(f"/tasks/{task.pk}/move", {"on": "2026-02-30"}).status_code == 422
    assert Task.objects.get().due_at == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)


def test_a_reminder_is_shown_until_it_is_put_away_or_put_off(window: Window, mali: User) -> None:
    task = add_task(title="Call", assignee=mali, due_at=timezone.now() + timedelta(hours=1), remind_minutes=0)
    reminder = Reminder.objects.get()
    assert "Call" not in window.text("/tasks/reminders")
    tell_reminder(reminder_id=reminder.pk)
    assert "Call" in window.text("/tasks/reminders")
    assert window.post(f"/tasks/{task.pk}/snooze", {"until": "2020-01-01T10:00"}).status_code == 422
    assert window.post(f"/tasks/{task.pk}/snooze", {"for": "10m"}).status_code == 204
    assert "Call" not in window.text("/tasks/reminders")
    assert Reminder.objects.filter(told_at=None).count() == 1
    window.post(f"/tasks/{task.pk}/snooze", {"until": "2030-06-01T10:00"})
    assert Reminder.objects.get(told_at=None).at == datetime(2030, 6, 1, 8, 0, tzinfo=UTC)


def test_the_feed_is_open_to_its_address_only_and_can_be_renewed(window: Window, mali: User) -> None:
    add_task(title="Call, now", assignee=mali, due_on=timezone.now().date())
    anyone = Client()
    old = renew_feed_key(user=mali)
    response = anyone.get(f"/tasks/feed/{old}.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:Call\\, now\r\n" in words(response)
    window.post("/tasks/settings/feed", {})
    new = TaskChoices.objects.get().feed_key
    assert f"/tasks/feed/{new}.ics" in window.text("/tasks/settings")
    assert [anyone.get(f"/tasks/feed/{key}.ics").status_code for key in (old, new, "x", "None")] == [404, 200, 404, 404]
    window.post("/tasks/settings/feed", {"do": "close"})
    assert anyone.get(f"/tasks/feed/{new}.ics").status_code == 404
    User.objects.update(is_active=False)
    TaskChoices.objects.update(feed_key=new)
    assert anyone.get(f"/tasks/feed/{new}.ics").status_code == 404


def test_it_is_said_where_mails_go_or_why_they_do_not(window: Window, mali: User, settings: Any) -> None:
    assert "No mail server is set up here" in window.text("/tasks/settings")
    settings.EMAIL_FROM = "Callcard <callcard@example.com>"
    assert "Ask your administrator to write it down." in window.text("/tasks/settings")
    administrator = User.objects.create_user("anna", role="administrator")
    assert f"/settings/people/{administrator.pk}" in Window(administrator).text("/tasks/settings")
    User.objects.filter(pk=mali.pk).update(email="mali@example.com")
    assert "Mails go to mali@example.com." in window.text("/tasks/settings")


def test_choices_are_kept_and_odd_time_zones_refused(window: Window, mali: User) -> None:
    window.post("/tasks/settings", {"time_zone": "Asia/Vientiane"})
    mali.refresh_from_db()
    assert (mali.time_zone, TaskChoices.objects.get().mails_reminders) == ("Asia/Vientiane", False)
    assert window.post("/tasks/settings", {"time_zone": "Mars/Base"}).status_code == 422
    mali.refresh_from_db()
    assert mali.time_zone == "Asia/Vientiane"


def test_titles_are_shown_as_text(window: Window, mali: User) -> None:
    task = add_task(title="<script>x</script>", assignee=mali, due_at=timezone.now(), note="</textarea><b>", by=mali)
    for url in ("/tasks/", "/tasks/calendar", f"/tasks/{task.pk}"):
        assert "<script>x" not in window.text(url)
        assert "</textarea><b>" not in window.text(url)


def test_a_task_of_an_order_and_of_a_call_knows_what_it_is_about(mali: User, window: Window) -> None:
    keo = create_customer(name="Keo", by=mali, responsible=mali)
    order = record_order(customer=keo, total=Decimal(5), currency="LAK", number="17", by=mali)
    call = Call.objects.create(started_at=timezone.now(), customer=keo)
    for address, about, said in (
        (f"/orders/{order.pk}/task", "order", "Order 17"),
        (f"/calls/{call.pk}/task", "call", "Call "),
    ):
        to = window.get(address)["Location"]
        page = window.get(to)
        assert said in words(page)
        token = re.search(r'name="about" value="([^"]+)"', page.content.decode())
        assert token
        window.post("/tasks/new", _form(mali, customer=keo.pk, customer_typed="Keo", about=token[1]))
        task = Task.objects.get(about=about)
        assert (task.customer, task.about_id) == (keo, {"order": order.pk, "call": call.pk}[about])
        assert task.about_words.startswith(said)
        assert words(window.get(f"/tasks/{task.pk}")).count(task.about_words) == 1


@pytest.mark.parametrize("token", ["x", "order:1", "a" * 900])
def test_what_a_task_is_about_is_not_made_up(mali: User, window: Window, token: str) -> None:
    assert window.get(f"/tasks/new?about={token}").status_code == 200
    window.post("/tasks/new", _form(mali, about=token))
    assert (Task.objects.get().about, Task.objects.get().about_id) == ("", None)


def test_a_name_that_was_typed_but_not_chosen_is_not_lost_in_silence(mali: User, window: Window) -> None:
    response = window.post("/tasks/new", _form(mali, customer_typed="Keo"))
    assert response.status_code == 422
    assert "Choose somebody of those who are found" in words(response)
    assert not Task.objects.exists()


def test_a_task_is_taken_from_its_customer_only_by_who_sees_them(mali: User, window: Window) -> None:
    keo, other = create_customer(name="Keo", by=mali, responsible=mali), create_customer(name="Hidden")
    seen = add_task(title="Call", assignee=mali, customer=keo)
    unseen = add_task(title="Call", assignee=mali, customer=other)
    for task in (seen, unseen):
        window.post(f"/tasks/{task.pk}", _form(mali))
    assert Task.objects.get(pk=seen.pk).customer is None
    assert Task.objects.get(pk=unseen.pk).customer == other
