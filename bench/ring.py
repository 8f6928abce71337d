"""From the first AMI bytes of a ring to the pop-up's paint in Chromium, on real Asterisk and real calls.

One person's phone rings, again and again, while 200 other desks are connected and a million customers are in the
database. 9.7 calls/s, because 10 would beat with the 60 Hz of the screen; each rings for a second, more or less, so ten
are on the screen at once. More or less, because callers who all gave up after the same time would do so in step with
those who begin, and every ring would be measured together with the end of another call. `CALLCARD_BENCH_CALLS` makes it
shorter for a trial, `CALLCARD_BENCH_DATABASE` takes one database.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.harness import Counted, Figure, closing, measured, median, percentile
from bench.scene.database import CUSTOMERS, databases
from bench.scene.desks import open_desks
from bench.scene.exchange import LINES, link_options, plan
from bench.scene.screen import Painted, open_screen
from bench.scene.served import Served
from bench.scene.steps import STEPS, Way, ways
from bench.seed import number_of
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.phones.crowd import Placed, ring_in
from lab.phones.phone import Trunk
from lab.sipp.run import StaticPhones

CALLS = int(os.environ.get("CALLCARD_BENCH_CALLS", "520"))
RUNS = int(os.environ.get("CALLCARD_BENCH_RUNS", "1"))
CALLS_PER_SECOND = 9.7
RING_SECONDS, RING_SPREAD = 1.03, 0.35  # then the caller gives up; ten ring at once
DESKS = 200
_FIRST_CALLS = 10  # not counted: caches fill, statements are prepared, the page compiles
MEDIAN_MS, P99_MS = 25.0, 60.0
SERVER_MEDIAN_MS, SERVER_P99_MS = 10.0, 25.0


@dataclass(frozen=True, slots=True)
class Run:
    painted: list[Painted]
    ways: list[Way]
    invited_ns: dict[str, int]
    placed: int
    complaints: list[str]

    @property
    def floor_ms(self) -> list[float]:
        """INVITE sent -> AMI bytes of the ring read: what SIP and Asterisk take before we can know."""
        sent = [(way.received_ns, self.invited_ns.get(way.number)) for way in self.ways]
        return [(received - invited) / 1e6 for received, invited in sent if invited]


def main() -> int:
    with databases("ring") as found:
        return max(_bench(name, url) for name, url in found.items())


def _bench(name: str, url: str) -> int:
    counted = measured(lambda: asyncio.run(_one_run(url)), runs=RUNS, tries=RUNS + 2)
    return closing(f"ring on {name}, {CUSTOMERS:,} customers, {DESKS} other desks", _figures(counted), counted)


async def _one_run(url: str) -> Run:
    line, extension = next(iter(LINES.items()))
    exchange = plan()
    with (
        tempfile.TemporaryDirectory(prefix="bench-ring-") as folder,
        Asterisk(exchange),
        StaticPhones(exchange, ring_seconds=20),
        Served(url, Path(folder), link_options(exchange)) as served,
    ):
        people = served.sign_in(extension, DESKS)
        with open_desks(served.port, people.desks):
            async with open_screen(served.port, people.screen) as screen:
                placed = await _ring(exchange, line)
                await asyncio.sleep(1)
                painted = await screen.painted()
        served.stop()
        counted = sorted(painted, key=lambda each: each.received_ms)[_FIRST_CALLS:]
        if not counted:
            raise RuntimeError(f"no pop-up was counted: {screen.noted}, {screen.complaints}\n{served.log()[-3000:]}")
        return Run(
            painted=counted,
            ways=ways(served.stamps()),
            invited_ns={each.number: each.invited_ns for each in placed},
            placed=len(placed),
            complaints=[*screen.complaints, *served.complaints()],
        )


async def _ring(exchange: Plan, line: str) -> list[Placed]:
    trunk = Trunk(exchange.sip_port)
    await trunk.open(exchange.trunk_port)
    callers = random.Random(5).sample(range(1, CUSTOMERS + 1), CALLS)
    numbers = [number_of(customer) for customer in callers]
    try:
        return await ring_in(
            trunk,
            line,
            numbers,
            calls_per_second=CALLS_PER_SECOND,
            patience_seconds=RING_SECONDS,
            patience_spread=RING_SPREAD,
        )
    finally:
        trunk.close()


def _figures(counted: Counted[Run]) -> list[Figure]:
    runs = counted.results
    whole = [[each.whole_ms for each in run.painted] for run in runs]
    server = [[each.server_ms for each in run.painted] for run in runs]
    floor = [each for run in runs for each in run.floor_ms]
    beside = f"INVITE to AMI: {_both(floor)}" if floor else ""
    shown_as = Counter(each.shown_as for run in runs for each in run.painted)
    return [
        Figure(name="AMI bytes to paint, median", value=_median(whole), unit="ms", at_most=MEDIAN_MS, beside=beside),
        Figure(name="AMI bytes to paint, p99", value=_p99(whole), unit="ms", at_most=P99_MS),
        Figure(name="of it the server, median", value=_median(server), unit="ms", at_most=SERVER_MEDIAN_MS),
        Figure(name="of it the server, p99", value=_p99(server), unit="ms", at_most=SERVER_P99_MS),
        *_step_figures(runs),
        *_page_figures(runs),
        Figure(name="pop-ups counted", value=min(len(run.painted) for run in runs), beside=_counts(shown_as)),
        Figure(
            name="calls without a pop-up",
            value=max(run.placed - _FIRST_CALLS - len(run.painted) for run in runs),
            at_most=0,
        ),
        Figure(
            name="errors in log and page",
            value=sum(len(run.complaints) for run in runs),
            at_most=0,
            beside=next((complaint[:80] for run in runs for complaint in run.complaints), ""),
        ),
    ]


def _step_figures(runs: Sequence[Run]) -> list[Figure]:
    figures = []
    for number, step in enumerate(STEPS):
        times = [way.step_ms[number] for run in runs for way in run.ways]
        if times:
            figures.append(
                Figure(name=f"  {step}", value=median(times), unit="ms", beside=f"p99 {percentile(times, 0.99):.1f}")
            )
    return figures


def _page_figures(runs: Sequence[Run]) -> list[Figure]:
    every = [each for run in runs for each in run.painted]
    heard = [each.heard_ms - each.received_ms - each.server_ms for each in every]
    painted = [each.painted_ms - each.heard_ms for each in every]
    return [
        Figure(
            name="of it written to heard by the page",
            value=median(heard),
            unit="ms",
            beside=f"p99 {percentile(heard, 0.99):.1f}",
        ),
        Figure(
            name="of it heard to painted",
            value=median(painted),
            unit="ms",
            beside=f"p99 {percentile(painted, 0.99):.1f}",
        ),
    ]


def _median(runs: Sequence[Sequence[float]]) -> float:
    return median(median(run) for run in runs)


def _p99(runs: Sequence[Sequence[float]]) -> float:
    return median(percentile(run, 0.99) for run in runs)


def _both(times: Sequence[float]) -> str:
    return f"{median(times):.1f}, p99 {percentile(times, 0.99):.1f} ms"


def _counts(shown_as: Counter[str]) -> str:
    return ", ".join(f"{count} as {name}" for name, count in sorted(shown_as.items()))


if __name__ == "__main__":
    sys.exit(main())
