"""One button calls back, once."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from urllib.parse import urlencode

from callcard.calls.models import Call, Notice
from callcard.customers.models import Customer
from callcard.staff.models import Extension, User
from callcard.switchboard.models import DialRequest
from tests.stories.product import Desk, Product, wait_for


def press(desk: Desk, number: str, key: str, **more: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=10)
    headers = desk.headers() | {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
    connection.request("POST", "/calls/dial", urlencode({"number": number, **more}), headers)
    response = connection.getresponse()
    status, answer = response.status, json.loads(response.read())
    connection.close()
    return status, answer


def test_a_repeated_click_places_one_call(product: Product, mali: Customer, desk: Callable[[str], Desk]) -> None:
    anna = desk("anna")
    for _ in range(3):
        assert press(anna, "020 5551 2345", "click-0001")[0] == 200
    wait_for(lambda: Call.objects.filter(command_id="click-0001").exists())
    call = Call.objects.get()
    assert (call.direction, call.customer) == ("outbound", mali)
    assert DialRequest.objects.count() == 1
    assert not Notice.objects.exists()  # who calls needs no pop-up of their own phone


def test_what_cannot_be_called_is_refused_in_words(product: Product, desk: Callable[[str], Desk]) -> None:
    anna = desk("anna")
    for number in ("", "abc", "12\r\nAction: Originate", "1" * 40, "+"):
        status, answer = press(anna, number, "click-0002")
        assert (status, answer) == (409, {"error": "This is not a number that can be called."})
    assert press(anna, "+8562055512345", "not; a key")[0] == 400
    assert not DialRequest.objects.exists()


def test_without_a_phone_one_is_told_what_to_do(product: Product, desk: Callable[[str], Desk]) -> None:
    anna = desk("anna")
    Extension.objects.all().delete()
    assert press(anna, "+8562055512345", "click-0003") == (
        409,
        {"error": "You have no extension. Ask the administrator to give you one."},
    )
    assert not DialRequest.objects.exists()


def test_an_emergency_number_is_called_only_after_a_question(product: Product, desk: Callable[[str], Desk]) -> None:
    anna = desk("anna")
    ask = "190 is an emergency number. Call it?"
    for _ in range(2):
        assert press(anna, "190", "click-0004") == (409, {"ask": ask, "answer": {"sure": "1"}})
    assert not DialRequest.objects.exists()
    Extension.objects.create(number="190", user=User.objects.get(username="anna"))
    status, answer = press(anna, "1 90", "click-0004")
    assert (status, "also the extension of" in answer["ask"]) == (409, True)
    Extension.objects.filter(number="190").delete()
    assert press(anna, "190", "click-0004", sure="1")[0] == 200
    wait_for(lambda: Call.objects.filter(command_id="click-0004").exists())
    assert Call.objects.get().direction == "outbound"
    assert DialRequest.objects.get().number == "190"
