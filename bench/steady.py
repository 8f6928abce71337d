"""50 calls/s for a minute through a real Asterisk: each in the log exactly once and right, at half a core at most.

SIPp calls, and SIPp answers for every phone. The log is compared with what SIPp was told to do, with its results, and
with the record that Asterisk itself keeps for billing. `CALLCARD_BENCH_CALLS` makes it shorter for a trial,
`CALLCARD_BENCH_DATABASE` takes one database.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.harness import Counted, Figure, closing, measured, median
from bench.scene.database import CUSTOMERS, databases
from bench.scene.exchange import LINES, CallRecord, RecordingAsterisk, link_options, plan
from bench.scene.logged import LoggedCall
from bench.scene.served import Served, cpu_seconds
from bench.seed import number_of
from lab.sipp.run import LoadResult, StaticPhones, load

CALLS_PER_SECOND = 50.0
CALLS = int(os.environ.get("CALLCARD_BENCH_CALLS", "3000"))
RUNS = int(os.environ.get("CALLCARD_BENCH_RUNS", "1"))
RING_SECONDS, TALK_SECONDS = 0.5, 1.0
# How far the log's times may be from those that Asterisk measured of the same call: we time events as they arrive,
# on a machine that plays all the telephones, too.
SLACK_SECONDS = 0.35
AT_MOST_CORES = 0.5
REST_SECONDS = 4.0  # after the last call, until everything must be in the log


@dataclass(frozen=True, slots=True)
class Run:
    load: LoadResult
    missing: int
    twice: int
    wrong: list[str]
    unrecorded: int
    apart_seconds: float
    cores: float
    asterisk_cores: float
    waiting: int
    lost: int
    slowest_ms: float
    errors: list[str]


def main() -> int:
    with databases("steady") as found:
        return max(_bench(name, url) for name, url in found.items())


def _bench(name: str, url: str) -> int:
    callers = random.Random(time.time_ns()).sample(range(1, CUSTOMERS + 1), 2 * CALLS * (RUNS + 2))
    slices = iter(range(0, len(callers), CALLS))

    def one_run() -> Run:
        start = next(slices)
        return asyncio.run(_one_run(url, callers[start : start + CALLS]))

    counted = measured(one_run, runs=RUNS, tries=RUNS + 2)
    return closing(f"steady on {name}, {CALLS:,} calls at {CALLS_PER_SECOND:g}/s", _figures(counted), counted)


async def _one_run(url: str, customers: Sequence[int]) -> Run:
    exchange, lines = plan(), list(LINES)
    calls = {number_of(customer): (customer, lines[n % len(lines)]) for n, customer in enumerate(customers)}
    with (
        tempfile.TemporaryDirectory(prefix="bench-steady-") as folder,
        RecordingAsterisk(exchange) as asterisk,
        StaticPhones(exchange, ring_seconds=RING_SECONDS),
        Served(url, Path(folder), link_options(exchange)) as served,
    ):
        before = served.cpu_seconds(), cpu_seconds(asterisk.pid), time.monotonic()
        told = [(number, line) for number, (_, line) in calls.items()]
        done = await load(exchange, told, calls_per_second=CALLS_PER_SECOND, talk_seconds=TALK_SECONDS)
        seconds = time.monotonic() - before[2]
        cores = (served.cpu_seconds() - before[0]) / seconds
        asterisk_cores = (cpu_seconds(asterisk.pid) - before[1]) / seconds
        await asyncio.sleep(REST_SECONDS)
        served.stop()
        logged = [call for call in served.logged_calls() if call.number in calls]
        notes = served.stamps()
        records = {record.uniqueid: record for record in asterisk.records()}
        return Run(
            load=done,
            missing=len(calls.keys() - {call.number for call in logged}),
            twice=len(logged) - len({call.number for call in logged}),
            wrong=[fault for call in logged for fault in _faults(call, *calls[call.number], records)],
            unrecorded=len({call.key for call in logged} ^ records.keys()),
            apart_seconds=max((_apart(call, records[call.key]) for call in logged if call.key in records), default=0),
            cores=cores,
            asterisk_cores=asterisk_cores,
            waiting=max(notes["waiting"], default=0),
            lost=sum(notes["lost"]),
            slowest_ms=max((ended - put) / 1e6 for put, ended in notes["kept"]),
            errors=served.complaints(),
        )


def _faults(call: LoggedCall, customer: int, line: str, records: Mapping[str, CallRecord]) -> list[str]:
    """What is not as SIPp and Asterisk have it."""
    record = records.get(call.key)
    right = {
        "direction": call.direction == "inbound",
        "outcome": call.outcome == "answered",
        "line": call.line == line,
        "answered on": call.answered_on == LINES[line],
        "customer": call.customer_id == customer,
        "seen whole": call.is_complete,
        "two segments": call.segments == 2,
        "ring time": call.ring_seconds >= RING_SECONDS - SLACK_SECONDS,
        "talk time": call.talk_seconds >= TALK_SECONDS - SLACK_SECONDS,
        "as Asterisk recorded": record is not None and _agrees(call, record),
    }
    return [f"{call.number} {name}: {call}, {record}" for name, is_right in right.items() if not is_right]


def _agrees(call: LoggedCall, record: CallRecord) -> bool:
    return (
        record.answered == (call.outcome == "answered")
        and record.caller == call.number
        and _apart(call, record) <= SLACK_SECONDS
    )


def _apart(call: LoggedCall, record: CallRecord) -> float:
    """The larger difference, of ringing or of talking, in seconds."""
    talk = abs(record.talk_seconds - call.talk_seconds)
    return max(talk, abs(record.whole_seconds - record.talk_seconds - call.ring_seconds))


def _figures(counted: Counted[Run]) -> list[Figure]:
    runs = counted.results
    last = runs[-1]
    floor = f"Asterisk itself: {median(run.asterisk_cores for run in runs):.2f}"
    return [
        Figure(
            name="CPU of the switchboard",
            value=median(run.cores for run in runs),
            unit="cores",
            at_most=AT_MOST_CORES,
            beside=floor,
        ),
        Figure(
            name="calls made by SIPp",
            value=last.load.calls,
            at_least=CALLS,
            beside=f"{last.load.calls / last.load.seconds:.1f}/s with the last one's end",
        ),
        _none("  of them failed", [run.load.failed for run in runs]),
        _none("calls not in the log", [run.missing for run in runs]),
        _none("calls in the log more than once", [run.twice for run in runs]),
        _none(
            "faults in the log",
            [len(run.wrong) for run in runs],
            next((fault for run in runs for fault in run.wrong), ""),
        ),
        _none("calls in the log or in Asterisk's record only", [run.unrecorded for run in runs]),
        Figure(
            name="  largest difference of their times",
            value=max(run.apart_seconds for run in runs),
            unit="s",
            beside="to Asterisk's own record",
        ),
        _none("AMI messages given up", [run.lost for run in runs]),
        Figure(name="AMI messages that waited, at most", value=max(run.waiting for run in runs)),
        Figure(name="slowest from AMI bytes to the log", value=max(run.slowest_ms for run in runs), unit="ms"),
        _none("errors in the program's log", [len(run.errors) for run in runs], next(iter(last.errors), "")),
    ]


def _none(name: str, counts: Sequence[int], beside: str = "") -> Figure:
    return Figure(name=name, value=max(counts), at_most=0, beside=beside[:300])


if __name__ == "__main__":
    sys.exit(main())
