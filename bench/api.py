"""What the API costs: reads by a program with a token beside bare Django views that send the same bytes, in the same
run, on both databases. The bar is on the ratio of the medians."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench.harness import Figure, closing, measured, median
from bench.scene.database import databases
from bench.search import ask

TIMES_BARE = 2.0
ROUNDS = 300


def main() -> int:
    codes = []
    with databases("api") as found:
        for name, url in found.items():
            print(f"\n{name}", flush=True)
            counted = measured(partial(ask, url, "bench.api_reads", ROUNDS), runs=3)
            codes.append(closing(f"api on {name}", figures(counted.results), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]]) -> list[Figure]:
    """The median of the runs' ratios; beside it the milliseconds."""
    shown = []
    for read in (name for name in results[0] if "api" in results[0][name]):
        runs = [{way: median(took) for way, took in result[read].items()} for result in results]
        ms = {way: median(run[way] for run in runs) for way in runs[0]}
        beside = f"{ms['api']:.2f} ms beside {ms['bare']:.2f} ms; {ms['compiled']:.2f} ms with compiled statements"
        value = median(run["api"] / run["bare"] for run in runs)
        shown.append(Figure(name=f"{read}, times a bare view", value=value, at_most=TIMES_BARE, beside=beside))
    floor = median(median(result["bytes"]["bare"]) for result in results)
    shown.append(Figure(name="floor: bytes that nobody reads", value=floor, unit="ms"))
    return shown


if __name__ == "__main__":
    sys.exit(main())
