"""After a call: the note, the result and the next contact in one step."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from callcard.calls.closing import Closing, close_call, closing_fields, next_contact_of, read_closing
from callcard.calls.models import Call, CallResult
from callcard.calls.services import write_note
from callcard.customers.services import create_customer
from callcard.staff.models import User
from callcard.tasks.models import Reminder, Task

pytestmark = pytest.mark.django_db
LATER = datetime(2040, 5, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali")


@pytest.fixture
def call() -> Call:
    souk = create_customer(name="Souk")
    return Call.objects.create(key="1", number="020 5551", started_at=timezone.now(), customer=souk)


def test_one_step_writes_note_and_result_and_makes_the_task(call: Call, mali: User) -> None:
    task = close_call(call=call, note="Wants lamps", result="Offer sent", next_contact_at=LATER, by=mali)
    call.refresh_from_db()
    assert (call.note, call.result) == ("Wants lamps", "Offer sent")
    assert task is not None
    assert (task.title, task.customer, task.assignee, task.due_at) == ("Call Souk", call.customer, mali, LATER)
    assert (task.about, task.about_id, task.created_by) == ("call", call.pk, mali)
    assert Reminder.objects.get().at == LATER


def test_said_again_the_same_task_moves_and_without_a_day_it_is_cancelled(call: Call, mali: User) -> None:
    close_call(call=call, note="", result="", next_contact_at=LATER, by=mali)
    moved = close_call(call=call, note="", result="", next_contact_at=date(2040, 6, 1), by=mali)
    assert moved is not None
    assert (Task.objects.count(), moved.due_on) == (1, date(2040, 6, 1))
    assert not Reminder.objects.exists()
    assert close_call(call=call, note="", result="", next_contact_at=None, by=mali) is None
    assert Task.objects.get().is_cancelled


def test_each_person_has_a_next_contact_of_their_own(call: Call, mali: User) -> None:
    keo = User.objects.create_user("keo")
    task = close_call(call=call, note="", result="", next_contact_at=LATER, by=mali)
    assert next_contact_of(call, mali) == task
    close_call(call=call, note="", result="", next_contact_at=None, by=keo)
    assert next_contact_of(call, mali) == task


def test_a_stranger_is_called_by_number(call: Call, mali: User) -> None:
    call.customer = None
    task = close_call(call=call, note="", result="", next_contact_at=LATER, by=mali)
    assert task is not None
    assert task.title == "Call 020 5551"


@pytest.mark.parametrize(
    ("given", "closing"),
    [
        ({}, Closing(note=None, result="", next_contact=None)),
        ({"next_on": "2040-05-01"}, Closing(note=None, result="", next_contact=date(2040, 5, 1))),
        ({"next_on": "2040-05-01", "next_at": "09:00"}, Closing(note=None, result="", next_contact=LATER)),
        ({"next_at": "09:00", "note": "x"}, Closing(note="x", result="", next_contact=None)),
        ({"next_on": "never", "next_at": "25:00"}, Closing(note=None, result="", next_contact=None)),
    ],
)
def test_what_was_sent_is_read(given: dict[str, str], closing: Closing) -> None:
    sent = QueryDict(mutable=True)
    sent.update(given)
    with timezone.override(UTC):
        assert read_closing(sent) == closing


def test_the_fields_show_what_was_said_and_escape_it(call: Call, mali: User) -> None:
    assert "<select" not in closing_fields(result="", task=None)
    CallResult.objects.create(name="Offer <sent>", next_days=7)
    task = close_call(call=call, note="", result="Offer <sent>", next_contact_at=LATER, by=mali)
    with timezone.override(UTC):
        shown = closing_fields(result="Offer <sent>", task=task)
    assert '<option selected value="Offer &lt;sent&gt;" data-next-days=7>Offer &lt;sent&gt;</option>' in shown
    assert 'value="2040-05-01"' in shown
    assert 'value="09:00"' in shown
    assert "Old word" in closing_fields(result="Old word", task=None)


def test_the_form_is_for_those_who_see_the_call_and_a_note_that_is_not_sent_stays(call: Call, mali: User) -> None:
    browser = Client()
    browser.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    CallResult.objects.create(name="Offer sent")
    close_call(call=call, note="Wants lamps", result="", next_contact_at=None, by=mali)
    assert 'name="next_on"' in str(browser.get(f"/calls/{call.pk}/closing").content)
    sent = browser.post(f"/calls/{call.pk}/closing", {"result": "Offer sent", "next_on": "2040-05-01"})
    assert sent.status_code == 204
    call.refresh_from_db()
    assert (call.note, call.result, Task.objects.get().due_on) == ("Wants lamps", "Offer sent", date(2040, 5, 1))


def test_a_call_that_one_may_not_see_is_not_there(call: Call) -> None:
    stranger, browser = User.objects.create_user("stranger", records=User.Records.OWN), Client()
    browser.force_login(stranger, "django.contrib.auth.backends.ModelBackend")
    answers = [browser.get(f"/calls/{call.pk}/closing"), browser.post(f"/calls/{call.pk}/closing", {"result": "x"})]
    assert [answer.status_code for answer in answers] == [404, 404]
    call.refresh_from_db()
    assert (call.result, Task.objects.exists()) == ("", False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"result": "Made up"}, "“Made up” is not among the results."),
        ({"next_on": "2020-01-01"}, "The next contact has passed already: choose a day to come."),
        ({"next_on": "tomorrow"}, "The next contact is not a day."),
        ({"next_at": "09:00"}, "Choose the day of the next contact too."),
        ({"next_on": "2040-05-01", "next_at": "25:00"}, "The time of the next contact is none."),
    ],
)
def test_what_cannot_be_is_refused_in_words(call: Call, mali: User, given: dict[str, str], words: str) -> None:
    browser = Client()
    browser.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    answer = browser.post(f"/calls/{call.pk}/closing", {"note": "x", **given})
    assert (answer.status_code, answer.content.decode()) == (422, words)
    call.refresh_from_db()
    assert (call.note, call.result, Task.objects.exists()) == ("", "", False)


def test_what_stands_there_already_may_stay(call: Call, mali: User) -> None:
    close_call(call=call, note=None, result="Of the old list", next_contact_at=date(2020, 1, 1), by=mali)
    browser = Client()
    browser.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    assert 'value="2020-01-01" min="2020-01-01"' in browser.get(f"/calls/{call.pk}/closing").content.decode()
    sent = browser.post(f"/calls/{call.pk}/closing", {"result": "Of the old list", "next_on": "2020-01-01"})
    assert sent.status_code == 204
    assert Task.objects.get().due_on == date(2020, 1, 1)


def test_the_form_has_ones_own_note_where_there_is_no_field_beside_it(mali: User, call: Call) -> None:
    browser = Client()
    browser.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    browser.post(f"/calls/{call.pk}/closing", {"note": "mine </textarea><b>"})
    other = User.objects.create_user("other")
    write_note(call=call, note="theirs", author=other)
    assert "<textarea" not in browser.get(f"/calls/{call.pk}/closing").content.decode()
    shown = browser.get(f"/calls/{call.pk}/closing?note").content.decode()
    assert ("mine &lt;/textarea&gt;&lt;b&gt;</textarea>" in shown, "theirs" in shown) == (True, False)
