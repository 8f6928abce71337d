"""A number that the page is not told is called by what it belongs to, by whoever may see that, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from callcard.calls.missed.models import MissedCaller
from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.staff.models import Company, User
from callcard.staff.roles.models import Role
from callcard.staff.roles.ready import READY
from callcard.switchboard.models import DialRequest, Pbx
from callcard.telephony.commands import Dial
from tests.rooms.staff.windows import Window, person, words
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db
NUMBER, ENDING = "+8562055512345", "512345"


def masked(scope: str = "all", *, without: str = "") -> Window:
    """Somebody with an extension who reads no number whole."""
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = person("anna", "301")
    rights = READY["manager"].rights - {"phones.whole", "phones.change", without}
    user.take_roles([Role.objects.create(name="Made", rights=sorted(rights), scope=scope)])
    return Window(user)


def mali(by: User) -> Customer:
    return create_customer(name="Mali Souk", by=by, numbers=[NUMBER], responsible=by)


def press(window: Window, reference: str, **data: Any) -> Any:
    return window.post("/calls/dial", {"number": f"tel:;of={reference}", **data})


def told(answer: Any) -> str:
    return words(answer).replace(" ", "")


def test_a_customers_number_is_dialled_and_told_to_nobody(pbx: FakePbx) -> None:
    window = masked()
    phone = mali(window.user).phones.get()
    answer = press(window, f"phone-{phone.pk}")
    assert answer.status_code == 200
    (sent,) = pbx.sent
    assert isinstance(sent, Dial)
    assert (sent.extension, sent.number, sent.shown_name) == ("301", NUMBER, "Mali Souk")
    assert answer.json()["number"] == "+856 20 ** *** * 45"
    assert window.get("/calls/placed").json()["calls"][0]["number"] == "+856 20 ** *** * 45"
    for said in (answer, window.get("/calls/placed"), window.get(f"/calls/to?number=tel:;of=phone-{phone.pk}")):
        assert said.status_code == 200
        assert ENDING not in told(said)


@pytest.mark.parametrize("how", ["soft", "desk"])
def test_softphones_are_rung_like_telephones_for_it(pbx: FakePbx, how: str) -> None:
    window = masked()
    User.objects.filter(pk=window.user.pk).update(calls_with=how)
    answer = press(window, f"phone-{mali(window.user).phones.get().pk}", how=how)
    assert (answer.status_code, "soft" in answer.json(), len(pbx.sent)) == (200, False, 1)
    assert DialRequest.objects.get().how == "desk"


def test_callers_and_those_who_wait_are_called_back(pbx: FakePbx) -> None:
    window, now = masked(), timezone.now()
    call = Call.objects.create(
        started_at=now, ended_at=now, number=NUMBER, e164=NUMBER, direction="inbound", outcome="missed"
    )
    waits = {"first_at": now, "last_at": now, "checked_at": now, "last_call_id": call.pk, "is_nobodys": True}
    row = MissedCaller.objects.create(key=f"n:{NUMBER}", number=NUMBER, e164=NUMBER, **waits)
    for reference in (f"call-{call.pk}", f"missed-{row.pk}"):
        answer = press(window, reference)
        assert answer.status_code == 200
        assert ENDING not in told(answer)
        DialRequest.objects.update(state="over")
    assert [sent.number for sent in pbx.sent if isinstance(sent, Dial)] == [NUMBER, NUMBER]
    assert ENDING not in told(window.get("/calls/missed/?who=all"))
    assert f'href="tel:;of=missed-{row.pk}"' in words(window.get("/calls/missed/?who=all"))


def test_what_one_may_not_see_is_not_called(pbx: FakePbx) -> None:
    window, other = masked("own"), person("other")
    phone, now = mali(other).phones.get(), timezone.now()
    call = Call.objects.create(started_at=now, ended_at=now, number=NUMBER, e164=NUMBER, direction="inbound")
    for reference in (f"phone-{phone.pk}", f"call-{call.pk}", "missed-1", "phone-999999999999999999", "phone-0"):
        answer = press(window, reference)
        assert answer.status_code == 409
        assert ENDING not in told(answer)
    assert (pbx.sent, DialRequest.objects.count()) == ([], 0)


def test_who_sees_no_number_at_all_calls_none(pbx: FakePbx) -> None:
    window = masked(without="phones.see")
    assert press(window, f"phone-{mali(window.user).phones.get().pk}").status_code == 409
    assert pbx.sent == []


def test_nobody_is_called_who_must_not_be(pbx: FakePbx) -> None:
    window = masked()
    phone = mali(window.user).phones.get()
    phone.do_not_call = True
    phone.save()
    assert press(window, f"phone-{phone.pk}").status_code == 409
    assert pbx.sent == []
