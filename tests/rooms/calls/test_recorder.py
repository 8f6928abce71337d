"""From the tracker's calls to rows, notices and events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from callcard.calls.models import Call, Notice, Segment
from callcard.calls.recorder import CallRecorder, Record
from callcard.customers.models import Customer, Phone
from callcard.live.models import LiveEvent
from callcard.staff.models import Extension, User
from callcard.telephony import call as telephony
from callcard.telephony.call import Direction, Outcome, Party, Role, SegmentOutcome

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def segment(extension: str, **values: object) -> telephony.Segment:
    plain: dict[str, object] = {
        "key": f"leg-{extension}",
        "party": Party(extension=extension),
        "role": Role.CALLED,
        "rang_at": at(0),
    }
    return telephony.Segment(**(plain | values))  # type: ignore[arg-type]


CALLER = telephony.Segment(key="leg-caller", party=Party(number="+8562055512345"), role=Role.CALLER)
RINGING = telephony.Call(
    pbx="office",
    key="1.1",
    direction=Direction.INBOUND,
    caller=Party(number="+8562055512345", name="Mali Souk"),
    dialled="021100",
    line="021100",
    started_at=at(0),
    segments=(CALLER, segment("301"), segment("302")),
)


@pytest.fixture
def people(db: None) -> dict[str, User]:
    users = {name: User.objects.create_user(name) for name in ("anna", "bounmy")}
    Extension.objects.create(number="301", user=users["anna"])
    Extension.objects.create(number="302", user=users["bounmy"])
    return users


@pytest.fixture
def customer(db: None) -> Customer:
    customer = Customer.objects.create(name="Mali Souk")
    Phone.objects.create(customer=customer, raw="020 5551 2345", e164="+8562055512345")
    return customer


@pytest.fixture
def record() -> Callable[..., None]:
    recorder = CallRecorder("office", region="LA")

    def write(*calls: telephony.Call, absorbed: frozenset[str] = frozenset()) -> None:
        recorder.record([Record(call=call, absorbed=absorbed) for call in calls])

    return write


def told() -> list[tuple[str, str, int]]:
    rows = LiveEvent.objects.order_by("id").values_list("kind", "user__username", "payload")
    return [(kind, name, payload["call"]) for kind, name, payload in rows]


def test_a_ring_is_written_matched_and_told(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    record(RINGING)
    call = Call.objects.get()
    assert (call.pbx, call.key, call.direction, call.outcome) == ("office", "1.1", "inbound", "")
    assert (call.customer, call.match, call.e164) == (customer, "exact", "+8562055512345")
    assert {(s.extension, s.user) for s in call.segments.filter(role="called")} == {
        ("301", people["anna"]),
        ("302", people["bounmy"]),
    }
    assert set(Notice.objects.values_list("user__username", "state")) == {("anna", "ringing"), ("bounmy", "ringing")}
    assert sorted(told()) == [("popup", "anna", call.pk), ("popup", "bounmy", call.pk)]


def test_who_did_not_answer_learns_who_did(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    record(RINGING)
    taken = (
        CALLER,
        segment("301", answered_at=at(4)),
        segment("302", ended_at=at(4), outcome=SegmentOutcome.ELSEWHERE),
    )
    record(replace(RINGING, segments=taken, answered_at=at(4)))
    assert Call.objects.get().answered_by == people["anna"]
    assert set(Notice.objects.values_list("user__username", "state")) == {("anna", "talking"), ("bounmy", "elsewhere")}


def test_who_was_handed_a_call_in_vain_is_not_told_that_somebody_took_it(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    handed_on = (
        CALLER,
        segment("301", answered_at=at(4), ended_at=at(8), outcome=SegmentOutcome.ANSWERED),
        segment("302", ended_at=at(12), outcome=SegmentOutcome.CANCELLED),
    )
    record(replace(RINGING, segments=handed_on, answered_at=at(4), ended_at=at(12), outcome=Outcome.ANSWERED))
    assert set(Notice.objects.values_list("user__username", "state")) == {("anna", "over"), ("bounmy", "over")}


def test_who_picks_a_call_up_from_another_phone_sees_whose_it_is(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    taken = (
        CALLER,
        segment("301", ended_at=at(4), outcome=SegmentOutcome.ELSEWHERE),
        replace(segment("302", answered_at=at(4)), rang_at=None),
    )
    record(replace(RINGING, segments=taken, answered_at=at(4)))
    assert set(Notice.objects.values_list("user__username", "state")) == {("anna", "elsewhere"), ("bounmy", "talking")}
    assert Notice.objects.get(user=people["bounmy"]).rang_at == at(4)


def test_the_same_record_twice_changes_nothing(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    def rows() -> list[list[Any]]:
        calls, segments, notices = Call.objects, Segment.objects, Notice.objects
        return [
            list(calls.order_by("pk").values()),
            list(segments.order_by("pk").values()),
            list(notices.order_by("pk").values()),
        ]

    record(RINGING)
    before = rows()
    record(RINGING)
    CallRecorder("office", region="LA").record([Record(call=RINGING)])  # as after a restart
    assert rows() == before
    assert len(told()) == 2


def test_the_same_key_of_another_pbx_is_another_call(people: dict[str, User], record: Callable[..., None]) -> None:
    record(RINGING)
    CallRecorder("branch", region="LA").record([Record(call=replace(RINGING, pbx="branch"))])
    assert set(Call.objects.values_list("pbx", "key")) == {("office", "1.1"), ("branch", "1.1")}


def test_who_placed_the_call_gets_no_pop_up(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    caller = segment("301", role=Role.CALLER, rang_at=None)
    called = telephony.Segment(key="out", party=Party(number="+8562055512345"), role=Role.CALLED, rang_at=at(1))
    record(
        replace(
            RINGING, direction=Direction.OUTBOUND, caller=caller.party, dialled="02055512345", segments=(caller, called)
        )
    )
    call = Call.objects.get()
    assert (call.customer, call.match) == (customer, "exact")
    assert not Notice.objects.exists()
    assert told() == []


def test_who_placed_the_call_is_told_when_it_comes_back_after_it_was_handed_on(
    people: dict[str, User], record: Callable[..., None]
) -> None:
    placed = segment("301", key="leg-own", role=Role.CALLER, rang_at=None, answered_at=at(2), ended_at=at(9))
    outside = telephony.Segment(key="leg-out", party=Party(number="+8562055512345"), role=Role.CALLED)
    call = replace(
        RINGING,
        direction=Direction.OUTBOUND,
        caller=placed.party,
        answered_at=at(2),
        segments=(placed, outside, segment("301", key="leg-back", rang_at=at(12))),
    )
    early = replace(call.segments[2], rang_at=at(8))
    record(replace(call, segments=(placed, outside, early)))
    assert not Notice.objects.exists()
    record(call)
    assert Notice.objects.get().user == people["anna"]
    assert Notice.objects.get().state == "ringing"


def test_an_internal_call_is_nobodys_customer(people: dict[str, User], record: Callable[..., None]) -> None:
    impostor = Customer.objects.create(name="Has a number like our extension")
    Phone.objects.create(customer=impostor, raw="302", e164="302")
    caller = segment("302", role=Role.CALLER, rang_at=None)
    record(replace(RINGING, direction=Direction.INTERNAL, caller=caller.party, segments=(caller, segment("301"))))
    call = Call.objects.get()
    assert (call.customer, call.match, call.candidates) == (None, "own", [])
    assert list(Notice.objects.values_list("user__username", flat=True)) == ["anna"]


def test_withheld_is_said_and_matches_nobody(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    record(replace(RINGING, caller=Party(withheld=True)))
    call = Call.objects.get()
    assert (call.match, call.withheld, call.customer) == ("withheld", True, None)


def test_several_customers_with_one_number_are_offered(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    twin = Customer.objects.create(name="Her brother")
    Phone.objects.create(customer=twin, raw="+856 20 5551 2345", e164="+8562055512345")
    record(RINGING)
    call = Call.objects.get()
    assert (call.match, call.customer) == ("several", None)
    assert sorted(call.candidates) == sorted([customer.pk, twin.pk])


def test_a_persons_choice_outlives_what_the_pbx_says_later(
    people: dict[str, User], customer: Customer, record: Callable[..., None]
) -> None:
    record(RINGING)
    other = Customer.objects.create(name="Somebody else")
    Call.objects.update(customer=other, match=Call.Match.CHOSEN, note="really her sister")
    record(replace(RINGING, caller=Party(number="+8562055500000")))
    record(replace(RINGING, ended_at=at(9), outcome=Outcome.CANCELLED))
    call = Call.objects.get()
    assert (call.customer, call.match, call.note, call.outcome) == (other, "chosen", "really her sister", "cancelled")


def test_an_absorbed_call_disappears_and_its_pop_up_with_it(
    people: dict[str, User], record: Callable[..., None]
) -> None:
    consultation = replace(RINGING, key="2.2", segments=(CALLER, segment("302")))
    record(RINGING, consultation)
    absorbed = Call.objects.get(key="2.2")
    absorbed_id = absorbed.pk
    Call.objects.filter(pk=absorbed_id).update(note="asked about the invoice")
    record(replace(RINGING, answered_at=at(5)), absorbed=frozenset({"2.2"}))
    call = Call.objects.get()
    assert (call.key, call.note) == ("1.1", "asked about the invoice")
    assert ("popup-closed", "bounmy", absorbed_id) in told()


def test_one_bad_call_leaves_nothing_half_written(
    people: dict[str, User], record: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError("no")

    with monkeypatch.context() as patch:
        patch.setattr("callcard.calls.recorder.tell", fail)
        with pytest.raises(DatabaseError):
            record(RINGING)
    assert not Call.objects.exists()
    record(RINGING)  # what was remembered of the failed attempt is forgotten
    assert Call.objects.get().segments.count() == 3


def test_numbers_of_two_hundred_digits_and_names_with_markup_are_kept_as_they_are(
    people: dict[str, User], record: Callable[..., None]
) -> None:
    caller = Party(number="9" * 200, name="<script>alert(1)</script>")
    record(replace(RINGING, caller=caller))
    call = Call.objects.get()
    assert (call.number, call.shown_name) == ("9" * 200, "<script>alert(1)</script>")
    assert call.match == "none"


def test_what_a_caller_sends_turns_no_text_round_wherever_it_is_shown(
    people: dict[str, User], record: Callable[..., None]
) -> None:
    caller = Party(number="+85620\u202e555", name="\u202ekaerB\u202c \u2067Up")
    party = Party(extension="301", name="Desk\u2066 one")
    record(replace(RINGING, caller=caller, segments=(CALLER, segment("301", party=party))))
    call = Call.objects.get()
    assert (call.shown_name, call.number) == ("kaerB Up", "+85620555")
    assert [each.name for each in call.segments.filter(extension="301")] == ["Desk one"]


def test_what_no_column_holds_is_cut_and_the_call_is_in_the_log(
    people: dict[str, User], record: Callable[..., None]
) -> None:
    caller = Party(number="9" * 3000, name="nul\x00byte" * 100)
    record(replace(RINGING, caller=caller, queue="q" * 500, segments=(CALLER, segment("7" * 99, key="long"))))
    call = Call.objects.get()
    assert (len(call.number), len(call.queue)) == (255, 80)
    assert call.shown_name.startswith("nulbyte")


def test_who_took_a_call_unseen_is_said_to_those_for_whom_it_stopped_ringing(people: dict[str, User]) -> None:
    recorder = CallRecorder("office", region="LA")
    recorder.record([Record(call=RINGING)])
    left = segment("301", ended_at=at(9), outcome=SegmentOutcome.UNKNOWN)
    taken = replace(RINGING, complete=False, segments=(CALLER, left, segment("302", answered_at=at(9))))
    recorder.record([Record(call=taken)])
    states = dict(Notice.objects.values_list("user__username", "state"))
    assert states == {"anna": "elsewhere", "bounmy": "talking"}


def test_a_call_that_left_unseen_and_nobody_took_is_only_over(people: dict[str, User]) -> None:
    recorder = CallRecorder("office", region="LA")
    left = [segment(phone, ended_at=at(9), outcome=SegmentOutcome.UNKNOWN) for phone in ("301", "302")]
    recorder.record([Record(call=replace(RINGING, complete=False, segments=(CALLER, *left)))])
    assert set(Notice.objects.values_list("state", flat=True)) == {"over"}


def test_who_was_found_before_it_rang_is_not_looked_for_again(
    people: dict[str, User], customer: Customer, django_assert_num_queries: Callable[..., Any]
) -> None:
    plain, ahead = CallRecorder("office", region="LA"), CallRecorder("office", region="LA")
    later = replace(RINGING, key="2.1")
    with CaptureQueriesContext(connection) as asked:
        plain.record([Record(call=RINGING)])
    ahead.look_ahead(later)
    with django_assert_num_queries(len(asked) - 1):
        ahead.record([Record(call=later)])
    assert set(Call.objects.values_list("key", "customer", "match")) == {
        ("1.1", customer.pk, "exact"),
        ("2.1", customer.pk, "exact"),
    }


@pytest.mark.django_db(transaction=True)
def test_a_call_that_another_wrote_after_looking_ahead_stands_once(people: dict[str, User], customer: Customer) -> None:
    ahead = CallRecorder("office", region="LA")
    ahead.look_ahead(RINGING)
    CallRecorder("office", region="LA").record([Record(call=replace(RINGING, segments=()))])
    ahead.record([Record(call=RINGING)])
    ahead.look_ahead(replace(RINGING, key="3.1"))
    ahead.record([Record(call=replace(RINGING, key="3.1"))])
    assert list(Call.objects.values_list("key", "customer").order_by("key")) == [
        ("1.1", customer.pk),
        ("3.1", customer.pk),
    ]
    assert Notice.objects.count() == 4


def test_a_number_that_was_told_after_looking_ahead_decides(people: dict[str, User], customer: Customer) -> None:
    recorder = CallRecorder("office", region="LA")
    recorder.look_ahead(replace(RINGING, caller=Party(number="+8562099999999"), segments=()))
    recorder.record([Record(call=RINGING)])
    assert Call.objects.values_list("customer", "number").get() == (customer.pk, "+8562055512345")
