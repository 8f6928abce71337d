"""A telephone system that calls us, in its window: the address, the secret, and what came."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from callcard.customers.erasing import Person
from callcard.staff.models import User
from callcard.switchboard.erasing import _erase
from callcard.switchboard.hook_inbox import keep_all
from callcard.switchboard.hook_kinds import make_receiver
from callcard.switchboard.models import HookDelivery, Pbx
from callcard.telephony.hooks import HookRequest

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + base64.b64encode(b"a key that only the two know ...").decode()
FILLED = {"name": "Cloud", "kind": "webhook", "secret": SECRET, "is_enabled": "on", "verify": "on"}


@pytest.fixture
def window() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("chief", role=User.Role.ADMINISTRATOR))
    return client


def test_the_window_shows_the_address_and_never_the_secret(window: Client) -> None:
    answer = window.post(reverse("pbx-new"), FILLED)
    assert answer["Location"] == reverse("pbx-edit", args=["cloud"])
    token = Pbx.objects.get().options["hook_token"]
    assert len(token) >= 40
    page = window.get(answer["Location"]).content.decode()
    assert f"http://testserver/hook/cloud/{token}" in page
    assert "No request has come yet" in page
    assert SECRET not in page
    window.post(answer["Location"], FILLED | {"secret": "", "name": "Clouds"})
    assert Pbx.objects.get().options["hook_token"] == token  # providers know it
    assert Pbx.objects.get().options["secret"] == SECRET
    HookDelivery.objects.create(
        pbx="cloud", key="m1", received_at=datetime.now(UTC), body=b"{", problem="this is not JSON"
    )
    page = window.get(answer["Location"]).content.decode()
    assert "The last request came at" in page
    assert "this is not JSON" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret": ""}, "This is needed."),
        ({"secret": "hush"}, "This must be base64 of at least 16 bytes: openssl rand -base64 32"),
        ({"records_zone": "Moon/Crater", "kind": "zadarma"}, "There is no such time zone."),
    ],
)
def test_what_cannot_be_used_is_said_and_not_kept(window: Client, change: dict[str, str], words: str) -> None:
    answer = window.post(reverse("pbx-new"), FILLED | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Pbx.objects.exists()


def test_the_test_button_says_what_it_can(window: Client) -> None:
    assert "These settings can be used." in window.post(reverse("pbx-test"), FILLED).content.decode()


async def test_the_echo_by_which_an_address_is_tried() -> None:
    receiver = make_receiver(Pbx(slug="z", kind="zadarma", options={"secret": "x", "records_zone": "UTC"}))
    asked = HookRequest(body=b"", received_at=datetime.now(UTC), headers={}, method="GET", query="zd_echo=aZ9")
    assert (await receiver.accept(asked)).text == b"aZ9"
    scripted = HookRequest(body=b"", received_at=asked.received_at, headers={}, method="GET", query="zd_echo=%3Cb%3E")
    assert ((await receiver.accept(scripted)).status, (await receiver.accept(scripted)).text) == (401, b"")


def test_what_is_kept_together_is_kept_once() -> None:
    def rows(*keys: str) -> list[HookDelivery]:
        return [HookDelivery(pbx="cloud", key=key, received_at=datetime.now(UTC), body=b"{}") for key in keys]

    first = keep_all(rows("m1", "m2", "m1"))
    assert [pk is None for pk in first] == [False, False, True]
    again = keep_all(rows("m2", "m3"))
    assert [pk is None for pk in again] == [True, False]
    assert HookDelivery.objects.count() == 3


def test_erasing_a_person_empties_the_requests_that_name_them() -> None:
    now = datetime.now(UTC)
    for key, body in (("m1", b'{"number": "+8562055512345"}'), ("m2", b"caller_id=%2B8562055512345"), ("m3", b"{}")):
        HookDelivery.objects.create(pbx="cloud", key=key, received_at=now, body=body)
    _erase(Person((1,), ("Mali Souk",), ("+8562055512345",), False))
    assert [bytes(row.body) for row in HookDelivery.objects.order_by("pk")] == [b"", b"", b"{}"]
