"""Calls that people write down themselves: who may change them, what the history knows, and how it comes back."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, CallNote, CallResult, Segment
from callcard.calls.setting import decide
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.staff.models import Change, Company, User
from callcard.tasks.models import Task
from tests.rooms.staff.windows import give

GIVEN = {
    "customer_typed": "",
    "number": "020 5555 1234",
    "direction": "outbound",
    "outcome": "answered",
    "on": "2026-11-20",
    "at": "14:05",
    "lasted": "4:30",
    "note": "Wants lamps",
    "result": "Interested",
    "next_on": "2040-05-01",
}


@pytest.fixture
def mali(db: None) -> User:
    CallResult.objects.create(name="Interested")
    return User.objects.create_user("mali", first_name="Mali")


@pytest.fixture
def noy(db: None) -> User:
    return User.objects.create_user("noy", first_name="Noy")


@pytest.fixture
def lamps(mali: User) -> Customer:
    return create_customer(name="Lamps", responsible=mali)


def browser(user: User) -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def written_down(user: User, **given: object) -> Call:
    sent = browser(user).post("/calls/new", {**GIVEN, **given})
    call = Call.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/calls/{call.pk}/")
    return call


def test_what_is_written_down_is_a_call_like_any_other(mali: User, lamps: Customer) -> None:
    call = written_down(mali, customer=lamps.pk, customer_typed="Lamps")
    assert (call.origin, call.written_by, call.customer, call.direction) == ("hand", mali, lamps, "outbound")
    assert (call.outcome, call.talk_seconds, call.result, call.note) == ("answered", 270, "Interested", "Wants lamps")
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert (call.ended_at - call.started_at).total_seconds() == 270
    told = Segment.objects.order_by("role").values_list("role", "user", "talk_seconds", "began_at")
    assert list(told) == [("called", None, 270, call.started_at), ("caller", mali.pk, 270, call.started_at)]
    assert Task.objects.get(about="call", about_id=call.pk).due_on == date(2040, 5, 1)
    page = browser(mali).get(f"/calls/?f.origin=hand&f.person={mali.pk}").content.decode()
    assert f"/calls/{call.pk}/" in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"number": ""}, "customer_typed"),
        ({"number": "", "customer_typed": "Somebody"}, "customer_typed"),
        ({"number": "abc"}, "number"),
        ({"lasted": "long"}, "lasted"),
        ({"lasted": "9999"}, "lasted"),
        ({"on": "2999-01-01"}, "on"),
        ({"on": "2050-01-01"}, "at"),
        ({"at": "25:61"}, "at"),
        ({"direction": "sideways"}, "direction"),
        ({"customer": "99999999999999999999"}, "customer"),
        ({"lasted": "3:99"}, "lasted"),
        ({"lasted": "1:75:00"}, "lasted"),
        ({"lasted": ""}, "lasted"),
        ({"outcome": "missed", "lasted": "5:00"}, "lasted"),
        ({"next_on": "2020-01-01"}, "__all__"),
        ({"next_on": "soon"}, "__all__"),
        ({"result": "Never heard of"}, "__all__"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_written(
    mali: User, given: dict[str, str], field: str
) -> None:
    page = browser(mali).post("/calls/new", {**GIVEN, **given})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Call.objects.exists()


def test_a_call_is_over_when_it_is_written_down(mali: User) -> None:
    now = timezone.localtime()
    begun = {"on": f"{now:%Y-%m-%d}", "at": f"{now:%H:%M}"}
    page = browser(mali).post("/calls/new", {**GIVEN, **begun, "lasted": "30"})
    (words,) = page.context["form"].errors["at"]
    assert words.startswith(
        f"With that length it would end at {now + timedelta(minutes=30):%H:%M}, which is yet to come."
    )
    assert not Call.objects.exists()
    assert 'value="2040-05-01"' in page.content.decode()  # what was typed is there again


LEFT = re.compile(r'name="(on|at|offered)" value="([^"]*)"')


def offered_to(user: User) -> dict[str, str]:
    """What the form says of the moment when nobody touches it."""
    told = dict(LEFT.findall(browser(user).get("/calls/new").content.decode()))
    assert set(told) == {"on", "at", "offered"}
    return told


def ago(minutes: float) -> datetime:
    return timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=minutes)


def test_the_beginning_that_was_offered_is_counted_back_from_now(mali: User) -> None:
    earliest = ago(30)
    call = written_down(mali, **offered_to(mali), lasted="30")
    assert earliest <= call.started_at <= ago(30)
    assert call.ended_at == call.started_at + timedelta(minutes=30)


def test_nobody_answered_at_the_time_that_was_offered(mali: User) -> None:
    earliest = ago(0)
    call = written_down(mali, **offered_to(mali), outcome="missed", lasted="", result="")
    assert earliest <= call.started_at <= ago(0)


def test_a_form_that_lay_open_longer_than_they_talked_keeps_the_time_that_it_shows(mali: User) -> None:
    shown = timezone.localtime(ago(26 * 60))
    left = {"on": f"{shown:%Y-%m-%d}", "at": f"{shown:%H:%M}", "offered": f"{shown:%Y-%m-%d %H:%M}"}
    assert written_down(mali, **left, lasted="30").started_at == shown


def test_a_form_that_is_sent_again_a_minute_later_is_the_same_call(mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    left, later = offered_to(mali), timezone.now() + timedelta(minutes=2)
    call = written_down(mali, **left, lasted="30")
    monkeypatch.setattr("callcard.calls.hand_forms.timezone.now", lambda: later)
    again = browser(mali).post("/calls/new", {**GIVEN, **left, "lasted": "30"})
    assert list(again.context["form"].errors) == ["is_another"]
    assert again.context["form"].twin == call
    assert Call.objects.count() == 1


def test_what_is_sent_as_offered_cannot_lead_into_the_future(mali: User) -> None:
    ahead = {"on": "2050-01-01", "at": "10:00", "offered": "2050-01-01 10:00"}
    assert written_down(mali, **ahead, lasted="5").started_at <= ago(5)


def test_the_same_call_is_written_down_twice_only_on_purpose(mali: User, noy: User) -> None:
    call = written_down(mali)
    again = browser(mali).post("/calls/new", GIVEN)
    assert list(again.context["form"].errors) == ["is_another"]
    assert f'href="/calls/{call.pk}/" data-window' in again.content.decode()
    assert Call.objects.count() == 1
    assert browser(mali).post("/calls/new", {**GIVEN, "is_another": "on"}).status_code == 302
    assert browser(mali).post("/calls/new", {**GIVEN, "number": "020 5555 9999"}).status_code == 302
    assert browser(noy).post("/calls/new", GIVEN).status_code == 302
    assert Call.objects.count() == 4


def test_the_form_offers_results_and_escapes_them(mali: User) -> None:
    CallResult.objects.create(name="Offer <sent>", next_days=7)
    page = browser(mali).get("/calls/new?number=0205551234").content.decode()
    assert '<option value="Offer &lt;sent&gt;" data-next-days=7>' in page
    assert 'value="0205551234"' in page


def test_nobody_elses_customer_is_chosen(mali: User, noy: User) -> None:
    give(User.objects.filter(pk=noy.pk), records=User.Records.OWN)
    secret = create_customer(name="Secret", responsible=mali)
    page = browser(noy).post("/calls/new", {**GIVEN, "customer": secret.pk})
    assert "customer" in page.context["form"].errors
    assert not Call.objects.exists()


def test_a_change_is_kept_and_undone(mali: User, lamps: Customer) -> None:
    call = written_down(mali)
    sent = browser(mali).post(f"/calls/{call.pk}/edit", {**GIVEN, "outcome": "busy", "lasted": ""})
    assert sent.status_code == 302
    call.refresh_from_db()
    assert (call.outcome, call.talk_seconds, call.answered_at, call.result) == ("busy", 0, None, "Interested")
    assert set(Segment.objects.values_list("outcome", "talk_seconds")) == {("busy", 0)}
    change = Change.objects.get(about="call", action="changed")
    browser(mali).post(f"/calls/undo/{change.pk}")
    call.refresh_from_db()
    assert (call.outcome, call.talk_seconds) == ("answered", 270)
    browser(mali).post(f"/calls/{call.pk}/edit", {**GIVEN, "outcome": "missed", "lasted": ""})
    browser(mali).post(f"/calls/undo/{change.pk}")
    call.refresh_from_db()
    assert call.outcome == "missed"  # it was changed again since


def test_a_change_can_be_undone_wherever_the_company_is(mali: User) -> None:
    Company.objects.create(name="Lamps", region="LA", currency="USD", time_zone="Asia/Vientiane")
    call = written_down(mali)
    browser(mali).post(f"/calls/{call.pk}/edit", {**GIVEN, "lasted": "9:00"})
    change = Change.objects.get(about="call", action="changed")
    assert (change.before, change.after) == ({"talk_seconds": 270.0}, {"talk_seconds": 540.0})
    browser(mali).post(f"/calls/undo/{change.pk}")
    call.refresh_from_db()
    assert call.talk_seconds == 270


def test_a_removed_call_comes_back_as_it_was(mali: User) -> None:
    call = written_down(mali)
    assert "/calls/undo/" in browser(mali).post(f"/calls/{call.pk}/remove").content.decode()
    assert not Call.objects.exists()
    change = Change.objects.get(about="call", action="removed")
    for _twice in range(2):
        browser(mali).post(f"/calls/undo/{change.pk}")
    back = Call.objects.get()
    assert (back.pk, back.key, back.note, back.result) == (call.pk, call.key, "Wants lamps", "Interested")
    assert (back.started_at, back.talk_seconds, back.written_by) == (call.started_at, 270, mali)
    assert CallNote.objects.get().author == mali
    assert Segment.objects.filter(user=mali).count() == 1


def test_only_the_author_changes_it_and_no_call_of_the_telephone_system(mali: User, noy: User) -> None:
    call = written_down(mali)
    live = Call.objects.create(pbx="p", key="1", direction="inbound", outcome="missed", started_at=call.started_at)
    for user, one in ((noy, call), (mali, live)):
        for way in ("edit", "remove"):
            assert browser(user).post(f"/calls/{one.pk}/{way}", GIVEN).status_code == 404
    change = Change.objects.get(about="call", action="created")
    assert browser(noy).post(f"/calls/undo/{change.pk}").status_code == 404
    assert Call.objects.count() == 2


def test_the_administrator_may_forbid_it(mali: User) -> None:
    decide(may_write_by_hand=False)
    assert browser(mali).post("/calls/new", GIVEN).status_code == 403
    assert "/calls/new" not in browser(mali).get("/calls/").content.decode()
    assert not Call.objects.exists()
