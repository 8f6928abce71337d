"""The customer's card as a window, among a million customers on both databases: the whole answer of the server.

Asked through Django's handler in process, middleware, session, visibility and templates included; what the network and
the ASGI server add is measured by the bench `ring`. Besides customers as they come: one with 5,000 entries on the
timeline, its deeper pages, and the parts drawn anew after a change.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench.harness import Figure, closing, measured, percentile
from bench.scene.database import databases
from bench.search import ask

AT_MOST_MS = 60


def main() -> int:
    codes = []
    with databases("open_card") as found:
        for name, url in found.items():
            print(f"\n{name}", flush=True)
            counted = measured(partial(ask, url, "bench.open_card_pages"), runs=3)
            codes.append(closing(f"open-card on {name}", figures(counted.results), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]]) -> list[Figure]:
    shown = []
    for name in results[0]:
        took = [ms for result in results for ms in result[name]]
        beside = f"half within {percentile(took, 0.5):.1f}"
        value = percentile(took, 0.95)
        shown.append(Figure(name=f"{name}, p95", value=value, unit="ms", at_most=AT_MOST_MS, beside=beside))
    return shown


if __name__ == "__main__":
    sys.exit(main())
