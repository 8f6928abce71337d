"""A telephone system that calls us: from its request to the card, whatever comes between."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.kit.standard_webhooks import signature
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.switchboard.hook_door import LARGEST_BYTES
from callcard.switchboard.models import HookDelivery, Pbx, WireLine
from tests.stories.product import Desk, Product, wait_for, words

SECRET = "whsec_" + base64.b64encode(b"a key that only the two know ...").decode()
TOKEN = "nobody-guesses-this"
ADDRESS = f"/hook/cloud/{TOKEN}"


@pytest.fixture
def product(office_people: dict[str, User]) -> Iterator[Product]:
    Pbx.objects.create(slug="cloud", name="Cloud", kind="webhook", options={"secret": SECRET, "hook_token": TOKEN})
    product = Product()
    product.start()
    yield product
    product.stop()


def told(event: str, call: str = "c-1", **more: Any) -> bytes:
    now = datetime.now(UTC).isoformat()
    began = more.pop("began_at", now)
    return json.dumps(
        {"call": call, "event": event, "at": now, "began_at": began, "number": "+8562055512345", **more}
    ).encode()


def send(port: int, body: bytes, *, key: str = "", path: str = ADDRESS, **headers: str) -> tuple[int, float]:
    """(status, seconds until the answer)."""
    key, stamp = key or secrets.token_hex(8), int(headers.get("webhook-timestamp", time.time()))
    signed = {
        "webhook-id": key,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(SECRET, key, stamp, body),
    }
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    began = time.perf_counter()
    link.request("POST", path, body, signed | headers)
    status = link.getresponse().status
    took = time.perf_counter() - began
    link.close()
    return status, took


def test_a_request_rings_the_right_desk_and_the_log_is_right(
    product: Product, mali: Customer, desk: Callable[[str], Desk]
) -> None:
    anna, chan = desk("anna").listen(), desk("chan").listen()
    assert anna.next()[0] == chan.next()[0] == "hello"
    began = datetime.now(UTC).isoformat()
    assert send(product.port, told("rang", extension="301", began_at=began), key="m1")[0] == 200
    popup = anna.popup("ringing")
    assert "Mali Souk" in words(popup["html"])
    assert chan.is_silent(0.3)
    assert send(product.port, told("rang", extension="301", began_at=began), key="m1")[0] == 200  # sent again
    assert send(product.port, told("answered", extension="301", began_at=began))[0] == 200
    anna.popup("talking")
    assert send(product.port, told("ended", began_at=began))[0] == 200
    anna.popup("over")
    call = Call.objects.get(pbx="cloud")
    assert (call.key, call.outcome, call.customer, call.is_complete) == ("c-1", "answered", mali, True)
    assert HookDelivery.objects.filter(pbx="cloud").count() == 3
    wait_for(lambda: not HookDelivery.objects.filter(is_told=False).exists())


def test_what_was_kept_before_a_kill_is_told_after_it(office_people: dict[str, User], mali: Customer) -> None:
    """As when the process died between keeping and telling: the row is there, the call is not."""
    Pbx.objects.create(slug="cloud", name="Cloud", kind="webhook", options={"secret": SECRET, "hook_token": TOKEN})
    HookDelivery.objects.create(
        pbx="cloud", key="m1", call="c-9", received_at=datetime.now(UTC), body=told("rang", "c-9", extension="301")
    )
    product = Product()
    product.start()
    try:
        wait_for(lambda: Call.objects.filter(key="c-9", customer=mali).exists())
        wait_for(lambda: HookDelivery.objects.get().is_told)
        began = Call.objects.get().started_at.isoformat()
        assert send(product.port, told("ended", "c-9", began_at=began, outcome="cancelled"))[0] == 200
        wait_for(lambda: Call.objects.filter(key="c-9", outcome="cancelled").exists())
    finally:
        product.stop()


def test_what_is_refused_changes_nothing_and_keeps_nobody_out(product: Product, mali: Customer) -> None:
    body, port = told("rang", extension="301"), product.port
    assert send(port, body, **{"webhook-signature": "v1,AAAA"})[0] == 401
    assert send(port, body, **{"webhook-signature": ""})[0] == 401
    assert send(port, body, **{"webhook-timestamp": str(int(time.time()) - 3600)})[0] == 401
    assert send(port, body, path="/hook/cloud/another")[0] == 404
    assert send(port, body, path=f"/hook/simulator/{TOKEN}")[0] == 404
    assert send(port, b" " * (LARGEST_BYTES + 1))[0] == 413
    assert [send(port, body, **{"webhook-signature": "v1,AAAA"})[0] for _ in range(60)] == [401] * 60
    assert (HookDelivery.objects.count(), Call.objects.count()) == (0, 0)
    wait_for(lambda: Entry.objects.filter(act="wrong-hook", who="cloud").count() == 3)  # one for each reason
    assert send(port, b'{"call": "torn')[0] == 200  # genuine, so it is kept and named; sending it again helps nobody
    kept = HookDelivery.objects.get()
    assert (bytes(kept.body), kept.problem, kept.is_told) == (b'{"call": "torn', "this is not JSON", True)
    assert send(port, body)[0] == 200
    wait_for(lambda: Call.objects.filter(key="c-1").exists())
    wait_for(lambda: WireLine.objects.filter(summary="not understood: this is not JSON").exists())
    wait_for(lambda: WireLine.objects.filter(summary="refused: wrong_signature").exists())
    assert WireLine.objects.filter(summary__startswith="refused").count() <= 20
