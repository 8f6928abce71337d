"""Every kind of call is one call, with the right people, times and outcome."""

from __future__ import annotations

import pytest

from callcard.telephony.call import Call, Direction, Outcome, Role, SegmentOutcome
from tests.pure.tracker import stories
from tests.pure.tracker.script import CUSTOMER, Script, only_call, outcomes, phone, stored, track

ANSWERED, ELSEWHERE, MISSED = "answered", "elsewhere", "missed"
CALLER = ("+99365123456", "caller", ANSWERED)


def by_extension(call: Call, extension: str) -> tuple[float, float]:
    (segment,) = [s for s in call.segments if s.party.extension == extension]
    return round(segment.talk_seconds, 1), round(segment.hold_seconds, 1)


def test_answered() -> None:
    call = only_call(stories.answered().events)
    assert (call.key, call.direction, call.outcome) == ("a", Direction.INBOUND, Outcome.ANSWERED)
    assert (call.caller, call.line, call.complete) == (CUSTOMER, "100", True)
    assert outcomes(call) == [CALLER, ("301", "called", ANSWERED)]
    assert call.answered_by is not None
    assert call.answered_by.party.extension == "301"
    assert (round(call.ring_seconds, 2), round(call.talk_seconds, 2)) == (4.05, 60.05)
    assert call.hold_seconds == 0


@pytest.mark.parametrize(
    ("story", "outcome"),
    [("missed", Outcome.MISSED), ("cancelled", Outcome.CANCELLED), ("busy", Outcome.BUSY)],
)
def test_not_answered(story: str, outcome: Outcome) -> None:
    call = only_call(stories.STORIES[story]().events)
    assert call.outcome is outcome
    assert outcomes(call) == [
        ("+99365123456", "caller", outcome.value),
        ("301", "called", outcome.value),
    ]
    assert call.talk_seconds == 0
    assert round(call.ring_seconds) == 20
    assert call.answered_by is None


def test_a_menu_is_nobody() -> None:
    call = only_call(stories.menu_only().events)
    assert (call.outcome, call.answered_at, call.talk_seconds) == (Outcome.CANCELLED, None, 0)


def test_the_pbx_refuses_before_anyone_rings() -> None:
    pbx = Script()
    pbx.caller("a")
    pbx.ended("a")
    assert only_call(pbx.events).outcome is Outcome.FAILED


def test_held_twice() -> None:
    call = only_call(stories.held().events)
    assert round(call.hold_seconds, 1) == 10.0
    assert by_extension(call, "301") == (30.1, 10.0)


def test_ring_group_losers_are_elsewhere() -> None:
    call = only_call(stories.ring_group().events)
    assert outcomes(call)[1:] == [
        (extension, "called", ANSWERED if extension == "303" else ELSEWHERE) for extension in stories.FIVE
    ]
    assert call.outcome is Outcome.ANSWERED


def test_queue_answered_on_the_second_turn() -> None:
    call = only_call(stories.queue(abandoned=False)().events)
    first_turn, second_turn = outcomes(call)[1:6], outcomes(call)[6:]
    assert first_turn == [(extension, "called", MISSED) for extension in stories.FIVE]
    assert second_turn == [
        (extension, "called", ANSWERED if extension == "302" else ELSEWHERE) for extension in stories.FIVE
    ]
    assert (call.queue, {s.queue for s in call.segments[1:]}) == ("sales", {"sales"})
    assert round(call.ring_seconds) == 35


def test_queue_abandoned() -> None:
    call = only_call(stories.queue(abandoned=True)().events)
    assert (call.outcome, call.answered_at, call.queue) == (Outcome.CANCELLED, None, "sales")
    assert [outcome for _, _, outcome in outcomes(call)[6:]] == ["cancelled"] * 5


def test_a_queue_that_gives_up_was_missed() -> None:
    pbx = Script()
    pbx.caller("a")
    pbx.queued("a", "sales")
    pbx.wait(30)
    pbx.unqueued("a", "sales")
    pbx.ended("a")
    assert only_call(pbx.events).outcome is Outcome.MISSED


def test_blind_transfer() -> None:
    call = only_call(stories.blind_transfer(reached=True)().events)
    assert outcomes(call) == [CALLER, ("301", "called", ANSWERED), ("302", "called", ANSWERED)]
    assert by_extension(call, "301") == (10.0, 0)
    assert by_extension(call, "302") == (7.0, 0)
    assert call.answered_by is not None
    assert call.answered_by.party.extension == "301"


def test_blind_transfer_that_reaches_nobody_was_answered_before() -> None:
    call = only_call(stories.blind_transfer(reached=False)().events)
    assert call.outcome is Outcome.ANSWERED
    assert outcomes(call)[2] == ("302", "called", "cancelled")


@pytest.mark.parametrize("told_by_link", [True, False])
def test_attended_transfer_is_one_call_and_the_second_line_no_party(told_by_link: bool) -> None:
    call = only_call(stories.attended_transfer(told_by_link=told_by_link)().events)
    assert (call.key, call.direction, call.outcome) == ("a", Direction.INBOUND, Outcome.ANSWERED)
    assert outcomes(call) == [CALLER, ("301", "called", ANSWERED), ("302", "called", ANSWERED)]
    assert by_extension(call, "301")[1] == pytest.approx(8.1, abs=0.15)
    assert by_extension(call, "302")[0] == pytest.approx(25.05, abs=0.1)


def test_attended_transfer_tells_that_the_consultation_is_no_call_of_its_own() -> None:
    changes = track(stories.attended_transfer(told_by_link=True)().events)
    names = [type(change).__name__ for change in changes]
    assert names.count("CallBegan") == 2
    assert names.count("CallMerged") == 1
    assert names.count("CallEnded") == 1


