"""A call's own window, what one says in it, and who is asked for a result."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls import parts
from callcard.calls.models import Call, CallResult, CallTag, CallTagging, Notice, Segment
from callcard.calls.parts import CallPart, offer_part
from callcard.calls.services import write_note
from callcard.calls.setting import decide
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales.models import Order, OrderState
from callcard.staff.models import User
from tests.rooms.staff.windows import give

BEGAN = timezone.now() - timedelta(hours=1)


@pytest.fixture
def mali(db: None) -> User:
    return User.objects.create_user("mali", first_name="Mali", records=User.Records.OWN)


@pytest.fixture
def noy(db: None) -> User:
    return User.objects.create_user("noy", first_name="Noy", records=User.Records.OWN)


@pytest.fixture
def lamps(mali: User) -> Customer:
    return create_customer(name="Lamps", responsible=mali)


@pytest.fixture
def call(mali: User, lamps: Customer) -> Call:
    """Rang ten seconds, talked for fifty."""
    CallResult.objects.create(name="Ordered")
    at, end = BEGAN + timedelta(seconds=10), BEGAN + timedelta(seconds=60)
    made = Call.objects.create(
        pbx="p",
        key="1",
        direction="inbound",
        outcome="answered",
        number="+8562055512345",
        customer=lamps,
        started_at=BEGAN,
        answered_at=at,
        ended_at=end,
        ring_seconds=10,
        talk_seconds=50,
    )
    own = {"extension": "301", "user": mali, "outcome": "answered", "rang_at": BEGAN, "answered_at": at}
    Segment.objects.create(call=made, key="own", role="called", ended_at=end, talk_seconds=50, **own)
    Segment.objects.create(call=made, key="out", role="caller", number=made.number, answered_at=at, ended_at=end)
    Notice.objects.create(call=made, user=mali, rang_at=BEGAN, state="over")
    return made


def browser(user: User) -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_window_tells_who_rang_and_talked_for_how_long(call: Call, mali: User) -> None:
    write_note(call=call, note="Wants lamps", author=mali)
    shown = browser(mali).get(f"/calls/{call.pk}/")
    outside, own = shown.context["rows"]
    assert (outside.name, outside.is_outside, own.name, own.rang_seconds) == ("Lamps", True, "Mali", 10)
    assert [(part.kind, part.start, part.width) for part in own.drawn] == [
        ("rang", 0.0, 16.67),
        ("talked", 16.67, 83.33),
    ]
    page = shown.content.decode()
    assert "Wants lamps" in page
    assert 'width="83.33"' in page


def test_a_call_that_one_may_not_see_does_not_exist(call: Call, noy: User, mali: User) -> None:
    for path in (f"/calls/{call.pk}/", f"/calls/{call.pk}/closing", f"/calls/{call.pk}/edit"):
        assert browser(noy).get(path).status_code == 404
    sent = {"result": "Ordered", "next_on": "", "customer": ""}
    for path in (f"/calls/{call.pk}/customer", f"/calls/{call.pk}/closing"):
        assert browser(noy).post(path, sent).status_code == 404
    call.refresh_from_db()
    assert (call.result, call.customer_id is not None) == ("", True)


def test_a_colleagues_customer_and_order_are_not_told(call: Call, noy: User, lamps: Customer) -> None:
    state = OrderState.objects.create(name="New")
    order = Order.objects.create(customer=lamps, number="B-77", state=state, currency="LAK", total=0, ordered_at=BEGAN)
    Call.objects.filter(pk=call.pk).update(order=order)
    Segment.objects.create(call=call, key="noy", role="called", user=noy, rang_at=BEGAN, ended_at=BEGAN)
    for path in (f"/calls/{call.pk}/", "/calls/", f"/calls/{call.pk}/closing"):
        page = browser(noy).get(path).content.decode()
        assert "Lamps" not in page, path
        assert "B-77" not in page, path
    own = create_customer(name="Own", responsible=noy)
    browser(noy).post(f"/calls/{call.pk}/customer", {"customer": own.pk})
    browser(noy).post(f"/calls/{call.pk}/closing", {"order": order.pk, "next_on": ""})
    call.refresh_from_db()
    assert (call.customer, call.order) == (lamps, order)


def test_tags_and_the_order_are_said_with_the_result(call: Call, mali: User, lamps: Customer) -> None:
    state = OrderState.objects.create(name="New")
    order = Order.objects.create(customer=lamps, number="B-77", state=state, currency="LAK", total=0, ordered_at=BEGAN)
    tags = [CallTag.objects.create(name=name) for name in ("Delivery", "Payment")]
    form = browser(mali).get(f"/calls/{call.pk}/closing").content.decode()
    assert "B-77" in form
    assert "Delivery" in form
    sent = {"result": "Ordered", "tags": "1", "tag": [tags[0].pk], "order": order.pk, "note": "Two lamps"}
    assert browser(mali).post(f"/calls/{call.pk}/closing", sent).status_code == 204
    call.refresh_from_db()
    assert (call.result, call.order, call.note) == ("Ordered", order, "Two lamps")
    assert list(CallTagging.objects.values_list("tag", "began_at")) == [(tags[0].pk, call.started_at)]
    browser(mali).post(f"/calls/{call.pk}/closing", {"result": "Ordered", "tags": "1", "order": ""})
    call.refresh_from_db()
    assert (call.order, call.taggings.count(), call.note) == (None, 0, "Two lamps")
    browser(mali).post(f"/calls/{call.pk}/closing", {"tags": "1", "tag": ["x", "999", "99999999999999999999"]})
    assert not call.taggings.exists()


def test_who_it_was_is_chosen_and_taken_back(call: Call, mali: User) -> None:
    other = create_customer(name="Sofas", responsible=mali)
    browser(mali).post(f"/calls/{call.pk}/customer", {"customer": other.pk, "customer_typed": "Sofas"})
    call.refresh_from_db()
    assert (call.customer, call.match) == (other, "chosen")
    browser(mali).post(f"/calls/{call.pk}/customer", {"customer": "", "customer_typed": "Half a na"})
    call.refresh_from_db()
    assert call.customer == other
    browser(mali).post(f"/calls/{call.pk}/customer", {"customer": "", "customer_typed": ""})
    call.refresh_from_db()
    assert call.customer is None


def test_where_a_result_is_needed_the_card_asks_for_it_when_it_is_closed(call: Call, mali: User) -> None:
    asked = browser(mali).post(f"/desk/popups/{call.pk}/close")
    assert asked.status_code == 204
    decide(needs_result=True, needs_result_seconds=50)
    asked = browser(mali).post(f"/desk/popups/{call.pk}/close")
    assert (asked.status_code, asked.content.decode()) == (200, f"/calls/{call.pk}/closing")
    dialog = browser(mali).get(f"/calls/{call.pk}/closing?ask=1").content.decode()
    assert "<dialog" in dialog
    assert " required>" in dialog
    assert browser(mali).post(f"/calls/{call.pk}/closing", {"result": " "}).status_code == 422
    assert browser(mali).post(f"/calls/{call.pk}/closing", {"result": "Ordered"}).status_code == 204
    assert browser(mali).get(f"/calls/{call.pk}/closing?ask=1").status_code == 204
    Call.objects.update(result="")
    decide(needs_result_seconds=51)
    assert browser(mali).post(f"/desk/popups/{call.pk}/close").status_code == 204


def test_ones_talks_without_a_result_are_worked_off(call: Call, mali: User, noy: User) -> None:
    missed = Call.objects.create(
        pbx="p", key="2", direction="inbound", outcome="missed", started_at=BEGAN, ended_at=BEGAN
    )
    Segment.objects.create(call=missed, key="own", role="called", user=mali, rang_at=BEGAN)
    old = BEGAN - timedelta(days=40)
    Call.objects.filter(
        pk=Call.objects.create(
            pbx="p", key="3", direction="inbound", outcome="answered", started_at=old, ended_at=old
        ).pk
    )
    assert [one.pk for one in browser(mali).get("/calls/without-result").context["rows"]] == [call.pk]
    assert list(browser(noy).get("/calls/without-result").context["rows"]) == []
    browser(mali).post(f"/calls/{call.pk}/closing", {"result": "Ordered"})
    assert list(browser(mali).get("/calls/without-result").context["rows"]) == []


def test_other_rooms_put_parts_into_the_window(call: Call, mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_PARTS", {})
    offer_part(CallPart("late", "calls/number.html", lambda _call, _user: {}, place=90))
    offer_part(CallPart("early", "calls/number.html", lambda _call, _user: {}, place=10))
    offer_part(CallPart("none", "calls/number.html", lambda _call, _user: None))
    page = browser(mali).get(f"/calls/{call.pk}/").content.decode()
    assert page.index('data-part="early"') < page.index('data-part="late"')
    assert 'data-part="none"' not in page


def test_calls_leave_as_a_file_only_with_those_who_may_export(call: Call, mali: User, noy: User) -> None:
    Call.objects.update(note="=cmd()", number="+8562055512345")
    assert browser(mali).get("/calls/export/file?form=csv").status_code == 403
    give(User.objects.filter(pk__in=[mali.pk, noy.pk]), records="own", may_export=True)
    sent = browser(mali).get("/calls/export/file?form=csv&column=customer&column=number&column=note&column=talked")
    lines = b"".join(sent).decode("utf-8-sig").splitlines()
    assert lines == ['With,Number,"Talked, seconds",Note', "Lamps,+8562055512345,50,'=cmd()"]
    empty = b"".join(browser(noy).get(f"/calls/export/file?form=csv&call={call.pk}&column=number"))
    assert empty.decode("utf-8-sig").splitlines() == ["Number"]
    assert browser(mali).get("/calls/export/file?form=exe").status_code == 400


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_times_in_a_file_are_those_of_the_page_though_it_is_written_after_the_request(
    call: Call, boss: User, form: str
) -> None:
    User.objects.filter(pk=boss.pk).update(time_zone="Asia/Vientiane")
    Call.objects.update(started_at=datetime(2026, 11, 22, 20, 30, tzinfo=UTC))
    sent = b"".join(browser(boss).get(f"/calls/export/file?form={form}&column=started"))
    told = sent.decode("utf-8-sig") if form == "csv" else zipfile.ZipFile(io.BytesIO(sent)).read(SHEET).decode()
    assert "2026-11-23 03:30:00" in told


def test_many_are_tagged_at_once_and_only_what_one_sees(call: Call, mali: User, noy: User) -> None:
    tag = CallTag.objects.create(name="Delivery")
    for user in (noy, mali, mali):
        browser(user).post("/calls/change", {"change": f"add_tag:{tag.pk}", "call": [call.pk]})
        assert CallTagging.objects.count() == (0 if user == noy else 1)
    browser(mali).post("/calls/change", {"change": f"remove_tag:{tag.pk}", "call": [call.pk, "x"]})
    assert not CallTagging.objects.exists()
