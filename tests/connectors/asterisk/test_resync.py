"""A connection opened in the middle of a real call takes the call up from Asterisk's lists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callcard.connectors.asterisk.translate import Translator
from callcard.telephony.call import Call
from callcard.telephony.events import CallsInProgress
from callcard.telephony.tracker import CallTracker
from tests.connectors.asterisk.replay import FLOWS, changes, events, snapshot_and_rest, stored

TRUTH: dict[str, dict[str, Any]] = json.loads((FLOWS / "truth.json").read_text(encoding="utf-8"))
LATE = [flow for flow in TRUTH if flow.startswith("resync_")]


def taken_up(flow: str) -> list[Call]:
    snapshot, rest = snapshot_and_rest(FLOWS / f"{flow}.raw")
    tracker = CallTracker("main")
    made = changes(Translator().resync(snapshot), tracker)
    return stored([*made, *changes(events(rest), tracker)])


def listed(flow: str) -> CallsInProgress:
    snapshot, _ = snapshot_and_rest(FLOWS / f"{flow}.raw")
    (event,) = Translator().resync(snapshot)
    assert isinstance(event, CallsInProgress)
    return event


@pytest.mark.parametrize("flow", LATE)
def test_the_same_calls_but_marked_as_not_wholly_seen(flow: str) -> None:
    calls, truths = taken_up(flow), TRUTH[flow]["calls"]
    assert len(calls) == len(truths)
    for call, truth in zip(calls, truths, strict=True):
        assert call.complete is False
        assert call.direction.value == truth["direction"]
        assert (call.caller.extension or call.caller.number) == truth["caller"]
        assert (call.outcome and call.outcome.value) in (truth["outcome"], "unknown")
        assert call.queue == truth["queue"]


@pytest.mark.parametrize("flow", LATE)
def test_an_answer_is_not_forgotten(flow: str) -> None:
    for call, truth in zip(taken_up(flow), TRUTH[flow]["calls"], strict=True):
        if truth["outcome"] != "answered":
            assert call.outcome is not None
            assert call.outcome.value == "unknown"
            continue
        answered_by = call.answered_by.party if call.answered_by else None
        assert answered_by is not None
        talked = {leg["party"] for leg in truth["legs"] if leg["role"] == "called" and leg["outcome"] == "answered"}
        assert (answered_by.extension or answered_by.number) in talked


def test_who_rings_is_known_at_once() -> None:
    tracker = CallTracker("main")
    (call,) = stored(changes([listed("resync_ringing")], tracker))
    assert call.ringing_extensions == {"301"}
    assert call.caller.number == "+99365123456"
    assert call.line == "+85621000100"


@pytest.mark.parametrize("flow", ["resync_queue_ringing", "resync_queue_talking"])
def test_the_queue_is_known_at_once(flow: str) -> None:
    (call,) = stored(changes([listed(flow)]))
    assert call.queue == "sales-710"


def test_helpers_are_listed_as_what_they_are() -> None:
    legs = listed("resync_button_local").legs
    assert {leg.party.extension or leg.party.number for leg in legs if not leg.pipe} == {"301", "+99365777888"}
