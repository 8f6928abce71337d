"""A call rings, the right people see it, it goes where it should, and the log is right afterwards."""

from __future__ import annotations

import http.client
from collections.abc import Callable

from callcard.calls.models import Call, Notice
from callcard.customers.models import Customer
from callcard.staff.models import User
from tests.stories.product import Desk, Product, wait_for, words

MALI = "+8562055512345"


def test_the_one_whose_phone_rings_sees_who_calls_and_nobody_else(
    product: Product, mali: Customer, desk: Callable[[str], Desk]
) -> None:
    anna, chan = desk("anna").listen(), desk("chan").listen()
    assert anna.next()[0] == chan.next()[0] == "hello"
    product.run(product.simulator.ring(MALI, ["301"]))
    popup = anna.popup("ringing")
    assert popup["title"] == "Mali Souk"
    assert "Mali Souk" in words(popup["html"])
    assert popup["announce"] == "Incoming call: Mali Souk"
    assert chan.is_silent(0.5)


def test_a_ring_group_sees_it_and_learns_who_answered(
    product: Product, mali: Customer, desk: Callable[[str], Desk], office_people: dict[str, User]
) -> None:
    anna, bounmy = desk("anna").listen(), desk("bounmy").listen()
    key = product.run(product.simulator.ring(MALI, ["301", "302"]))
    anna.popup("ringing")
    bounmy.popup("ringing")
    product.run(product.simulator.answer(key, "302"))
    bounmy.popup("talking")
    assert "Answered by Bounmy" in words(anna.popup("elsewhere")["html"])
    product.run(product.simulator.hang_up(key, ""))
    bounmy.popup("over")
    call = Call.objects.get(key=key)
    assert (call.outcome, call.answered_by, call.customer) == ("answered", office_people["bounmy"], mali)
    assert call.is_complete
    outcomes = dict(call.segments.filter(role="called").values_list("extension", "outcome"))
    assert outcomes == {"301": "elsewhere", "302": "answered"}


def test_a_browser_that_slept_is_told_what_it_missed_as_it_is_now(
    product: Product, mali: Customer, desk: Callable[[str], Desk]
) -> None:
    anna = desk("anna")
    stream = anna.listen()
    first = product.run(product.simulator.ring(MALI, ["301"]))
    stream.popup("ringing")
    slept_at = stream.last_id
    stream.close()
    product.run(product.simulator.hang_up(first, ""))
    second = product.run(product.simulator.ring("", ["301"]))
    wait_for(lambda: Notice.objects.filter(call__key=second).exists())
    wait_for(lambda: Call.objects.filter(key=first, outcome="cancelled").exists())
    awake = anna.listen(last_event_id=slept_at)
    assert awake.next()[0] == "hello"
    titles: dict[str, str] = {}
    while titles.keys() != {"over", "ringing"}:  # what rings may be told before what has ended within the same moments
        kind, data = awake.next()
        if kind == "popup":
            titles[data["state"]] = data["title"]
    assert titles == {"over": "Mali Souk", "ringing": "Number withheld"}


def test_a_browser_that_slept_too_long_is_told_to_load_anew(product: Product, desk: Callable[[str], Desk]) -> None:
    stream = desk("anna").listen(last_event_id=987654321)
    assert [stream.next()[0], stream.next()[0]] == ["hello", "resync"]
    assert stream.is_silent(0.3)


def test_closing_in_one_tab_closes_in_the_others_and_stays_in_the_list(
    product: Product, mali: Customer, desk: Callable[[str], Desk]
) -> None:
    anna = desk("anna")
    one, other = anna.listen(), anna.listen()
    product.run(product.simulator.ring(MALI, ["301"]))
    call = one.popup("ringing")["call"]
    assert other.popup("ringing")["call"] == call
    assert anna.post(f"/desk/popups/{call}/close")[0] == 204
    assert [kind for kind, data in (one.next(), other.next()) if data["call"] == call] == ["popup-closed"] * 2
    assert '"popups": []' in anna.get("/desk/popups")[1]
    assert "Mali Souk" in anna.get("/calls/recent/")[1]


def test_what_one_may_do_with_a_call_ends_with_ones_own(
    product: Product, mali: Customer, desk: Callable[[str], Desk]
) -> None:
    anna, chan = desk("anna"), desk("chan")
    stream = anna.listen()
    product.run(product.simulator.ring("+8562099990000", ["301"]))
    call = stream.popup("ringing")["call"]
    for deed in ("choose", "add-number", "note"):
        assert chan.post(f"/desk/popups/{call}/{deed}", customer=str(mali.pk), note="x")[0] == 404
    assert chan.post(f"/desk/popups/{call}/close")[0] == 204
    row = Call.objects.get(pk=call)
    assert (row.customer, row.note, mali.phones.count()) == (None, "", 1)
    assert not Notice.objects.filter(closed_at__isnull=False).exists()


def test_an_unknown_number_is_added_to_a_customer_in_one_step(
    product: Product, mali: Customer, desk: Callable[[str], Desk]
) -> None:
    anna = desk("anna")
    stream = anna.listen()
    key = product.run(product.simulator.ring("+8562099990000", ["301"]))
    popup = stream.popup("ringing")
    assert "New customer" in words(popup["html"])
    status, html = anna.post(f"/desk/popups/{popup['call']}/add-number", customer=str(mali.pk))
    assert status == 200
    assert "Mali Souk" in words(html)
    product.run(product.simulator.hang_up(key, ""))
    product.run(product.simulator.ring("+8562099990000", ["301"]))
    while (again := stream.popup("ringing"))["call"] == popup["call"]:
        pass
    assert again["title"] == "Mali Souk"


def test_nobody_listens_without_signing_in(product: Product) -> None:
    for cookie in ("", "sessionid=stolen", "sessionid=; =;;,", "sessionid", "a" * 4000):
        connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=5)
        connection.request("GET", "/live", headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status == 401


def test_another_sites_name_does_not_lead_to_the_stream(product: Product, desk: Callable[[str], Desk]) -> None:
    cookie = desk("anna").headers()["Cookie"]
    for host, status in (("evil.example", 400), ("127.0.0.1:1\\evil", 400), ("localhost", 200), ("127.0.0.1", 200)):
        connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=5)
        connection.request("GET", "/live", headers={"Cookie": cookie, "Host": host})
        assert connection.getresponse().status == status
        connection.close()
