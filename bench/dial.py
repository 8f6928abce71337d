"""From the click on a number to the INVITE at one's own desk phone, on a real Asterisk and in a real Chromium.

The floor is measured in the same run, turn and turn about: the same Originate, sent straight to the manager interface
over a connection of its own, to the INVITE at the same phone. What is above it is Callcard's. Each call is cancelled
as soon as the phone has its INVITE. A million customers are in the database, and the numbers that are clicked are
theirs. `CALLCARD_BENCH_CALLS` makes it shorter for a trial, `CALLCARD_BENCH_DATABASE` takes one database.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import Counted, Figure, closing, measured, median, percentile
from bench.scene.database import CUSTOMERS, databases
from bench.scene.exchange import link_options
from bench.scene.screen import open_screen
from bench.scene.served import Served
from bench.seed import number_of
from lab.ami import Ami
from lab.asterisk.plan import EVERYTHING, Plan
from lab.asterisk.run import Asterisk
from lab.phones.phone import Phone

CALLS = int(os.environ.get("CALLCARD_BENCH_CALLS", "200"))
RUNS = int(os.environ.get("CALLCARD_BENCH_RUNS", "1"))
EXTENSION = "301"
ABOVE_MS = 50.0
_FIRST_CALLS = 5  # not counted: caches fill, statements are prepared
_REST_SECONDS = 0.25

# The moment of the click in the clock that the phones use is not known to the page; how long before now it was, is.
_CLICK = """(number) => {
  const link = Object.assign(document.createElement("a"), { href: `tel:${number}` });
  document.body.append(link);
  window.benchClickedAt = performance.now();
  link.click();
  link.remove();
}"""
_SINCE_CLICK = "() => performance.now() - window.benchClickedAt"


@dataclass(frozen=True, slots=True)
class Run:
    """Milliseconds. `floors`: AMI action sent to INVITE; `clicks`: click to INVITE."""

    floors: list[float]
    clicks: list[float]
    complaints: list[str]


def main() -> int:
    with databases("dial") as found:
        return max(_bench(name, url) for name, url in found.items())


def _bench(name: str, url: str) -> int:
    counted = measured(lambda: asyncio.run(_one_run(url)), runs=RUNS, tries=RUNS + 2)
    return closing(f"dial on {name}, {CUSTOMERS:,} customers", _figures(counted), counted)


async def _one_run(url: str) -> Run:
    exchange = Plan(phones=(EXTENSION,), static_phones=(), web_phones=(), rings={}, queues={}, lines={})
    with (
        tempfile.TemporaryDirectory(prefix="bench-dial-") as folder,
        Asterisk(exchange),
        Served(url, Path(folder), _options(exchange)) as served,
    ):
        people = served.sign_in(EXTENSION, 0)
        served.lift_limits()
        phone = await Phone(EXTENSION, exchange.sip_port).open()
        ami = Ami()
        await ami.connect(exchange.ami_port, EVERYTHING.name, EVERYTHING.secret)
        try:
            async with open_screen(served.port, people.screen) as screen:
                floors, clicks = await _turn_about(phone, ami, screen.page)
                complaints = [*screen.complaints, *served.complaints()]
        finally:
            await ami.close()
            phone.close()
        return Run(floors[_FIRST_CALLS:], clicks[_FIRST_CALLS:], complaints)


def _options(exchange: Plan) -> str:
    return link_options(exchange).replace("{", '{"dial_context": "internal", ', 1)


async def _turn_about(phone: Phone, ami: Ami, page: Any) -> tuple[list[float], list[float]]:
    callees = random.Random(7).sample(range(1, CUSTOMERS + 1), CALLS + _FIRST_CALLS)
    floors, clicks = [], []
    for count, customer in enumerate(callees):
        number = number_of(customer)
        floors.append(await _floor(phone, ami, number, count))
        clicks.append(await _click(phone, page, number))
    return floors, clicks


async def _floor(phone: Phone, ami: Ami, number: str, count: int) -> float:
    leg = f"bench-{count}"
    sent = time.monotonic_ns()
    await ami.ask(
        "Originate",
        Channel=f"PJSIP/{EXTENSION}",
        Context="internal",
        Exten=number,
        Priority="1",
        CallerID=f"<{number}>",
        Timeout="30000",
        Async="true",
        ChannelId=leg,
    )
    call = await phone.next_call()
    await ami.ask("Hangup", Channel=leg)
    await call.ended.wait()
    await asyncio.sleep(_REST_SECONDS)
    return (call.invited_ns - sent) / 1e6


async def _click(phone: Phone, page: Any, number: str) -> float:
    """What the page has counted since the click, less what passed since the INVITE."""
    await page.evaluate(_CLICK, number)
    call = await phone.next_call()
    since_click = await page.evaluate(_SINCE_CLICK)
    took = since_click - (time.monotonic_ns() - call.invited_ns) / 1e6
    await page.locator("placed-calls [data-placed=cancel]").first.click()
    await call.ended.wait()
    await asyncio.sleep(_REST_SECONDS)
    return float(took)


def _figures(counted: Counted[Run]) -> list[Figure]:
    runs = counted.results
    floor, click = _median([run.floors for run in runs]), _median([run.clicks for run in runs])
    return [
        Figure(
            name="click to INVITE above the PBX's own time, median",
            value=click - floor,
            unit="ms",
            at_most=ABOVE_MS,
            beside=f"click {click:.1f}, Originate {floor:.1f} ms",
        ),
        Figure(name="click to INVITE, p99", value=_p99([run.clicks for run in runs]), unit="ms"),
        Figure(name="Originate to INVITE, p99", value=_p99([run.floors for run in runs]), unit="ms"),
        Figure(name="calls clicked", value=min(len(run.clicks) for run in runs)),
        Figure(
            name="errors in log and page",
            value=sum(len(run.complaints) for run in runs),
            at_most=0,
            beside=next((complaint[:80] for run in runs for complaint in run.complaints), ""),
        ),
    ]


def _median(runs: Sequence[Sequence[float]]) -> float:
    return median(median(run) for run in runs)


def _p99(runs: Sequence[Sequence[float]]) -> float:
    return median(percentile(run, 0.99) for run in runs)


if __name__ == "__main__":
    sys.exit(main())
