"""Calls by button: checked, written down once, and known even when the link dies in the middle."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.customers.services import create_customer
from callcard.live.models import LiveEvent
from callcard.staff.models import Change, Company, Extension, User
from callcard.staff.softphone.models import SipAccount
from callcard.switchboard.dial_rules import Rules
from callcard.switchboard.dial_settings import set_rules
from callcard.switchboard.dialling import How, cancel, dial
from callcard.switchboard.in_call import command
from callcard.switchboard.models import DialRequest, Pbx
from callcard.switchboard.placed import placed_calls, settle_unheard, write_progress
from callcard.switchboard.placed_rules import Progress
from callcard.switchboard.refusals import AskFirst, NotDialled
from callcard.telephony.commands import (
    CancelDial,
    Capability,
    Dial,
    Hangup,
    Transfer,
    TryPhone,
)
from callcard.telephony.numbers import legible
from tests.rooms.staff.windows import give
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db

NUMBER = "+8562055512345"


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = User.objects.create_user("anna", first_name="Anna")
    Extension.objects.create(number="301", user=user)
    return user


@pytest.fixture
def chief() -> User:
    return User.objects.create_user("chief", role=User.Role.ADMINISTRATOR)


def hang_up() -> None:
    """Whatever was placed is over."""
    DialRequest.objects.update(state="over")


def told(user: User) -> list[str]:
    rows = LiveEvent.objects.filter(user_id=user.pk, kind="dial").order_by("pk")
    return [row.payload["command"] for row in rows]


def test_the_phone_shows_whom_it_calls_and_the_page_is_told(pbx: FakePbx, anna: User) -> None:
    create_customer(name="Mali Souk", by=anna, numbers=[NUMBER])
    request = dial(user=anna, raw="020 5551 2345 ext. 12", command_id="press-0001")
    assert pbx.sent == [Dial(command_id="press-0001", extension="301", number=NUMBER, shown_name="Mali Souk")]
    assert (request.state, request.reach, request.country, request.then) == ("asked", "national", "LA", "12")
    assert told(anna) == ["press-0001"]


def test_whom_one_may_not_see_is_not_named(pbx: FakePbx, anna: User, chief: User) -> None:
    create_customer(name="Secret", by=chief, numbers=[NUMBER], responsible=chief)
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    anna.refresh_from_db()
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert isinstance(pbx.sent[0], Dial)
    assert pbx.sent[0].shown_name == ""


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_place_one_call(pbx: FakePbx, anna: User) -> None:
    both = threading.Barrier(2, timeout=10)
    answers: list[str] = []

    def press() -> None:
        try:
            both.wait()
            answers.append(dial(user=anna, raw=NUMBER, command_id="press-0001").command_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == ["press-0001", "press-0001"]
    assert len(pbx.sent) == 1
    assert DialRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_do_not_both_pass_the_last_call_of_the_day(pbx: FakePbx, anna: User, chief: User) -> None:
    set_rules(role=User.Role.MANAGER, rules=Rules(calls_a_day=1), by=chief)
    both = threading.Barrier(2, timeout=10)
    answers: list[bool] = []

    def press(key: str) -> None:
        try:
            both.wait()
            dial(user=anna, raw=NUMBER, command_id=key)
            answers.append(True)
        except NotDialled:
            answers.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[f"press-000{n}"]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [False, True]
    assert len(pbx.sent) == 1


def test_somebody_elses_key_is_no_key(pbx: FakePbx, anna: User, chief: User) -> None:
    Extension.objects.create(number="303", user=chief)
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    with pytest.raises(NotDialled):
        dial(user=chief, raw=NUMBER, command_id="press-0001")
    assert len(pbx.sent) == 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("busy", "Your phone is busy."),
        ("not_allowed", "The telephone system does not allow this number."),
        ("no_link", "There is no link to the telephone system just now. Try again in a moment."),
        ("link_refused", "The telephone system refuses the link to Callcard. Tell the administrator."),
    ],
)
def test_why_not_is_said_in_words_and_again_on_a_retry(pbx: FakePbx, anna: User, reason: str, words: str) -> None:
    pbx.refusal = reason
    for _ in range(2):
        with pytest.raises(NotDialled) as refusal:
            dial(user=anna, raw=NUMBER, command_id="press-0001")
        assert refusal.value.words == words
    assert len(pbx.sent) == 1
    assert told(anna) == ["press-0001", "press-0001"]
    (placed,) = placed_calls(anna)
    assert (placed.request.state, placed.words) == ("over", words)


def test_a_link_that_dies_in_the_middle_is_no_answer_and_nothing_is_dialled_twice(pbx: FakePbx, anna: User) -> None:
    pbx.refusal = "unknown"
    for _ in range(2):
        request = dial(user=anna, raw=NUMBER, command_id="press-0001")
        assert (request.state, request.problem) == ("asked", "unknown")
    assert len(pbx.sent) == 1
    assert "it is not known whether the call was placed" in placed_calls(anna)[0].words
    # The link is back and the telephone system tells of the call:
    write_progress("office", [Progress("press-0001", "key-1", "ringing")])
    assert placed_calls(anna)[0].words == "Your phone rings: pick it up to call +856 20 55 512 345"


def test_what_the_telephone_system_knows_nothing_of_when_it_is_back_was_never_placed(pbx: FakePbx, anna: User) -> None:
    pbx.refusal = "unknown"
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    settle_unheard("elsewhere", before=timezone.now())
    settle_unheard("office", before=datetime(2020, 1, 1, tzinfo=UTC))
    assert DialRequest.objects.get().state == "asked"
    settle_unheard("office", before=timezone.now())
    assert placed_calls(anna)[0].words == "The link broke at that moment: the call was not placed. Try again."
    assert len(told(anna)) == 3


def test_a_program_that_died_in_the_middle_leaves_no_call_that_rings_for_ever(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert placed_calls(anna)[0].request.problem == ""
    DialRequest.objects.update(requested_at=timezone.now() - timedelta(seconds=70))
    assert "it is not known" in placed_calls(anna)[0].words
    DialRequest.objects.update(requested_at=timezone.now() - timedelta(seconds=90))
    assert placed_calls(anna) == []


def test_a_call_goes_its_way_and_is_gone_a_while_after_its_end(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    Call.objects.create(pbx="office", key="k", direction="outbound", started_at=timezone.now(), command_id="press-0001")
    seen = []
    for state, outcome in (("ringing", ""), ("calling", ""), ("talking", ""), ("over", "answered")):
        write_progress("office", [Progress("press-0001", "k", state, outcome)] * 2)
        seen.append(placed_calls(anna)[0].words)
    assert seen == [
        "Your phone rings: pick it up to call +856 20 55 512 345",
        "Calling +856 20 55 512 345",
        "Talking with +856 20 55 512 345",
        "The call with +856 20 55 512 345 is over.",
    ]
    assert len(told(anna)) == 5  # the same twice is told once
    assert placed_calls(anna)[0].call_id == Call.objects.get().pk
    DialRequest.objects.update(changed_at=timezone.now() - timedelta(minutes=1))
    assert placed_calls(anna) == []


def test_a_call_that_was_closed_without_the_telephone_system_is_over(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    write_progress("office", [Progress("press-0001", "k", "talking")])
    now = timezone.now()
    Call.objects.create(pbx="office", key="k", direction="outbound", started_at=now, ended_at=now, outcome="unknown")
    assert placed_calls(anna)[0].request.state == "over"


def test_a_call_is_cancelled_even_before_its_phone_rings(pbx: FakePbx, anna: User) -> None:
    def cancel_meanwhile() -> None:
        pbx.meanwhile = lambda: None
        pbx.refusal = "over"  # the telephone system has no such call yet
        cancel(request=DialRequest.objects.get())
        pbx.refusal = ""

    pbx.meanwhile = cancel_meanwhile
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    assert [type(each) for each in pbx.sent] == [Dial, CancelDial, CancelDial]
    write_progress("office", [Progress("press-0001", "k", "over", "not_placed")])
    assert placed_calls(anna)[0].words == "Cancelled: +856 20 55 512 345"


def test_the_log_says_of_a_call_that_one_cancelled_that_its_caller_gave_it_up(pbx: FakePbx, anna: User) -> None:
    for key in ("press-0001", "press-0002"):
        dial(user=anna, raw=NUMBER, command_id=key)
        now = timezone.now()
        Call.objects.create(
            pbx="office", key=key, direction="outbound", started_at=now, ended_at=now, outcome="not_placed"
        )
        if key == "press-0001":
            cancel(request=DialRequest.objects.get(command_id=key))
        write_progress("office", [Progress(key, key, "over", "not_placed")])
    assert dict(Call.objects.values_list("key", "outcome")) == {"press-0001": "cancelled", "press-0002": "not_placed"}


def test_a_telephone_system_that_calls_a_cancelled_call_a_failure_is_not_repeated(pbx: FakePbx, anna: User) -> None:
    def cancel_meanwhile() -> None:
        pbx.meanwhile = lambda: None
        cancel(request=DialRequest.objects.get())
        pbx.refusal = "failed"

    pbx.meanwhile = cancel_meanwhile
    with pytest.raises(NotDialled, match="Cancelled"):
        dial(user=anna, raw=NUMBER, command_id="press-0001")
    (placed,) = placed_calls(anna)
    assert (placed.request.state, placed.words) == ("over", "Cancelled: +856 20 55 512 345")


def test_a_phone_is_not_asked_to_call_itself(pbx: FakePbx, anna: User, client: Client) -> None:
    Extension.objects.create(number="399", user=anna)
    SipAccount.objects.create(extension=Extension.objects.get(number="399"), secret="x" * 20)
    call = talking(anna)
    for how, own, other in ((How.DESK, "301", "399"), (How.SOFT, "399", "301")):
        with pytest.raises(NotDialled, match=f"{own} is your own extension: it cannot call itself."):
            dial(user=anna, raw=own, command_id="press-0001", how=how)
        dial(user=anna, raw=other, command_id=f"press-{how}", how=how)
    with pytest.raises(NotDialled, match="301 is your own extension"):
        command(user=anna, call_id=call.pk, what="transfer", to="301", command_id="press-0003")
    assert [type(each) for each in pbx.sent] == [Dial]
    assert DialRequest.objects.count() == 2


def test_a_network_of_no_country_is_not_called_one(pbx: FakePbx, anna: User) -> None:
    with pytest.raises(AskFirst) as question:
        dial(user=anna, raw="+882 13 300 1234", command_id="press-0001")
    assert "Nobody here has called a number that begins with +882 before." in question.value.words


def test_a_cancel_that_does_not_arrive_is_said_so(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    pbx.refusal = "no_link"
    with pytest.raises(NotDialled, match="no link"):
        cancel(request=DialRequest.objects.get())
    assert DialRequest.objects.get().problem == ""


def test_what_the_rules_forbid_is_not_dialled_but_written_down(
    pbx: FakePbx, anna: User, chief: User, client: Client
) -> None:
    set_rules(role=User.Role.MANAGER, rules=Rules(abroad=False), by=chief)
    for _ in range(2):
        with pytest.raises(NotDialled) as refusal:
            dial(user=anna, raw="+99365123456", command_id="press-0001")
        assert refusal.value.words == "You may not call other countries. Ask the administrator."
    assert pbx.sent == []
    change = Change.objects.get(about="dial")
    assert (change.by, change.after["number"]) == (anna, "+99365123456")
    client.force_login(chief, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/settings/why").content.decode()
    assert "You may not call other countries." in page
    assert legible("+99365123456") in page
    assert placed_calls(anna) == []


def test_limits_of_the_day_count_what_was_dialled_and_not_what_was_refused_or_is_internal(
    pbx: FakePbx, anna: User, chief: User
) -> None:
    set_rules(role=User.Role.MANAGER, rules=Rules(calls_a_day=2), by=chief)
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    hang_up()
    dial(user=anna, raw="302", command_id="press-0002")
    hang_up()
    dial(user=anna, raw=NUMBER, command_id="press-0003", how=How.SOFT)
    with pytest.raises(NotDialled, match=r"The limit is 2\."):
        dial(user=anna, raw=NUMBER, command_id="press-0004")
    dial(user=anna, raw="302", command_id="press-0005")
    hang_up()
    dial(user=anna, raw="190", command_id="press-0006", is_sure=True)
    DialRequest.objects.update(requested_at=timezone.now() - timedelta(days=2))
    dial(user=anna, raw=NUMBER, command_id="press-0007")
    assert [type(each) for each in pbx.sent] == [Dial] * 5


def test_a_country_that_nobody_called_is_asked_about_once(pbx: FakePbx, anna: User) -> None:
    with pytest.raises(AskFirst) as question:
        dial(user=anna, raw="+99365123456", command_id="press-0001")
    assert question.value.words == "Nobody here has called this country before: Turkmenistan. Call +993 65 123456?"
    assert (pbx.sent, DialRequest.objects.count()) == ([], 0)
    dial(user=anna, raw="+99365123456", command_id="press-0001", is_sure=True)
    hang_up()
    dial(user=anna, raw="+99365123457", command_id="press-0002")
    assert len(pbx.sent) == 2


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("busy", "Your phone is busy."),
        ("not_registered", "Your phone is not connected to the telephone system. Check that it is switched on."),
        ("no_link", "There is no link to the telephone system just now. Try again in a moment."),
    ],
)
def test_nobody_is_asked_whether_they_mean_a_call_that_their_phone_cannot_make(
    reason: str, words: str, pbx: FakePbx, anna: User
) -> None:
    pbx.refusal = reason
    with pytest.raises(NotDialled) as refusal:
        dial(user=anna, raw="+99365123456", command_id="press-0001")
    assert (refusal.value.words, DialRequest.objects.count()) == (words, 0)
    assert (pbx.sent, pbx.tried) == ([], [TryPhone(command_id="press-0001-t", extension="301")])


@pytest.mark.parametrize("reason", ["unsupported", "unknown", "failed", "not_allowed"])
def test_a_telephone_system_that_cannot_tell_of_phones_hinders_no_question(
    reason: str, pbx: FakePbx, anna: User
) -> None:
    pbx.refusal = reason
    with pytest.raises(AskFirst):
        dial(user=anna, raw="+99365123456", command_id="press-0001")
    with pytest.raises(AskFirst):
        dial(user=anna, raw="+99365123456", command_id="press-0002", how=How.SOFT)
    assert (len(pbx.tried), pbx.sent) == (1, [])


def test_the_softphone_is_checked_and_counted_but_no_phone_is_rung(pbx: FakePbx, anna: User) -> None:
    request = dial(user=anna, raw=NUMBER, command_id="press-0001", how=How.SOFT)
    assert (request.how, request.number, pbx.sent) == ("soft", NUMBER, [])
    assert placed_calls(anna) == []


def talking(anna: User, key: str = "k") -> Call:
    now = timezone.now()
    call = Call.objects.create(pbx="office", key=key, direction="inbound", started_at=now, answered_at=now)
    Segment.objects.create(call=call, key=f"{key}.1", role="called", extension="301", user=anna, answered_at=now)
    return call


def test_a_call_is_handed_on_by_who_talks_in_it_and_under_the_same_rules(
    pbx: FakePbx, anna: User, chief: User, client: Client
) -> None:
    call = talking(anna)
    set_rules(role=User.Role.MANAGER, rules=Rules(abroad=False), by=chief)
    with pytest.raises(NotDialled, match="other countries"):
        command(user=anna, call_id=call.pk, what="transfer", to="+99365123456", command_id="press-0001")
    assert pbx.sent == []
    for _ in range(2):
        command(user=anna, call_id=call.pk, what="transfer", to="302", command_id="press-0002")
    assert pbx.sent == [Transfer(command_id="press-0002", call_key="k", segment_key="k.1", to="302")]
    client.force_login(chief, "django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/calls/{call.pk}/do/hangup").status_code == 404
    assert client.get(f"/calls/{call.pk}/can").status_code == 404
    assert len(pbx.sent) == 1


def test_a_call_that_was_not_handed_on_is_not_said_to_be_when_the_press_is_repeated(pbx: FakePbx, anna: User) -> None:
    call = talking(anna)
    pbx.refusal = "no_link"
    for _ in range(2):
        with pytest.raises(NotDialled, match="no link"):
            command(user=anna, call_id=call.pk, what="transfer", to="302", command_id="press-0001")
    assert pbx.sent == [Transfer(command_id="press-0001", call_key="k", segment_key="k.1", to="302")]


def test_only_what_the_telephone_system_can_is_offered_and_done(pbx: FakePbx, anna: User, client: Client) -> None:
    call = talking(anna)
    pbx.able = frozenset({Capability.HANGUP, Capability.TRANSFER})
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/calls/{call.pk}/can").json() == {"can": ["hangup", "transfer"], "held": False, "asks": ""}
    refused = client.post(f"/calls/{call.pk}/do/hold")
    assert (refused.status_code, refused.json()) == (
        409,
        {"error": "This telephone system cannot do that for us. Do it on the phone."},
    )
    assert client.post(f"/calls/{call.pk}/do/explode").status_code == 404
    assert client.post(f"/calls/{call.pk}/do/hangup").json() == {"words": "Hung up."}
    assert [type(each) for each in pbx.sent] == [Hangup]


def test_who_has_others_on_hold_can_take_them_back(pbx: FakePbx, anna: User, client: Client) -> None:
    call = talking(anna)
    holds = [["2026-11-22T01:00:00+00:00", True]]
    Call.objects.update(tracking={"legs": [{"leg": "k.1", "holds": holds}, {"leg": "k.0", "holds": []}]})
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/calls/{call.pk}/can").json()
    assert answer == {"can": ["hangup", "unhold", "transfer", "consult"], "held": True, "asks": ""}


@pytest.mark.parametrize(
    "raw",
    [
        "+999123456789",
        "+2101234567",
        "00999123456789",
        "00 (999) 123-456789",
        "000999123456789",
        "tel:%2B999123456789",
        "tel:123456789;phone-context=+999",
        "(+)999 123456789",
        "\uff0b999123456789",
        "+999123FRAUD",
        "+99912345678901234567",
        "+8560 0999 123456",
    ],
)
def test_a_number_that_no_country_has_passes_no_rule_against_calls_abroad(
    pbx: FakePbx, anna: User, chief: User, raw: str
) -> None:
    set_rules(role=User.Role.MANAGER, rules=Rules(abroad=False, may_dare=False), by=chief)
    for how in (How.DESK, How.SOFT):
        with pytest.raises(NotDialled, match="dear or unusual"):
            dial(user=anna, raw=raw, command_id=f"press-{how}", is_sure=True, how=how)
    set_rules(role=User.Role.MANAGER, rules=Rules(abroad=False), by=chief)
    with pytest.raises(NotDialled, match="other countries"):
        dial(user=anna, raw=raw, command_id="press-0002", is_sure=True)
    set_rules(role=User.Role.MANAGER, rules=Rules(), by=chief)
    with pytest.raises(AskFirst, match="No numbering plan knows such a number"):
        dial(user=anna, raw=raw, command_id="press-0003")
    assert (pbx.sent, set(DialRequest.objects.values_list("reach", flat=True))) == ([], {"abroad"})


@pytest.mark.parametrize("raw", ["*72+99912345", "*7200999123456", "#9", "12+999123456", "+999+123456", "*999#"])
def test_codes_that_switch_something_on_in_the_telephone_system_are_not_dialled(
    pbx: FakePbx, anna: User, raw: str
) -> None:
    with pytest.raises(NotDialled):
        dial(user=anna, raw=raw, command_id="press-0001", is_sure=True)
    assert (pbx.sent, DialRequest.objects.count()) == ([], 0)


def test_a_link_of_another_program_only_asks(pbx: FakePbx, anna: User, client: Client) -> None:
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    for written in ("tel:+8562055512345;ext=12", "+8562055512345;ext=12"):
        page = client.get("/calls/to", {"number": written})
        assert 'href="tel:+8562055512345;ext=12"' in page.content.decode()
    refused = client.get("/calls/to", {"number": "tel:call me<script>"})
    assert refused.status_code == 422
    assert "<script>call" not in refused.content.decode()
    assert "This is not a number that can be called." in refused.content.decode()
    assert (pbx.sent, DialRequest.objects.count()) == ([], 0)


def test_a_placed_call_that_was_handed_on_is_over_for_whoever_placed_it(pbx: FakePbx, anna: User) -> None:
    dial(user=anna, raw=NUMBER, command_id="press-0001")
    call = talking(anna)
    write_progress("office", [Progress("press-0001", call.key, "talking")])
    assert [(each.request.state, each.words) for each in placed_calls(anna)] == [
        ("talking", "Talking with +856 20 55 512 345")
    ]
    Segment.objects.filter(call=call, user=anna).update(ended_at=timezone.now())
    Segment.objects.create(call=call, key="back", role="called", extension="301", user=anna, rang_at=timezone.now())
    (handed_on,) = placed_calls(anna)
    assert (handed_on.request.state, handed_on.words) == ("over", "+856 20 55 512 345 was handed on.")
    assert DialRequest.objects.get().state == "talking"
