"""Taking 100,000 rows of a CSV file into a company that has a million customers: read, checked, written, taken back.

A tenth of the rows are customers who are here already (and are left alone, as is usual; IMPORT_DUPLICATES=fill fills
them in), a hundredth cannot be taken. Bars: reading and writing together, the longest write transaction, for which a
ringing call may have to wait on SQLite, and how much the memory grows.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench.harness import Figure, closing, measured, median
from bench.scene.database import databases
from bench.search import ask

SECONDS = 60
LONGEST_WRITE_MS = 50
GROWTH_MB = 60


def main() -> int:
    codes = []
    with databases("import") as found:
        for name, url in found.items():
            print(f"\n{name}", flush=True)
            counted = measured(partial(ask, url, "bench.import_rows"), runs=3)
            longest = LONGEST_WRITE_MS if name == "SQLite" else None
            codes.append(closing(f"import on {name}", figures(counted.results, longest), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]], longest_write_ms: float | None) -> list[Figure]:
    def middle(key: str) -> float:
        return median(result[key] for result in results)

    whole = median(result["read"] + result["write"] for result in results)
    rows = int(results[0]["rows"])
    return [
        Figure(name=f"{rows} rows read and written", value=whole, unit="s", at_most=SECONDS),
        Figure(name="of that, writing", value=middle("write"), unit="s"),
        Figure(name="checked before", value=middle("check"), unit="s", at_most=SECONDS),
        Figure(name="taken back", value=middle("undo"), unit="s"),
        Figure(name="longest write, p99", value=middle("write_p99_ms"), unit="ms", at_most=longest_write_ms),
        Figure(name="longest write", value=middle("write_longest_ms"), unit="ms"),
        Figure(name="memory grown", value=middle("grown_mb"), unit="MB", at_most=GROWTH_MB),
    ]


if __name__ == "__main__":
    sys.exit(main())
