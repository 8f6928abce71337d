"""The simulated PBX tells what a real one would."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from callcard.connectors.simulator import stories
from callcard.connectors.simulator.board import Board, NoSuchCall
from callcard.connectors.simulator.connector import SimulatorConnector
from callcard.connectors.simulator.options import SimulatorOptions, fictional_number
from callcard.connectors.simulator.stories import Scene
from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.commands import (
    CancelDial,
    CommandRefused,
    Consult,
    Dial,
    Hangup,
    Hold,
    Transfer,
    TryPhone,
    Unhold,
)
from callcard.telephony.connector import LinkState
from callcard.telephony.events import (
    CallsInProgress,
    Event,
    LegAnswered,
    LegBegan,
    LegEnded,
    LegHeld,
    LegJoined,
    LegRang,
    LegUnheld,
    LinkLost,
    QueueJoined,
    QueueLeft,
    RingingEnded,
)
from tests.connectors.recorder import Recorder, until

QUIET = SimulatorOptions(mean_interval=0, speed=1000, lines=("+12025550100",))


@contextlib.asynccontextmanager
async def running(options: SimulatorOptions) -> AsyncIterator[tuple[SimulatorConnector, Recorder]]:
    simulator, sink = SimulatorConnector(options), Recorder()
    task = asyncio.create_task(simulator.run(sink))
    try:
        await until(lambda: sink.reports)
        yield simulator, sink
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


async def test_it_is_up_at_once_with_no_calls_and_says_so_when_it_stops() -> None:
    async with running(QUIET) as (_, sink):
        assert [report.state for report in sink.reports] == [LinkState.UP]
        assert sink.of(CallsInProgress)[0].legs == ()
    assert isinstance(sink.told[-1], LinkLost)


async def test_a_scripted_call_from_ring_to_end() -> None:
    async with running(QUIET) as (simulator, sink):
        key = await simulator.ring("+99365123456", ["101", "102"], name="Anna")
        await simulator.answer(key, "102")
        await simulator.hold(key, "102")
        await simulator.unhold(key, "102")
        await simulator.hang_up(key, "")
        told = sink.told[1:]
    began = [event for event in told if isinstance(event, LegBegan)]
    assert [(leg.role, leg.party) for leg in began] == [
        (Role.CALLER, Party(number="+99365123456", name="Anna")),
        (Role.CALLED, Party(extension="101")),
        (Role.CALLED, Party(extension="102")),
    ]
    assert {leg.call for leg in began} == {key}
    assert began[0].dialled == "+12025550100"
    caller, first, second = (leg.leg for leg in began)
    assert [e.leg for e in told if isinstance(e, LegRang)] == [first, second]
    assert [(e.leg, e.outcome) for e in told if isinstance(e, RingingEnded)] == [(first, SegmentOutcome.CANCELLED)]
    assert {e.leg for e in told if isinstance(e, LegJoined)} == {caller, second}
    assert [e.leg for e in told if isinstance(e, LegHeld | LegUnheld)] == [second, second]
    assert [e.leg for e in told if isinstance(e, LegEnded)] == [first, caller, second]


async def test_a_withheld_number_and_a_queue_are_told() -> None:
    async with running(QUIET) as (simulator, sink):
        key = await simulator.ring("", ["101"], queue="sales", line="+12025550199")
        await simulator.answer(key, "101")
        assert sink.of(LegBegan)[0].party == Party(withheld=True)
        assert sink.of(LegBegan)[0].dialled == "+12025550199"
        assert [event.queue for event in sink.of(QueueJoined)] == ["sales"]
        assert [event.abandoned for event in sink.of(QueueLeft)] == [False]


async def test_a_transfer_rings_the_colleague_and_lets_the_first_go() -> None:
    async with running(QUIET) as (simulator, sink):
        key = await simulator.ring("+99365123456", ["101"])
        await simulator.answer(key, "101")
        before = len(sink.told)
        await simulator.transfer(key, "101", "103")
        await simulator.answer(key, "103")
        assert kinds(sink.told[before:]) == [
            *("LegLeft", "LegEnded", "LegBegan", "LegRang"),
            *("LegAnswered", "LegJoined"),
        ]
        with pytest.raises(NoSuchCall):
            await simulator.answer(key, "101")


async def test_a_dial_rings_the_phone_then_the_customer_and_carries_its_command() -> None:
    async with running(replace(QUIET, seed=3)) as (simulator, sink):
        await simulator.execute(Dial(command_id="c-1", extension="101", number="+99365777888"))
        assert kinds(sink.told[1:]) == ["LegBegan", "LegRang"]
        assert sink.of(LegBegan)[0].placed_by == "c-1"
        assert sink.of(LegBegan)[0].party == Party(extension="101")
        await until(lambda: len(sink.of(LegEnded)) == 2)
        assert sink.of(LegBegan)[1].party == Party(number="+99365777888")
        assert sink.of(LegAnswered)[0].leg == sink.of(LegBegan)[0].leg


async def test_what_cannot_be_dialled_or_hung_up_is_refused_in_words() -> None:
    idle = SimulatorConnector(QUIET)
    with pytest.raises(CommandRefused, match="no_link"):
        await idle.execute(Dial(command_id="c", extension="101", number="1"))
    async with running(QUIET) as (simulator, sink):
        with pytest.raises(CommandRefused, match="not_registered"):
            await simulator.execute(Dial(command_id="c", extension="999", number="1"))
        with pytest.raises(CommandRefused, match="not_allowed"):
            await simulator.execute(Dial(command_id="c", extension="101", number=""))
        with pytest.raises(CommandRefused, match="over"):
            await simulator.execute(Hangup(command_id="c", call_key="none"))
        assert len(sink.told) == 1


async def test_hanging_up_by_command_ends_the_call_or_one_phone_of_it() -> None:
    async with running(QUIET) as (simulator, sink):
        key = await simulator.ring("+99365123456", ["101", "102"])
        leg = sink.of(LegBegan)[1].leg
        await simulator.execute(Hangup(command_id="h", call_key=key, segment_key=leg))
        assert [event.leg for event in sink.of(LegEnded)] == [leg]
        await simulator.execute(Hangup(command_id="h", call_key=key))
        assert len(sink.of(LegEnded)) == 3


async def test_a_phone_that_rings_or_talks_is_busy_for_a_button() -> None:
    async with running(QUIET) as (simulator, _):
        await simulator.ring("+99365123456", ["101"])
        with pytest.raises(CommandRefused, match="busy"):
            await simulator.execute(Dial(command_id="c", extension="101", number="1"))
        with pytest.raises(CommandRefused, match="busy"):
            await simulator.execute(TryPhone(command_id="t", extension="101"))
        with pytest.raises(CommandRefused, match="not_registered"):
            await simulator.execute(TryPhone(command_id="t", extension="999"))
        await simulator.execute(TryPhone(command_id="t", extension="102"))


async def test_a_dial_is_cancelled_by_its_name() -> None:
    slow = replace(QUIET, speed=1)
    async with running(slow) as (simulator, sink):
        await simulator.execute(Dial(command_id="c-1", extension="101", number="+99365777888"))
        with pytest.raises(CommandRefused, match="over"):
            await simulator.execute(CancelDial(command_id="x", dial_id="c-2"))
        await simulator.execute(CancelDial(command_id="x", dial_id="c-1"))
        assert [event.leg for event in sink.of(LegEnded)] == [sink.of(LegBegan)[0].leg]


async def talk(simulator: SimulatorConnector, sink: Recorder) -> dict[str, str]:
    """101 talks with a customer; what a command of 101 needs."""
    key = await simulator.ring("+99365123456", ["101"])
    await simulator.answer(key, "101")
    return {"command_id": "t", "call_key": key, "segment_key": sink.of(LegBegan)[1].leg}


async def test_a_call_is_held_taken_back_and_handed_on() -> None:
    async with running(QUIET) as (simulator, sink):
        of = await talk(simulator, sink)
        await simulator.execute(Hold(**of))
        await simulator.execute(Unhold(**of))
        assert [event.leg for event in sink.of(LegHeld) + sink.of(LegUnheld)] == [of["segment_key"]] * 2
        await simulator.execute(Transfer(**of, to="102"))
        await until(lambda: len(sink.of(LegAnswered)) == 3)
        assert [event.leg for event in sink.of(LegEnded)] == [of["segment_key"]]
        assert sink.of(LegBegan)[2].party == Party(extension="102")
        assert sink.of(LegAnswered)[2].leg == sink.of(LegBegan)[2].leg
        with pytest.raises(CommandRefused, match="over"):
            await simulator.execute(Transfer(**of, to="103"))


async def test_who_asks_a_colleague_first_hands_over_by_hanging_up() -> None:
    async with running(QUIET) as (simulator, sink):
        of = await talk(simulator, sink)
        await simulator.execute(Consult(**of, to="+99365777888"))
        await until(lambda: len(sink.of(LegAnswered)) == 3)
        assert sink.of(LegBegan)[2].party == Party(number="+99365777888")
        assert sink.of(LegEnded) == []
        await simulator.execute(Hangup(command_id="h", call_key=of["call_key"], segment_key=of["segment_key"]))
        assert [event.leg for event in sink.of(LegEnded)] == [of["segment_key"]]


async def test_calls_come_by_themselves_and_every_leg_ends() -> None:
    options = SimulatorOptions(
        mean_interval=0.5, speed=500, calls_at_once=3, known_numbers=("+99365000001",), groups={"sales": ("101", "102")}
    )
    async with running(options) as (simulator, sink):
        await until(lambda: len({leg.call for leg in sink.of(LegBegan)}) >= 25)
        simulator.options = replace(options, calls_at_once=0)
        await until(lambda: simulator._board is not None and not simulator._board.calls)
        assert most_at_once(sink.told) <= 3
        assert {leg.leg for leg in sink.of(LegBegan)} == {leg.leg for leg in sink.of(LegEnded)}


def most_at_once(told: list[Event]) -> int:
    living: Counter[str] = Counter()
    call_of: dict[str, str] = {}
    most = 0
    for event in told:
        if isinstance(event, LegBegan):
            call_of[event.leg] = event.call
            living[event.call] += 1
            most = max(most, len(+living))
        elif isinstance(event, LegEnded):
            living[call_of[event.leg]] -= 1
    return most


def scene(seed: int) -> Scene:
    options = SimulatorOptions(known_numbers=lambda: ["+99365000001", "+99365000002"])
    return Scene(board=Board(lambda events, ns: None, "t"), options=options, chance=random.Random(seed))


def test_the_same_seed_gives_the_same_callers_and_plays() -> None:
    first, second = scene(7), scene(7)
    assert [first.caller() for _ in range(50)] == [second.caller() for _ in range(50)]
    assert [stories.choose(first.chance) for _ in range(50)] == [stories.choose(second.chance) for _ in range(50)]


def test_four_callers_of_five_are_known_and_a_few_are_withheld() -> None:
    place = scene(1)
    callers = [place.caller() for _ in range(2000)]
    known = sum(party.number in ("+99365000001", "+99365000002") for party in callers)
    withheld = sum(party.withheld for party in callers)
    assert 1540 <= known <= 1660
    assert 70 <= withheld <= 130
    assert all(party.number or party.withheld for party in callers)


def test_unknown_callers_have_numbers_that_belong_to_nobody() -> None:
    number = fictional_number(random.Random(1))
    assert number.startswith("+1")
    assert number[5:8] == "555"
    assert 100 <= int(number[8:]) <= 199


@pytest.mark.parametrize("play", [play for play, _ in stories.REPERTOIRE])
@pytest.mark.parametrize("seed", range(5))
async def test_every_play_ends_with_every_leg_ended(play: stories.Play, seed: int) -> None:
    told: list[Event] = []
    options = SimulatorOptions(speed=5000, groups={"sales": ("101", "102", "103")}, known_numbers=("+99365000001",))
    board = Board(lambda events, ns: told.extend(events), "t")
    await play(Scene(board=board, options=options, chance=random.Random(seed)), "101")
    assert board.calls == {}
    began = [event.leg for event in told if isinstance(event, LegBegan)]
    ended = [event.leg for event in told if isinstance(event, LegEnded)]
    assert sorted(began) == sorted(ended)
    assert len(set(began)) == len(began) >= 2
