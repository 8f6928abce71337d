"""Pages of the lists of customers and orders, filtered, ordered and grouped, among a million and three million on both
databases: first, next ones, last; as an owner sees them, and as managers do who see only their own customers."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench.harness import Figure, closing, measured, median, percentile
from bench.scene.database import databases
from bench.search import ask

PAGE_MS = 150
ROUNDS = 5


def main() -> int:
    codes = []
    with databases("list") as found:
        for name, url in found.items():
            print(f"\n{name}", flush=True)
            counted = measured(partial(ask, url, "bench.list_pages", ROUNDS), runs=3)
            codes.append(closing(f"list on {name}", figures(counted.results), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]]) -> list[Figure]:
    """Medians of the runs, and the slowest page of all beside them."""
    shown = []
    for name in results[0]:
        for place in ("first", "middle", "last"):
            runs = [result[name][place] for result in results]
            took = [ms for run in runs for ms in run]
            beside = f"half within {median(took):.1f}, slowest {max(took):.1f}"
            value = median(percentile(run, 0.95) for run in runs)
            shown.append(Figure(name=f"{name}, {place}, p95", value=value, unit="ms", at_most=PAGE_MS, beside=beside))
    return shown


if __name__ == "__main__":
    sys.exit(main())
