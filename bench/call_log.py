"""Pages of the log of ten million calls, by every filter that it offers, on both databases: first, next ones, last."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench.harness import Figure, closing, measured, median, percentile
from bench.scene.database import databases_to_read
from bench.search import ask
from bench.seed_calls import A_YEAR_OF_CALLS, CALLS

PAGE_MS = 150
ROUNDS = 2


def main() -> int:
    codes = []
    with databases_to_read(CALLS, A_YEAR_OF_CALLS) as found:
        for name, url in found.items():
            print(f"\n{name}, {CALLS} calls", flush=True)
            counted = measured(partial(ask, url, "bench.call_log_pages", ROUNDS), runs=3)
            codes.append(closing(f"call-log on {name}", figures(counted.results), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]]) -> list[Figure]:
    """Medians of the runs: in the first one most is read from the disk, which the slowest page beside it tells."""
    shown = []
    for name in results[0]:
        for place in ("first", "middle", "last"):
            runs = [result[name][place] for result in results]
            took = [ms for run in runs for ms in run]
            cut = sum(result[name]["cut"] for result in results)
            beside = f"half within {median(took):.1f}, slowest {max(took):.1f}"
            beside += f", {cut} pages not looked through" if cut else ""
            later = median(ms for result in results for ms in result[name]["later"])
            beside += f", groups after it {later:.0f}" if later and place == "first" else ""
            value = median(percentile(run, 0.95) for run in runs)
            shown.append(Figure(name=f"{name}, {place}, p95", value=value, unit="ms", at_most=PAGE_MS, beside=beside))
    return shown


if __name__ == "__main__":
    sys.exit(main())
