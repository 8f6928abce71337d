"""A program that stops and starts again goes on with its calls from what it wrote down."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from callcard.telephony.call import Call
from callcard.telephony.events import CallsInProgress, Event, LinkLost
from callcard.telephony.tracker import CallTracker
from tests.pure.tracker.script import stored, track
from tests.pure.tracker.stories import STORIES, answered
from tests.pure.tracker.world import listed_after

TOUCH = timedelta(milliseconds=1)


def restarted(told: list[Event], moment: int) -> dict[str, Call]:
    """What is stored in the end when the program is killed before `moment` and misses nothing."""
    tracker = CallTracker("main")
    changes = track(told[:moment], tracker)
    fresh = CallTracker("main")
    for call in stored(changes).values():
        if call.ended_at is None:
            fresh.restore(call, json.loads(json.dumps(tracker.memory_of(call.key))))
    changes += fresh.feed(listed_after(told[:moment], told[moment - 1].at + TOUCH))
    return stored(changes + track(told[moment:], fresh))


@pytest.mark.parametrize("story", STORIES)
def test_the_call_is_the_same_and_says_that_it_was_partly_seen(story: str) -> None:
    told = STORIES[story]().events
    whole = stored(track(told))
    for moment in range(1, len(told)):
        seen = restarted(told, moment)
        assert seen.keys() == whole.keys()
        for key, call in seen.items():
            if call.complete:
                assert call == whole[key]
            else:
                assert call.outcome in (whole[key].outcome, "unknown")
                assert _bare(call) == _bare(whole[key])


def _bare(call: Call) -> Call:
    """Without what depends on whether it was seen to the end."""
    return replace(call, complete=True, outcome=None, segments=())


def test_a_call_that_ended_while_the_program_was_stopped_ends_with_the_link() -> None:
    told = answered().events
    talking = next(i for i, event in enumerate(told) if type(event).__name__ == "LegHungUp")
    tracker = CallTracker("main")
    changes = track(told[:talking], tracker)
    stopped_at = told[talking].at
    changes += tracker.feed(LinkLost(at=stopped_at))
    (call,) = stored(changes).values()
    fresh = CallTracker("main")
    fresh.restore(call, json.loads(json.dumps(tracker.memory_of(call.key))))
    (ended,) = stored(fresh.feed(CallsInProgress(at=stopped_at + timedelta(hours=1), legs=()))).values()
    assert (ended.ended_at, ended.outcome, ended.complete) == (stopped_at, "answered", False)


def test_an_answer_right_before_the_program_was_killed_counts_though_it_is_younger_than_the_last_heartbeat() -> None:
    told = answered().events
    joined = max(i for i, event in enumerate(told) if type(event).__name__ == "LegJoined")
    tracker = CallTracker("main")
    (call,) = stored(track(told[: joined + 1], tracker)).values()
    fresh = CallTracker("main")
    fresh.restore(call, tracker.memory_of(call.key) or {}, heard_until=told[0].at)
    (ended,) = stored(fresh.feed(CallsInProgress(at=told[joined].at + timedelta(hours=1), legs=()))).values()
    assert (ended.ended_at, ended.outcome, ended.complete) == (told[joined].at, "answered", False)


def test_a_call_that_ended_after_the_program_was_killed_ends_when_it_was_last_heard_of() -> None:
    told = answered().events
    talking = next(i for i, event in enumerate(told) if type(event).__name__ == "LegHungUp")
    tracker = CallTracker("main")
    (call,) = stored(track(told[:talking], tracker)).values()
    heard_until = told[talking - 1].at + timedelta(seconds=9)
    fresh = CallTracker("main")
    fresh.restore(call, tracker.memory_of(call.key) or {}, heard_until=heard_until)
    changes = fresh.feed(CallsInProgress(at=heard_until + timedelta(hours=1), legs=()))
    (ended,) = stored(changes).values()
    assert (ended.ended_at, ended.outcome, ended.complete) == (heard_until, "answered", False)
