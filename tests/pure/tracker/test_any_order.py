"""Whatever order legs are heard in, and however often, the call is the same in the end."""

from __future__ import annotations

from collections import defaultdict, deque
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcard.telephony.changes import CallEnded, Change, SegmentRang
from callcard.telephony.events import Event, LegEvent
from callcard.telephony.tracker import CallTracker
from tests.pure.tracker.script import Script, stored, track
from tests.pure.tracker.stories import STORIES

stories = pytest.mark.parametrize("story", STORIES)
randoms = st.randoms(use_true_random=False)


def interleave(events: list[Event], random: Random) -> list[Event]:
    """Another order in which each leg's own events stay in theirs."""
    legs: dict[str, deque[Event]] = defaultdict(deque)
    for event in events:
        assert isinstance(event, LegEvent)
        legs[event.leg].append(event)
    shuffled: list[Event] = []
    while legs:
        leg = random.choice(sorted(legs))
        shuffled.append(legs[leg].popleft())
        if not legs[leg]:
            del legs[leg]
    return shuffled


def repeat_some(events: list[Event], random: Random) -> list[Event]:
    """Some events come again, at once or any time later."""
    told = list(events)
    for event in random.sample(events, k=random.randint(1, len(events))):
        told.insert(random.randint(told.index(event) + 1, len(told)), event)
    return told


@stories
@given(random=randoms)
@settings(max_examples=60)
def test_shuffled_across_legs(story: str, random: Random) -> None:
    events = STORIES[story]().events
    assert stored(track(interleave(events, random))) == stored(track(events))


@stories
@given(random=randoms)
@settings(max_examples=40)
def test_repeated(story: str, random: Random) -> None:
    events = STORIES[story]().events
    assert stored(track(repeat_some(events, random))) == stored(track(events))


@stories
@given(random=randoms)
@settings(max_examples=40)
def test_shuffled_and_repeated(story: str, random: Random) -> None:
    events = STORIES[story]().events
    assert stored(track(repeat_some(interleave(events, random), random))) == stored(track(events))


@stories
def test_told_twice_from_the_beginning(story: str) -> None:
    events = STORIES[story]().events
    assert stored(track([*events, *events])) == stored(track(events))


@stories
def test_an_event_that_is_no_news_changes_nothing(story: str) -> None:
    events = STORIES[story]().events
    twice = [event for event in events for _ in range(2)]
    assert len(track(twice)) == len(track(events))


@stories
@given(random=randoms)
@settings(max_examples=40)
def test_in_batches_of_any_size(story: str, random: Random) -> None:
    """What comes at once is told of once, and as it would be in the end."""
    events = interleave(STORIES[story]().events, random)
    tracker, told = CallTracker("main"), list[Change]()
    while events:
        size = random.randint(1, len(events))
        told += tracker.feed_many(events[:size])
        events = events[size:]
    assert stored(told) == stored(track(STORIES[story]().events))


@stories
def test_a_phone_that_rang_and_stopped_at_once_is_told_of(story: str) -> None:
    events = STORIES[story]().events
    rang = {change.segment_key for change in track(events) if isinstance(change, SegmentRang)}
    at_once = CallTracker("main").feed_many(events)
    assert {change.segment_key for change in at_once if isinstance(change, SegmentRang)} == rang
    assert len([change for change in at_once if isinstance(change, CallEnded)]) == len(stored(at_once))


def test_a_phone_that_is_told_to_have_hung_up_before_who_talked_with_it_is_drawn() -> None:
    script = Script()
    script.caller("c")
    script.rings("p", "301", "c")
    script.joined("room", "p")
    script.hung_up("p")
    script.left("room", "p")
    script.rings("q", "302", "c")
    (call,) = stored(track(script.events)).values()
    (_, segment, _) = call.segments
    assert (segment.ended_at is not None, segment.outcome, call.ended_at) == (True, "missed", None)
