"""A PBX asks who calls: over HTTP and over FastAGI, 50 times a second of each kind together, among a million customers.

On SQLite and PostgreSQL. Callcard runs as a process of its own. The floors are measured in the same run: the bare
query, an HTTP request that is refused at once, and a FastAGI talk about a withheld number, both answered without the
database. `CALLCARD_BENCH_LOOKUPS` makes it shorter for a trial, `CALLCARD_BENCH_DATABASE` takes one database.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.card import callers
from bench.harness import Counted, Figure, closing, measured, median, percentile
from bench.scene.database import CUSTOMERS, databases
from bench.scene.exchange import link_options, plan
from bench.scene.served import Served
from lab.ports import free_port

LOOKUPS = int(os.environ.get("CALLCARD_BENCH_LOOKUPS", "3000"))
A_SECOND = 50
AT_MOST_MS = 20.0
_FIRST = 100  # not counted: caches fill, statements are prepared
_HEAD = "agi_network: yes\nagi_network_script: lookup\nagi_request: agi://127.0.0.1/lookup\nagi_callerid: {}\n\n"


@dataclass(frozen=True, slots=True)
class Run:
    """Milliseconds of each look-up by the way it was asked; `wrong`: answers without the name that was due."""

    took: dict[str, list[float]]
    wrong: int
    complaints: list[str]


def main() -> int:
    with databases("lookup") as found:
        return max(_bench(name, url) for name, url in found.items())


def _bench(name: str, url: str) -> int:
    counted = measured(lambda: _one_run(url), runs=1, tries=3)
    return closing(f"name-lookup on {name}, {CUSTOMERS:,} customers", _figures(counted), counted)


def _one_run(url: str) -> Run:
    exchange, names_port = plan(), free_port()
    options = json.dumps(json.loads(link_options(exchange)) | {"agi_address": f"127.0.0.1:{names_port}"})
    with tempfile.TemporaryDirectory(prefix="bench-lookup-") as folder:
        served = _Served(url, Path(folder), options)
        with served:
            made = json.loads(served.run("bench.name_lookup_query", str(CUSTOMERS), str(min(LOOKUPS, 2000))))
            took, wrong = asyncio.run(_ask_all(_Ways(served.port, names_port, made["key"])))
            complaints = served.complaints()
    return Run({"query": made["query"][_FIRST:], **took}, wrong, complaints)


class _Served(Served):
    """Its exchange does not run, so it is up when it answers."""

    def run(self, module: str, *arguments: str) -> bytes:
        return self._run(module, *arguments)

    def _wait(self, words: str) -> None:
        super()._wait("link to")


@dataclass(frozen=True, slots=True)
class _Ways:
    """Each asks once and says whether it was told a name."""

    http_port: int
    names_port: int
    key: str

    async def http(self, number: str) -> bool:
        return await self._get(f"/pbx/{self.key}/lookup", number)

    async def http_floor(self, number: str) -> bool:
        """A method that is refused at once."""
        return not await self._get("/pbx/lookup", number, method="OPTIONS")

    async def _get(self, path: str, number: str, method: str = "GET") -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.http_port)
        question = f"{method} {path}?number={quote(number)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        writer.write(question.encode())
        answer = await reader.read()
        writer.close()
        return answer.startswith(b"HTTP/1.1 200") and len(answer.rpartition(b"\r\n")[2]) > len("0,,")

    async def agi(self, number: str) -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.names_port)
        writer.write(_HEAD.format(number).encode())
        is_named = False
        while line := await reader.readline():
            is_named = is_named or line.startswith(b"SET VARIABLE CALLERID(name)")
            writer.write(b"200 result=1\n")
        writer.close()
        return is_named

    async def agi_floor(self, _number: str) -> bool:
        return not await self.agi("unknown")


async def _ask_all(ways: _Ways) -> tuple[dict[str, list[float]], int]:
    """Half of the asked rate by HTTP, half by FastAGI, together; then the floors in the same way."""
    numbers = [number for _, number in callers(CUSTOMERS, LOOKUPS)]
    await _await_listening(ways.names_port)
    http, agi = await asyncio.gather(_steadily(ways.http, numbers), _steadily(ways.agi, numbers))
    http_floor, agi_floor = await asyncio.gather(
        _steadily(ways.http_floor, numbers), _steadily(ways.agi_floor, numbers)
    )
    ways_taken = {"http": http, "agi": agi, "http_floor": http_floor, "agi_floor": agi_floor}
    wrong = sum(not is_right for answers in ways_taken.values() for _, is_right in answers)
    return {name: [ms for ms, _ in answers][_FIRST:] for name, answers in ways_taken.items()}, wrong


async def _await_listening(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("nobody answers FastAGI")


async def _steadily(ask: Callable[[str], Awaitable[bool]], numbers: Sequence[str]) -> list[tuple[float, bool]]:
    """(milliseconds, whether the answer was right), begun at even moments, however long the others take."""

    async def once(number: str) -> tuple[float, bool]:
        began = time.perf_counter()
        is_right = await ask(number)
        return (time.perf_counter() - began) * 1000, is_right

    begun, start = [], time.perf_counter()
    for place, number in enumerate(numbers):
        await asyncio.sleep(max(0.0, start + place * 2 / A_SECOND - time.perf_counter()))
        begun.append(asyncio.create_task(once(number)))
    return list(await asyncio.gather(*begun))


def _figures(counted: Counted[Run]) -> list[Figure]:
    shown = []
    for name, way in (("HTTP", "http"), ("FastAGI", "agi")):
        took, floor = _of(counted, way), _of(counted, f"{way}_floor")
        beside = f"empty answer: half within {median(floor):.2f}, p99 {percentile(floor, 0.99):.2f} ms"
        p99 = percentile(took, 0.99)
        shown.append(Figure(name=f"look-up by {name}, p99", value=p99, unit="ms", at_most=AT_MOST_MS, beside=beside))
        shown.append(Figure(name="  median", value=median(took), unit="ms"))
    query = _of(counted, "query")
    shown.append(Figure(name="the query alone, p99", value=percentile(query, 0.99), unit="ms"))
    shown.append(Figure(name="  median", value=median(query), unit="ms"))
    shown.append(Figure(name="wrong answers", value=sum(run.wrong for run in counted.results), at_most=0))
    complaints = [complaint for run in counted.results for complaint in run.complaints]
    beside = next(iter(complaints), "")[:80]
    shown.append(Figure(name="errors in the log", value=len(complaints), at_most=0, beside=beside))
    return shown


def _of(counted: Counted[Run], way: str) -> list[float]:
    return [ms for run in counted.results for ms in run.took[way]]


if __name__ == "__main__":
    sys.exit(main())
