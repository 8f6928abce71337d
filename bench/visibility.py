"""What visibility costs: the pages of the list, the card and the search among a million customers on both databases, as
somebody sees them whose records are limited and whose fields are veiled, beside somebody who sees everything. Both look
at the same pages, one after the other, in the same run. The bar is on the ratio of the medians of each pair."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench.harness import Figure, closing, measured, median
from bench.scene.database import databases
from bench.search import ask

TIMES_ALL = 1.15
ROUNDS = 40


def main() -> int:
    codes = []
    with databases("visibility") as found:
        for name, url in found.items():
            print(f"\n{name}", flush=True)
            counted = measured(partial(ask, url, "bench.visibility_pages", ROUNDS), runs=3)
            codes.append(closing(f"visibility on {name}", figures(counted.results), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]]) -> list[Figure]:
    """The median of the runs' ratios; beside it the milliseconds of the pair."""
    shown = []
    for page in results[0]:
        pairs = [(median(result[page]["limited"]), median(result[page]["all"])) for result in results]
        limited, everything = (median(side) for side in zip(*pairs, strict=True))
        beside = f"{limited:.1f} ms beside {everything:.1f} ms of who sees everything"
        value = median(of_limited / of_all for of_limited, of_all in pairs)
        shown.append(Figure(name=page, value=value, unit="times", at_most=TIMES_ALL, beside=beside))
    return shown


if __name__ == "__main__":
    sys.exit(main())
