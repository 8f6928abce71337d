"""A person has one desk phone: clicks on several numbers do not ring it several times."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.staff.models import Company, Extension, User
from callcard.switchboard.dialling import How, cancel, dial
from callcard.switchboard.in_call import command
from callcard.switchboard.models import DialRequest, Pbx
from callcard.switchboard.placed import write_progress
from callcard.switchboard.placed_rules import Progress
from callcard.switchboard.refusals import AskFirst, KeyUsed, NotDialled, OtherCallFirst
from callcard.telephony.commands import CancelDial, Dial, Transfer
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+8562055512345", "+8562055567890"


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = User.objects.create_user("anna", first_name="Anna")
    Extension.objects.create(number="301", user=user)
    return user


def dialled(pbx: FakePbx) -> list[str]:
    return [each.number for each in pbx.sent if isinstance(each, Dial)]


def cancelled(pbx: FakePbx) -> list[str]:
    return [each.dial_id for each in pbx.sent if isinstance(each, CancelDial)]


@pytest.mark.parametrize("state", ["asked", "ringing", "calling"])
def test_while_a_call_is_placed_another_number_is_asked_about(pbx: FakePbx, anna: User, state: str) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    write_progress("office", [Progress("press-0001", "k", state)])
    with pytest.raises(OtherCallFirst) as question:
        dial(user=anna, raw=OTHER, command_id="press-0002")
    words = "A call to +856 20 55 512 345 is being placed. Cancel it and call +856 20 55 567 890 instead?"
    assert (question.value.words, question.value.command_id) == (words, "press-0001")
    assert (dialled(pbx), DialRequest.objects.count()) == ([NUMBER], 1)


def test_the_first_call_is_given_up_before_the_other_number_is_dialled(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    dial(user=anna, raw=OTHER, command_id="press-0002", instead="press-0001")
    assert [type(each) for each in pbx.sent] == [Dial, CancelDial, Dial]
    assert (dialled(pbx), cancelled(pbx)) == ([NUMBER, OTHER], ["press-0001"])
    assert dict(DialRequest.objects.values_list("command_id", "problem")) == {
        "press-0001": "cancelled",
        "press-0002": "",
    }


def test_what_cannot_be_given_up_keeps_the_phone(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    pbx.refusal = "no_link"
    for _ in range(2):
        with pytest.raises(NotDialled, match="The call before it could not be cancelled"):
            dial(user=anna, raw=OTHER, command_id="press-0002", instead="press-0001")
    assert dialled(pbx) == [NUMBER]


def test_who_answered_meanwhile_is_not_cut_off(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    write_progress("office", [Progress("press-0001", "k", "talking")])
    with pytest.raises(NotDialled, match="has answered meanwhile, so nobody else was called"):
        dial(user=anna, raw=OTHER, command_id="press-0002", instead="press-0001")
    assert (dialled(pbx), cancelled(pbx)) == ([NUMBER], [])


def test_a_yes_gives_up_no_call_but_the_one_that_was_asked_about(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    with pytest.raises(OtherCallFirst):
        dial(user=anna, raw=OTHER, command_id="press-0002", instead="press-0000")
    assert (dialled(pbx), cancelled(pbx)) == ([NUMBER], [])


def test_a_dear_number_is_asked_about_as_well(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    with pytest.raises(AskFirst):
        dial(user=anna, raw="+449098790000", command_id="press-0002", instead="press-0001")
    with pytest.raises(OtherCallFirst):
        dial(user=anna, raw="+449098790000", command_id="press-0002", is_sure=True)
    assert (dialled(pbx), cancelled(pbx)) == ([NUMBER], [])


@pytest.mark.parametrize("refusal", ["", "no_link"])
def test_help_is_called_whatever_is_being_placed(pbx: FakePbx, anna: User, refusal: str) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    with pytest.raises(AskFirst, match="190 is an emergency number"):
        dial(user=anna, raw="190", command_id="press-0002")
    assert cancelled(pbx) == []
    pbx.refuses_cancel = refusal
    dial(user=anna, raw="190", command_id="press-0002", is_sure=True)
    assert (dialled(pbx), cancelled(pbx)) == ([NUMBER, "190"], ["press-0001"])


def test_the_same_number_again_is_told_how_its_call_stands(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    write_progress("office", [Progress("press-0001", "k", "ringing")])
    with pytest.raises(NotDialled, match="Your phone rings: pick it up to call"):
        dial(user=anna, raw=NUMBER, command_id="press-0002")
    assert dialled(pbx) == [NUMBER]


def test_what_is_over_or_was_given_up_or_is_unsure_keeps_nobody_from_calling(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    write_progress("office", [Progress("press-0001", "a", "over", "missed")])
    dial(user=anna, raw=NUMBER, command_id="press-0002")
    cancel(request=DialRequest.objects.get(command_id="press-0002"))
    pbx.refusal = "unknown"
    dial(user=anna, raw=NUMBER, command_id="press-0003")
    pbx.refusal = ""
    dial(user=anna, raw=NUMBER, command_id="press-0004")
    now = timezone.now()  # closed without the PBX, as after a restart
    Call.objects.create(pbx="office", key="d", direction="outbound", started_at=now, ended_at=now)
    write_progress("office", [Progress("press-0004", "d", "ringing")])
    dial(user=anna, raw=OTHER, command_id="press-0005")
    assert dialled(pbx) == [NUMBER] * 4 + [OTHER]


def test_the_phone_of_another_and_the_softphone_are_not_in_the_way(pbx: FakePbx, anna: User) -> None:
    other = User.objects.create_user("bounmy")
    Extension.objects.create(number="302", user=other)
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    dial(user=other, raw=OTHER, command_id="press-0002")
    dial(user=anna, raw=OTHER, command_id="press-0003", how=How.SOFT)
    assert dialled(pbx) == [NUMBER, OTHER]


@pytest.mark.django_db(transaction=True)
def test_presses_on_different_numbers_at_once_ring_the_phone_once(pbx: FakePbx, anna: User) -> None:
    all_three = threading.Barrier(3, timeout=10)
    answers: list[str] = []

    def press(count: int) -> None:
        try:
            all_three.wait()
            dial(user=anna, raw=f"+856205551234{count}", command_id=f"press-000{count}")
            answers.append("placed")
        except OtherCallFirst:
            answers.append("asked")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[count]) for count in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == ["asked", "asked", "placed"]
    assert (len(pbx.sent), DialRequest.objects.count()) == (1, 1)


@pytest.mark.parametrize("number", [OTHER, f"{NUMBER};ext=12"])
def test_a_key_that_named_another_press_is_refused_and_nothing_is_dialled(
    pbx: FakePbx, anna: User, client: Client, number: str
) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/calls/dial", {"number": number}, headers={"Idempotency-Key": "press-0001"})
    words = "This press was already used for another call, so nothing was dialled. Press Call again."
    assert (answer.status_code, answer.json()) == (422, {"error": words})
    again = client.post("/calls/dial", {"number": NUMBER}, headers={"Idempotency-Key": "press-0001"})
    assert (again.status_code, again.json()["number"]) == (200, NUMBER)
    assert (dialled(pbx), DialRequest.objects.get().number) == ([NUMBER], NUMBER)


def test_a_key_of_a_call_by_softphone_does_not_ring_the_desk_phone(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001", how=How.SOFT)
    with pytest.raises(KeyUsed):
        dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert pbx.sent == []


def test_the_key_of_a_call_that_was_handed_on_hands_on_no_other(pbx: FakePbx, anna: User) -> None:
    first, other = talking(anna, "k"), talking(anna, "l")
    command(user=anna, call_id=first.pk, what="transfer", to="302", command_id="press-0001")
    for call, what, to in ((other, "transfer", "302"), (first, "transfer", "303"), (first, "consult", "302")):
        with pytest.raises(KeyUsed, match="already used for another call"):
            command(user=anna, call_id=call.pk, what=what, to=to, command_id="press-0001")
    assert pbx.sent == [Transfer(command_id="press-0001", call_key="k", segment_key="k.1", to="302")]
    assert DialRequest.objects.get().call_key == "k"


def talking(anna: User, key: str) -> Call:
    now = timezone.now()
    call = Call.objects.create(pbx="office", key=key, direction="inbound", started_at=now, answered_at=now)
    Segment.objects.create(call=call, key=f"{key}.1", role="called", extension="301", user=anna, answered_at=now)
    return call


def test_the_page_is_told_what_to_send_for_yes(pbx: FakePbx, anna: User, client: Client) -> None:
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    client.post("/calls/dial", {"number": NUMBER}, headers={"Idempotency-Key": "press-0001"})
    key = {"Idempotency-Key": "press-0002"}
    asked = client.post("/calls/dial", {"number": OTHER}, headers=key)
    told = asked.json()
    assert (asked.status_code, told["yes"], told["no"]) == (409, "Cancel it and call", "Leave it")
    assert told["answer"] == {"instead": "press-0001"}
    answer = client.post("/calls/dial", {"number": OTHER, **told["answer"]}, headers=key)
    assert (answer.status_code, dialled(pbx), cancelled(pbx)) == (200, [NUMBER, OTHER], ["press-0001"])
