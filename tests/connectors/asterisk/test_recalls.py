"""A phone that Asterisk rings back, because nobody took what it handed on, rings for the call that was handed on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.resync import Snapshot
from callcard.connectors.asterisk.translate import Translator
from callcard.telephony.call import Direction, Outcome
from callcard.telephony.events import CallsInProgress, LegDialled
from tests.connectors.asterisk.replay import TRACES, calls_of, changes, events, frames

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACE = TRACES / "asked_in_vain.raw"
HANDED_ON = {
    "event": "AttendedTransfer",
    "result": "Success",
    "origtransfererchannel": "PJSIP/301-00000001",
    "origtransfereruniqueid": "1.1",
    "secondtransfereruniqueid": "1.1",
}
RUNG_BACK = {"event": "DialBegin", "destchannel": "PJSIP/301-00000003", "destuniqueid": "1.5"}
HUNG_UP = {"event": "Hangup", "channel": "PJSIP/301-00000001", "uniqueid": "1.1"}
OF_NO_CALL = ""


def dialled_by(*told: dict[str, str]) -> str:
    """Whom the last of these frames names as the dialler."""
    translator = Translator()
    made = [event for frame in told for event in translator.translate(frame, AT)]
    assert isinstance(made[-1], LegDialled)
    return made[-1].by


def test_a_call_that_was_handed_on_in_vain_is_one_call() -> None:
    (call,) = calls_of(TRACE)
    assert (call.direction, call.outcome, call.caller.number) == (Direction.INBOUND, Outcome.ANSWERED, "+99365123456")
    told = [(each.party.extension, each.role, each.outcome) for each in call.segments]
    assert told == [
        ("", "caller", "answered"),
        ("301", "called", "answered"),
        ("302", "called", "cancelled"),
        ("301", "called", "missed"),
    ]


def test_who_hung_up_is_out_of_it_while_the_colleagues_phone_still_rings() -> None:
    stood = [
        [(segment.party.extension, segment.is_talking, segment.is_ringing) for segment in change.call.segments[1:3]]
        for change in changes(events(frames(TRACE)))
    ]
    assert [("301", False, False), ("302", False, True)] in stood
    (call,) = calls_of(TRACE)
    first = call.segments[1]
    assert first.ended_at is not None
    assert call.ended_at is not None
    assert (call.ended_at - first.ended_at).total_seconds() == pytest.approx(4.9, abs=0.2)
    assert first.hold_seconds == pytest.approx(4.3, abs=0.2)  # until the hang-up, though Asterisk keeps the channel


def test_a_phone_is_rung_back_for_the_call_that_it_handed_on() -> None:
    assert dialled_by(HANDED_ON, RUNG_BACK) == "1.1"


@pytest.mark.parametrize(
    "told",
    [
        (RUNG_BACK,),
        (HANDED_ON | {"result": "Fail"}, RUNG_BACK),
        (HANDED_ON, HUNG_UP, RUNG_BACK),
        (HANDED_ON | {"secondtransfereruniqueid": "1.2"}, RUNG_BACK),
        (HANDED_ON, RUNG_BACK | {"destchannel": "PJSIP/302-00000003"}),
        (HANDED_ON, RUNG_BACK | {"destuniqueid": "callcard-press-0001"}),
    ],
    ids=["nothing", "failed", "hung up", "by two lines", "another phone", "by button"],
)
def test_a_phone_that_rings_by_itself_for_anything_else_is_not_rung_back(told: tuple[dict[str, str], ...]) -> None:
    assert dialled_by(*told) == OF_NO_CALL


CUSTOMER = {"channel": "PJSIP/trunk-00000000", "uniqueid": "1.0", "linkedid": "1.0", "channelstate": "6"}
GONE = {"channel": "PJSIP/301-00000001", "uniqueid": "1.1", "linkedid": "1.0", "channelstate": "6"}
BACK = {"channel": "PJSIP/301-00000003", "uniqueid": "1.5", "linkedid": "1.5", "channelstate": "5"}


def snapshot(*channels: dict[str, str], alive: tuple[dict[str, str], ...]) -> Snapshot:
    return Snapshot(
        asked_at=AT,
        channels=_frames(channels),
        statuses=_frames(alive),
        bridges=[],
        bridge_members=[],
        queue_entries=[],
    )


def _frames(listed: Iterable[dict[str, str]]) -> list[Frame]:
    return [Frame(each) for each in listed]


def dialled_after(listed: Snapshot, *told: dict[str, str]) -> str:
    translator = Translator()
    translator.resync(listed)
    made = [event for frame in told for event in translator.translate(frame, AT)]
    assert isinstance(made[-1], LegDialled)
    return made[-1].by


def test_who_handed_on_before_the_link_came_up_is_known_by_the_lists() -> None:
    listed = snapshot(CUSTOMER, GONE, alive=(CUSTOMER,))
    assert dialled_after(listed, RUNG_BACK) == "1.1"
    assert dialled_after(listed, HUNG_UP, RUNG_BACK) == OF_NO_CALL
    assert dialled_after(listed, RUNG_BACK | {"destchannel": "PJSIP/302-00000003"}) == OF_NO_CALL


@pytest.mark.parametrize(
    "listed",
    [
        snapshot(CUSTOMER, GONE, alive=(CUSTOMER, GONE)),
        snapshot(CUSTOMER, GONE | {"channelstate": "5"}, alive=(CUSTOMER,)),
        snapshot(CUSTOMER, GONE | {"uniqueid": ""}, alive=(CUSTOMER,)),
        snapshot(CUSTOMER, alive=(CUSTOMER,)),
    ],
    ids=["talks", "rings", "nameless", "gone"],
)
def test_who_still_talks_or_is_gone_handed_nothing_on(listed: Snapshot) -> None:
    assert dialled_after(listed, RUNG_BACK) == OF_NO_CALL


def calls_listed(listed: Snapshot) -> dict[str, str]:
    (event,) = Translator().resync(listed)
    assert isinstance(event, CallsInProgress)
    return {leg.leg: leg.call for leg in event.legs}


def test_a_phone_that_is_being_rung_back_when_the_link_comes_up_rings_for_the_call_that_was_handed_on() -> None:
    told = calls_listed(snapshot(CUSTOMER, GONE, BACK, alive=(CUSTOMER, BACK)))
    assert told == {"1.0": "1.0", "1.1": "1.0", "1.5": "1.0"}


@pytest.mark.parametrize(
    "back",
    [
        {"channel": "PJSIP/302-00000003"},
        {"uniqueid": "callcard-press-0001", "linkedid": "callcard-press-0001"},
        {"channelstate": "6"},
        {"linkedid": "1.4"},
    ],
    ids=["another phone", "by button", "talks", "dialled by somebody"],
)
def test_a_phone_that_is_called_for_anything_else_stays_in_its_own_call(back: dict[str, str]) -> None:
    frame = BACK | back
    told = calls_listed(snapshot(CUSTOMER, GONE, frame, alive=(CUSTOMER, frame)))
    assert told[frame["uniqueid"]] == frame["linkedid"]


def test_the_channel_of_another_call_of_the_same_phone_ends_nothing() -> None:
    other = HUNG_UP | {"channel": "PJSIP/301-00000002", "uniqueid": "1.9"}
    assert dialled_by(HANDED_ON, other, RUNG_BACK) == "1.1"
