"""AMI bytes to tracker changes, against panoramisk on the same bytes, in CPU seconds of one thread.

Ours ends with the call as people see it. The peer ends where its work ends, with each event as an object handed to
one callback that does nothing. Both get the recorded streams of real calls, with new ids in each round so that no
call is seen twice, in the same chunks. A chunk stands for one read of the socket; what a read brought is given to
the tracker at once, as the live connector does. Beside it the same is measured with each message in a read of its own,
as a PBX with little to do sends them, where nothing can be saved by taking several events together.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import panoramisk
from panoramisk.ami_protocol import AMIProtocol

from bench.harness import Figure, closing, measured, median
from callcard.connectors.asterisk.connector import WANTED
from callcard.connectors.asterisk.translate import Translator
from callcard.connectors.asterisk.wire import Parser
from callcard.telephony.tracker.tracker import CallTracker

AT_LEAST = 3.0
TRACES = Path(__file__).parent.parent / "tests/connectors/asterisk/traces"
ROUNDS = 40
CHUNK = 4096
_END = b"\r\n\r\n"
_RECORDED_EPOCH = b"17952"  # the first digits of every uniqueid in the recordings
_BRIDGE = re.compile(rb"(Bridge(?:Unique)?[Ii]d: )[0-9a-f]{5}")


@dataclass(frozen=True, slots=True)
class Run:
    """Events per CPU second. `changes` and `events` say that the work was done."""

    ours: float
    peer: float
    wire_only: float
    ratio_apart: float  # ours to the peer's, with each message in a read of its own
    events: int
    changes: int

    @property
    def ratio(self) -> float:
        return self.ours / self.peer


@cache
def streams() -> tuple[bytes, ...]:
    """All recordings, once for each round."""
    recorded = b"".join(path.read_bytes() for path in sorted(TRACES.glob("*.raw")))
    return tuple(_as_of_round(recorded, b"%05d" % (20_000 + number)) for number in range(ROUNDS))


def _as_of_round(recorded: bytes, number: bytes) -> bytes:
    """The same calls with uniqueids and bridges of their own."""
    return _BRIDGE.sub(rb"\g<1>" + number, recorded.replace(_RECORDED_EPOCH, number))


def chunks() -> Iterator[bytes]:
    for stream in streams():
        for start in range(0, len(stream), CHUNK):
            yield stream[start : start + CHUNK]


def our_changes(reads: Iterable[bytes]) -> int:
    parser, translator, tracker = Parser(WANTED, banner_expected=False), Translator(), CallTracker("bench")
    changes = 0
    for chunk in reads:
        at = datetime.now(UTC)
        told = [event for frame in parser.feed(chunk) for event in translator.translate(frame, at)]
        if told:
            changes += len(tracker.feed_many(told))
    return changes


def messages() -> Iterator[bytes]:
    """Each in a read of its own."""
    for stream in streams():
        yield from (block + _END for block in stream.split(_END) if block)


def our_frames() -> int:
    parser = Parser(WANTED, banner_expected=False)
    return sum(len(parser.feed(chunk)) for chunk in chunks())


async def peer_events(reads: Iterable[bytes]) -> int:
    seen = 0

    def count(manager: object, event: object) -> None:
        nonlocal seen
        seen += 1

    factory = panoramisk.Manager(loop=asyncio.get_running_loop())
    factory.register_event("*", count)
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory = factory
    protocol.encoding = "utf8"
    for chunk in reads:
        protocol.data_received(chunk)
    return seen


def one_run() -> Run:
    events = sum(stream.count(b"Event: ") for stream in streams())
    together, apart = list(chunks()), list(messages())
    changes, ours = _timed(lambda: our_changes(together))
    _, wire_only = _timed(our_frames)
    seen, peer = _timed(lambda: asyncio.run(peer_events(together)))
    _, ours_apart = _timed(lambda: our_changes(apart))
    _, peer_apart = _timed(lambda: asyncio.run(peer_events(apart)))
    if seen != events:
        raise RuntimeError(f"the peer saw {seen} of {events} events")
    return Run(
        ours=events / ours,
        peer=events / peer,
        wire_only=events / wire_only,
        ratio_apart=peer_apart / ours_apart,
        events=events,
        changes=changes,
    )


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    """What it gave, and its CPU seconds."""
    began = time.process_time()
    given = work()
    return given, time.process_time() - began


def main() -> int:
    one_run()  # not counted: modules warm up
    counted = measured(one_run, runs=5, rest_seconds=1)
    runs = counted.results
    ours, peer = median(run.ours for run in runs), median(run.peer for run in runs)
    figures = [
        Figure(
            name="AMI bytes to tracker changes",
            value=ours,
            unit="events per CPU second",
            beside=f"panoramisk {version('panoramisk')}: {peer:,.0f}",
        ),
        Figure(name="  as a multiple of the peer", value=median(run.ratio for run in runs), at_least=AT_LEAST),
        Figure(name="  with each message in a read of its own", value=median(run.ratio_apart for run in runs)),
        Figure(
            name="  of it bytes to frames", value=median(run.wire_only for run in runs), unit="events per CPU second"
        ),
        Figure(name="events in a run", value=runs[0].events),
        Figure(name="changes in a run", value=runs[0].changes),
    ]
    return closing("ami", figures, counted)
