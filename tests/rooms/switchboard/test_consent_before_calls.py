"""Whoever said no to calls is shown as such, found, and called only by somebody who says yes to a question."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Notice
from callcard.customers.consent.services import note_consent
from callcard.customers.models import Customer
from callcard.customers.services import add_phone, create_customer
from callcard.desk.popup import popups
from callcard.staff.models import Company, Extension, User
from callcard.switchboard.dial_rules import Rules
from callcard.switchboard.dial_settings import set_rules
from callcard.switchboard.dialling import dial
from callcard.switchboard.models import DialRequest, Pbx
from callcard.switchboard.refusals import AskFirst
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db
NUMBER = "+8562055556666"


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = User.objects.create_user("anna", first_name="Anna")
    Extension.objects.create(number="301", user=user)
    return user


def customer(name: str = "Boun", number: str = NUMBER) -> Customer:
    one = create_customer(name=name)
    add_phone(customer=one, raw=number)
    return one


def test_who_said_no_is_called_after_a_question_alone(pbx: FakePbx, anna: User) -> None:
    note_consent(customer=customer(), way="calls", answer="refused", by=anna)
    with pytest.raises(AskFirst) as asked:
        dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert asked.value.words == "Boun said no to calls. Call all the same?"
    assert not DialRequest.objects.exists()
    dial(user=anna, raw=NUMBER, command_id="press-0001", is_sure=True)
    assert DialRequest.objects.get().number == NUMBER


def test_of_several_answers_the_newest_counts(pbx: FakePbx, anna: User) -> None:
    one = customer()
    note_consent(customer=one, way="calls", answer="refused", by=anna)
    note_consent(customer=one, way="calls", answer="given", by=anna)
    note_consent(customer=one, way="email", answer="refused", by=anna)
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert len(pbx.sent) == 1


def test_both_questions_are_asked_at_once(pbx: FakePbx, anna: User) -> None:
    set_rules(role="manager", rules=Rules(may_dare=True), by=anna)
    note_consent(customer=customer(number="+88216123456"), way="calls", answer="refused", by=anna)
    with pytest.raises(AskFirst, match=r"^Boun said no to calls\. Call all the same\? .+"):
        dial(user=anna, raw="+88216123456", command_id="press-0001")
    assert pbx.sent == []


def test_a_stranger_is_not_named_in_the_question(pbx: FakePbx, anna: User) -> None:
    anna = User.objects.create_user("own", records="own")
    Extension.objects.create(number="302", user=anna)
    note_consent(customer=customer(), way="calls", answer="refused", by=None)
    with pytest.raises(AskFirst) as asked:
        dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert "Boun" not in asked.value.words
    assert "said no to calls" in asked.value.words


def test_the_card_the_popup_and_the_list_say_so(anna: User, client: Client) -> None:
    no, yes = customer(), customer("Noy", "+8562055557777")
    customer("Never asked", "+8562055558888")
    note_consent(customer=no, way="calls", answer="refused", by=anna)
    note_consent(customer=yes, way="calls", answer="given", by=anna)
    for pk, one in ((1, no), (2, yes)):
        call = Call.objects.create(id=pk, key=f"{pk}", started_at=timezone.now(), customer=one, match="exact")
        Notice.objects.create(call=call, user=anna, state="ringing", rang_at=timezone.now())
    made = popups([(1, anna.pk), (2, anna.pk)])
    assert ["said no to calls" in made[(pk, anna.pk)].html for pk in (1, 2)] == [True, False]
    client.force_login(anna)
    assert "said no to calls" in client.get(f"/customers/{no.pk}/").content.decode()
    assert "said no to calls" not in client.get(f"/customers/{yes.pk}/").content.decode()
    found = {
        question: {name for name in ("Boun", "Noy", "Never asked") if f">{name}<" in _list(client, question)}
        for question in ("f.calls_consent=refused", "f.calls_consent=given", "f.calls_consent.empty=1")
    }
    assert found == {
        "f.calls_consent=refused": {"Boun"},
        "f.calls_consent=given": {"Noy"},
        "f.calls_consent.empty=1": {"Never asked"},
    }


def _list(client: Client, question: str) -> str:
    return client.get(f"/customers/?{question}").content.decode()
