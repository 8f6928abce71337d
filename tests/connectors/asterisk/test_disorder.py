"""Real streams, out of order between channels, repeated, and cut at any byte."""

from __future__ import annotations

from collections import defaultdict, deque
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcard.connectors.asterisk.translate import INTERESTING_EVENTS
from callcard.connectors.asterisk.wire import Parser
from callcard.telephony.call import Outcome
from callcard.telephony.events import CallsInProgress, Event, LegEvent, LinkLost
from callcard.telephony.tracker import CallTracker
from tests.connectors.asterisk.replay import FLOWS, TRACES, changes, events, frames, stored, stream

STREAMS = sorted([*TRACES.glob("*.raw"), *(p for p in FLOWS.glob("*.raw") if not p.name.startswith("resync_"))])
streams = pytest.mark.parametrize("path", STREAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
randoms = st.randoms(use_true_random=False)


def interleave(told: list[Event], random: Random) -> list[Event]:
    """Another order in which each leg's own events stay in theirs."""
    legs: dict[str, deque[Event]] = defaultdict(deque)
    for event in told:
        assert isinstance(event, LegEvent)
        legs[event.leg].append(event)
    shuffled: list[Event] = []
    while legs:
        leg = random.choice(sorted(legs))
        shuffled.append(legs[leg].popleft())
        if not legs[leg]:
            del legs[leg]
    return shuffled


@streams
@given(random=randoms)
@settings(max_examples=8)
def test_shuffled_across_channels(path: Path, random: Random) -> None:
    told = events(frames(path))
    assert stored(changes(interleave(told, random))) == stored(changes(told))


@streams
def test_every_frame_twice(path: Path) -> None:
    told = events(frames(path))
    assert stored(changes([event for event in told for _ in range(2)])) == stored(changes(told))
    assert stored(changes([*told, *told])) == stored(changes(told))


@streams
@given(data=st.data())
@settings(max_examples=8)
def test_cut_at_any_byte_and_never_heard_again(path: Path, data: st.DataObject) -> None:
    """The PBX, asked again later, has no calls: what was seen ends as unknown, unless somebody had answered."""
    told = stream(path)
    cut = data.draw(st.integers(0, len(told)))
    heard = events(Parser(INTERESTING_EVENTS, banner_expected=False).feed(told[:cut]))
    whole = {call.key: call for call in stored(changes(events(frames(path))))}
    tracker = CallTracker("main")
    made = changes(heard, tracker)
    if not heard:
        return
    over = {call.key: call for call in stored(made) if call.ended_at}
    at = max(event.at for event in heard)
    made += tracker.feed(LinkLost(at=at))
    made += tracker.feed(CallsInProgress(at=at, legs=()))
    for call in stored(made):
        if call in (whole.get(call.key), over.get(call.key)):
            continue
        assert call.outcome in (Outcome.ANSWERED, Outcome.UNKNOWN)
        assert call.complete is False


def test_a_hangup_of_what_never_began_is_no_call_and_costs_no_other() -> None:
    one, other = sorted(TRACES.glob("*.raw"))[:2]
    strays = [frame for frame in frames(one) if frame["event"] == "Hangup"]
    assert strays
    assert changes(events(strays)) == []
    told = events(frames(other))
    assert stored(changes([*events(strays), *told])) == stored(changes(told))