def test_a_consultation_that_ends_in_no_transfer_stays_a_call_of_its_own() -> None:
    pbx = stories.answered()
    pbx.caller("b2", phone("301"), dialled="302")
    pbx.rings("c", "302", "b2")
    pbx.given_up(SegmentOutcome.BUSY, "c")
    pbx.ended("c", "b2")
    calls = stored(track(pbx.events))
    assert {key: (call.direction, call.outcome) for key, call in calls.items()} == {
        "a": (Direction.INBOUND, Outcome.ANSWERED),
        "b2": (Direction.INTERNAL, Outcome.BUSY),
    }


def test_blonde_transfer() -> None:
    call = only_call(stories.blonde_transfer().events)
    assert outcomes(call) == [CALLER, ("301", "called", ANSWERED), ("302", "called", ANSWERED)]
    assert by_extension(call, "302") == (20.0, 0)


def test_blonde_transfer_rings_at_the_other_phone_with_the_customer() -> None:
    changes = track(stories.blonde_transfer().events)
    rings = [(c.call.key, c.call.outside.number) for c in changes if type(c).__name__ == "SegmentRang"]
    assert rings[-1] == ("a", "+99365123456")


def test_pick_up() -> None:
    call = only_call(stories.pick_up().events)
    assert outcomes(call) == [CALLER, ("301", "called", ELSEWHERE), ("305", "called", ANSWERED)]
    assert call.answered_by is not None
    assert call.answered_by.party.extension == "305"


@pytest.mark.parametrize("by_button", [True, False])
def test_outbound(by_button: bool) -> None:
    call = only_call(stories.outbound(by_button=by_button)().events)
    assert (call.direction, call.dialled) == (Direction.OUTBOUND, "+99365777888")
    assert (call.line, call.outside.number) == ("+99312000000", "+99365777888")
    assert outcomes(call) == [("301", "caller", ANSWERED), ("+99365777888", "called", ANSWERED)]
    assert call.placed_by_button == ("7f3a" if by_button else "")


def test_the_first_leg_of_a_button_call_never_rings_for_anyone() -> None:
    changes = track(stories.outbound(by_button=True)().events)
    assert {extension for change in changes for extension in change.call.ringing_extensions} == set()


@pytest.mark.parametrize("number", ["+99365777888", "123456", "112"])
def test_a_button_call_whose_own_phone_is_not_picked_up_goes_out_and_was_never_placed(number: str) -> None:
    began, wish, *rest = stories.button_not_picked_up(number=number).events
    call = only_call([wish, began, *rest])  # a connector knows the wish before the PBX speaks of the phone
    assert call == only_call([began, wish, *rest])
    assert (call.direction, call.dialled, call.outside.number) == (Direction.OUTBOUND, number, number)
    assert (call.outcome, call.complete) == (Outcome.NOT_PLACED, True)
    assert outcomes(call) == [("301", "caller", SegmentOutcome.MISSED)]


def test_a_button_call_through_helpers() -> None:
    call = only_call(stories.button_by_helpers().events)
    assert (call.direction, call.dialled) == (Direction.OUTBOUND, "+99365777888")
    assert outcomes(call) == [("301", "caller", ANSWERED), ("+99365777888", "called", ANSWERED)]
    assert [round(s.talk_seconds, 1) for s in call.segments] == [21.1, 21.1]


def test_outbound_to_a_number_without_a_way_out() -> None:
    pbx = Script()
    pbx.caller("a", phone("301"), dialled="+99365777888")
    pbx.ended("a")
    call = only_call(pbx.events)
    assert (call.direction, call.outcome) == (Direction.OUTBOUND, Outcome.FAILED)
    assert call.outside.number == "+99365777888"


def test_internal() -> None:
    call = only_call(stories.internal().events)
    assert (call.direction, call.line, call.dialled) == (Direction.INTERNAL, "", "302")
    assert outcomes(call) == [("301", "caller", ANSWERED), ("302", "called", ANSWERED)]


def test_forwarded() -> None:
    call = only_call(stories.forwarded().events)
    assert outcomes(call) == [CALLER, ("301", "called", "forwarded"), ("302", "called", ANSWERED)]
    assert round(call.talk_seconds) == 10


def test_two_calls_of_one_extension_at_once() -> None:
    pbx = Script()
    for leg in "ax":
        pbx.caller(leg)
        pbx.rings(f"{leg}b", "301", leg)
        pbx.answered(f"{leg}b")
        pbx.joined(f"r{leg}", f"{leg}b", leg)
    pbx.wait(5)
    pbx.ended("ab", "a", "xb", "x")
    calls = stored(track(pbx.events))
    assert {key: outcomes(call) for key, call in calls.items()} == {
        key: [CALLER, ("301", "called", ANSWERED)] for key in "ax"
    }


def test_recording_is_told() -> None:
    pbx = Script()
    pbx.caller("a")
    pbx.recorded("a")
    assert only_call(pbx.events).recorded is True


def test_a_called_phone_that_is_picked_up_too_late_did_not_miss() -> None:
    pbx = Script()
    pbx.caller("a")
    pbx.rings("b", "301", "a")
    pbx.answered("b")
    pbx.hung_up("a")
    pbx.ended("a", "b")
    call = only_call(pbx.events)
    assert (call.outcome, call.segments[1].outcome) == (Outcome.CANCELLED, SegmentOutcome.CANCELLED)
    assert call.segments[1].role is Role.CALLED
