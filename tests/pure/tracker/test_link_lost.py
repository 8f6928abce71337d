"""A link that is cut and comes back: the same call, or one that says it was not wholly seen; never a second one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcard.telephony.call import Call, Outcome, SegmentOutcome
from callcard.telephony.events import CallsInProgress, Event, LinkLost
from callcard.telephony.tracker import CallTracker
from tests.pure.tracker.script import at, only_call, outcomes, stored, track
from tests.pure.tracker.stories import STORIES, answered, attended_transfer, unanswered
from tests.pure.tracker.world import listed_after

TOUCH = timedelta(milliseconds=1)
stories = pytest.mark.parametrize("story", STORIES)


def cut(told: list[Event], first: int, last: int, *, restarted: bool = False) -> dict[str, Call]:
    """What is stored in the end when the events from `first` up to `last` are not heard."""
    tracker = CallTracker("main")
    changes = track(told[:first], tracker)
    lost_at = told[first - 1].at if first else told[0].at - TOUCH
    back_at = told[last - 1].at + TOUCH if last else told[0].at - TOUCH
    if restarted:
        tracker = CallTracker("main")
    else:
        changes += tracker.feed(LinkLost(at=lost_at))
    changes += tracker.feed(listed_after(told[:last], back_at))
    changes += track(told[last:], tracker)
    return stored(changes)


def assert_honest(seen: dict[str, Call], told: list[Event]) -> None:
    changes = track(told)
    whole = stored(changes)
    assert seen.keys() <= {change.call.key for change in changes}
    for key, call in seen.items():
        if call == whole.get(key):
            continue
        assert call.complete is False
        assert call.outcome in (Outcome.ANSWERED, Outcome.UNKNOWN)
        if key in whole:
            assert call.direction is whole[key].direction
            assert call.outcome in (whole[key].outcome, Outcome.UNKNOWN)


@stories
@given(data=st.data())
@settings(max_examples=60)
def test_cut_anywhere_and_resumed(story: str, data: st.DataObject) -> None:
    told = STORIES[story]().events
    first = data.draw(st.integers(0, len(told)))
    last = data.draw(st.integers(first, len(told)))
    assert_honest(cut(told, first, last), told)


@stories
def test_cut_at_every_event_without_missing_any(story: str) -> None:
    told = STORIES[story]().events
    for moment in range(len(told) + 1):
        seen = cut(told, moment, moment)
        assert seen.keys() == stored(track(told)).keys()
        assert_honest(seen, told)


@stories
def test_restarted_at_every_event_and_caught_up_later(story: str) -> None:
    told = STORIES[story]().events
    for moment in range(1, len(told)):
        for last in range(moment, len(told)):
            seen = cut(told, moment, last, restarted=True)
            assert all(not call.complete or call.ended_at for call in seen.values() if call.outcome)


def test_ended_unseen_after_an_answer() -> None:
    told = answered().events
    talking = next(i for i, event in enumerate(told) if type(event).__name__ == "LegHungUp")
    (call,) = cut(told, talking, len(told)).values()
    assert (call.outcome, call.complete) == (Outcome.ANSWERED, False)
    assert call.ended_at == told[talking - 1].at


def test_ended_unseen_while_it_rang_is_unknown_and_not_missed() -> None:
    told = unanswered(SegmentOutcome.MISSED)().events
    (call,) = cut(told, 3, len(told)).values()
    assert (call.outcome, call.complete) == (Outcome.UNKNOWN, False)
    assert outcomes(call)[1] == ("301", "called", "unknown")


def test_begun_unseen_is_taken_up_with_its_age() -> None:
    told = answered().events
    (call,) = cut(told, 0, 6).values()
    assert (call.key, call.complete, call.outcome) == ("a", False, Outcome.ANSWERED)
    assert call.started_at == told[0].at
    assert outcomes(call) == [("+99365123456", "caller", "answered"), ("301", "called", "answered")]


def test_a_link_that_breaks_between_calls_harms_none() -> None:
    told = answered().events
    quiet = [LinkLost(at=at(-60)), CallsInProgress(at=at(-50), legs=())]
    assert only_call([*quiet, *told]) == only_call(told)


def test_a_transfer_that_happened_unseen_is_still_one_call() -> None:
    told = attended_transfer(told_by_link=True)().events
    consulting = next(i for i, event in enumerate(told) if type(event).__name__ == "LegsLinked")
    (call,) = cut(told, consulting, len(told) - 2).values()
    assert (call.key, call.outcome, call.complete) == ("a", Outcome.ANSWERED, False)


def test_a_leg_taken_for_ended_that_speaks_again_lives() -> None:
    told = answered().events
    tracker = CallTracker("main")
    track(told[:6], tracker)
    tracker.feed(CallsInProgress(at=told[5].at + TOUCH, legs=()))
    call = stored(track(told[6:], tracker))["a"]
    assert (call.ended_at, call.complete) == (told[-1].at, False)


def test_a_leg_younger_than_the_question_is_not_ended_by_the_answer() -> None:
    told = answered().events
    tracker = CallTracker("main")
    changes = track(told[:3], tracker)
    changes += tracker.feed(CallsInProgress(at=told[0].at - TOUCH, legs=()))
    changes += track(told[3:], tracker)
    assert stored(changes) == stored(track(told))
