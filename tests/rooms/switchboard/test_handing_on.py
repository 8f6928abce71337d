"""A call that is handed on at once to a colleague whose phone cannot be rung."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.staff.models import Company, Extension, User
from callcard.switchboard.models import DialRequest
from callcard.telephony.commands import Transfer
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("not_registered", "The phone of Bounmy is not connected"),
        ("busy", "The phone of Bounmy is busy"),
    ],
)
def test_before_a_call_goes_to_a_phone_that_cannot_be_rung_its_user_is_asked(
    reason: str, words: str, pbx: FakePbx, client: Client
) -> None:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    anna, now = User.objects.create_user("anna"), timezone.now()
    call = Call.objects.create(pbx="office", key="k", direction="inbound", started_at=now, answered_at=now)
    Segment.objects.create(call=call, key="k.1", role="called", extension="301", user=anna, answered_at=now)
    Extension.objects.create(number="302", user=User.objects.create_user("bounmy", first_name="Bounmy"))
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    pbx.refusal = reason
    words = f"{words}: the caller may be lost. Hand the call on all the same?"
    asked = client.post(f"/calls/{call.pk}/do/transfer", {"to": "302"}, headers={"Idempotency-Key": "press-0001"})
    assert (asked.status_code, asked.json()) == (
        409,
        {"ask": words, "answer": {"sure": "1"}, "yes": "Hand on", "no": "Leave it"},
    )
    assert client.get("/calls/who", {"number": "302", "rings": ""}).json()["away"] == words
    assert (pbx.sent, DialRequest.objects.count()) == ([], 0)
    pbx.refusal = ""
    sure = {"to": "302", "sure": "1"}
    client.post(f"/calls/{call.pk}/do/transfer", sure, headers={"Idempotency-Key": "press-0001"})
    assert pbx.sent == [Transfer(command_id="press-0001", call_key="k", segment_key="k.1", to="302")]
    assert client.get("/calls/who", {"number": "610", "rings": ""}).json()["away"] == ""
