"""What must do no harm: nonsense, lateness, and years of calls."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcard.telephony import events
from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.tracker import CallTracker
from tests.pure.tracker.script import NOON, Script, stored, track
from tests.pure.tracker.stories import STORIES, answered

KINDS = [
    *(events.LegBegan, events.HelperBegan, events.LegDialled, events.LegIdentified, events.LegRang),
    *(events.LegAnswered, events.RingingEnded, events.LegJoined, events.LegLeft, events.LegHeld),
    *(events.LegUnheld, events.LegPickedUp, events.LegsLinked, events.QueueJoined, events.QueueLeft),
    *(events.RecordingStarted, events.LegHungUp, events.LegEnded, events.LinkLost),
]


def many_calls(count: int) -> list[events.Event]:
    told: list[events.Event] = []
    for number in range(count):
        pbx = Script()
        pbx.now = number * 20.0
        pbx.caller(f"a{number}")
        pbx.rings(f"b{number}", "301", f"a{number}")
        pbx.given_up(SegmentOutcome.MISSED, f"b{number}", f"never-began-{number}")
        pbx.ended(f"b{number}", f"a{number}")
        told += pbx.events
    return told


def test_memory_does_not_grow() -> None:
    tracker = CallTracker("main", remembered=10)
    track(many_calls(200), tracker)
    assert tracker.size == 10


def test_a_repetition_long_after_begins_no_second_call() -> None:
    told = many_calls(50)
    tracker = CallTracker("main", remembered=10)
    first = stored(track(told, tracker))
    assert len(first) == 50
    assert track(told[:5], tracker) == []


def test_an_end_without_a_begin_is_nothing() -> None:
    pbx = Script()
    pbx.ended("a")
    pbx.joined("r", "b")
    pbx.given_up(SegmentOutcome.BUSY, "c")
    pbx.linked("d", "e")
    assert track(pbx.events) == []


@pytest.mark.parametrize("story", STORIES)
def test_events_that_are_lost_one_by_one_never_raise(story: str) -> None:
    told = STORIES[story]().events
    for lost in range(len(told)):
        calls = stored(track([*told[:lost], *told[lost + 1 :]]))
        assert len(calls) <= 2


def random_event(random: Random) -> events.Event:
    kind = random.choice(KINDS)
    values = {
        "at": NOON + timedelta(seconds=random.randint(0, 20)),
        "party": random.choice([Party(), Party(extension="301"), Party(number="+993")]),
        "role": random.choice(list(Role)),
        "outcome": random.choice(list(SegmentOutcome)),
        "abandoned": random.random() < 0.5,
    }
    told = {f.name: values.get(f.name, random.choice("abcde")) for f in fields(kind)}
    event: events.Event = kind(**told)
    return event


@given(random=st.randoms(use_true_random=False), length=st.integers(1, 80))
@settings(max_examples=300)
def test_nonsense_never_raises(random: Random, length: int) -> None:
    tracker = CallTracker("main", remembered=3)
    for change in track([random_event(random) for _ in range(length)], tracker):
        assert change.call.ring_seconds >= 0
        assert all(segment.talk_seconds >= 0 for segment in change.call.segments)


def test_a_call_is_the_same_value_when_nothing_happened() -> None:
    assert stored(track(answered().events)) == stored(track(answered().events))
