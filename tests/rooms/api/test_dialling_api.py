"""Dialling over the API: the same rules, and the same one call for one key, as for the Call button."""

from __future__ import annotations

import pytest

from callcard.api.sign_in import rate
from callcard.staff.models import Company, Extension, User
from callcard.switchboard import running
from callcard.switchboard.models import DialRequest, Pbx
from callcard.telephony.commands import CancelDial, Dial
from tests.rooms.api.program import Program, told
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db
NUMBER = "+8562055512345"


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> FakePbx:
    fake = FakePbx()
    monkeypatch.setattr(running, "execute", fake.execute)
    monkeypatch.setattr(running, "dialler", lambda: "office")
    rate.forget()
    return fake


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = User.objects.create_user("anna")
    Extension.objects.create(number="301", user=user)
    return user


def test_a_number_is_dialled_once_for_one_key(pbx: FakePbx, anna: User) -> None:
    program = Program(anna, ["calls.see", "calls.dial", "phones.see", "phones.whole"])
    answers = [program.post("/placed-calls", {"number": "020 5551 2345"}, Idempotency_Key="press-0001") for _ in "ab"]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert pbx.sent == [Dial(command_id="press-0001", extension="301", number=NUMBER, shown_name="")]
    assert (told(answers[0])["number"], told(answers[0])["state"]) == (NUMBER, "asked")
    assert [one["command"] for one in told(program.get("/placed-calls"))["items"]] == ["press-0001"]
    other = program.post("/placed-calls", {"number": "020 5551 9999"}, Idempotency_Key="press-0001")
    assert (other.status_code, len(pbx.sent)) == (422, 1)


def test_what_is_asked_first_is_asked(pbx: FakePbx, anna: User) -> None:
    program = Program(anna)
    asked = program.post("/placed-calls", {"number": "191"}, Idempotency_Key="press-0001")
    assert (asked.status_code, told(asked)["type"]) == (409, "urn:callcard:problem:ask-first")
    assert pbx.sent == []
    sure = program.post("/placed-calls", {"number": "191", "is_sure": True}, Idempotency_Key="press-0001")
    assert (sure.status_code, len(pbx.sent)) == (201, 1)


def test_a_second_call_is_placed_instead_of_the_first_only_when_that_is_said(pbx: FakePbx, anna: User) -> None:
    program = Program(anna)
    program.post("/placed-calls", {"number": NUMBER}, Idempotency_Key="press-0001")
    asked = program.post("/placed-calls", {"number": "020 5551 9999"}, Idempotency_Key="press-0002")
    assert (told(asked)["type"], told(asked)["command"]) == ("urn:callcard:problem:other-call-first", "press-0001")
    assert len(pbx.sent) == 1


def test_a_placed_call_is_taken_back_by_its_user_only(pbx: FakePbx, anna: User) -> None:
    program = Program(anna)
    program.post("/placed-calls", {"number": NUMBER}, Idempotency_Key="press-0001")
    keo = Program(User.objects.create_user("keo"))
    assert keo.post("/placed-calls/press-0001/cancel").status_code == 404
    assert len(pbx.sent) == 1
    assert program.post("/placed-calls/press-0001/cancel").status_code == 204
    assert [type(sent) for sent in pbx.sent] == [Dial, CancelDial]


@pytest.mark.parametrize("key", ["", "short", "with space here", "x" * 41])
def test_without_a_key_nobody_is_rung(pbx: FakePbx, anna: User, key: str) -> None:
    answer = Program(anna).post("/placed-calls", {"number": NUMBER}, Idempotency_Key=key)
    assert (answer.status_code, pbx.sent, DialRequest.objects.count()) == (400, [], 0)


def test_a_token_that_only_sees_rings_nobody(pbx: FakePbx, anna: User) -> None:
    answer = Program(anna, ["calls.see"]).post("/placed-calls", {"number": NUMBER}, Idempotency_Key="press-0001")
    assert (answer.status_code, pbx.sent, DialRequest.objects.count()) == (403, [], 0)


def test_a_refusal_says_what_to_do(pbx: FakePbx, anna: User) -> None:
    Extension.objects.all().delete()
    answer = Program(anna).post("/placed-calls", {"number": NUMBER}, Idempotency_Key="press-0001")
    assert (answer.status_code, told(answer)["type"]) == (409, "urn:callcard:problem:not-dialled")
    assert told(answer)["detail"] == "You have no extension. Ask the administrator to give you one."
