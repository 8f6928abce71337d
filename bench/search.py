"""Search as one types, letter by letter, among a million customers on both databases.

Names in five groups of scripts, names with a typing error, numbers, their middles and ends, mails, orders, own fields,
and a user who may see fifty customers of the million. The bar is on the 95th of a hundred answers of each kind, and on
whether the customer who was meant is among the first eight. Beside it stand the floor (reading eight known customers)
and the usual way (asking the database for names with a text anywhere in them).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bench.harness import Figure, closing, measured, median, percentile
from bench.scene.database import CUSTOMERS, databases
from bench.search_typed import FEW

ROUNDS = 20
P95_MS = 50
# What is not expected to find the one that was meant: many have the same.
_SHARED = {"own field", "middle of a number", "last four digits", FEW}
_MET = {"misspelt name": 0.9}


def main() -> int:
    codes = []
    with databases("search") as found:
        for name, url in found.items():
            print(f"\n{name}", flush=True)
            counted = measured(partial(ask, url, "bench.search_typed"), runs=3)
            codes.append(closing(f"search on {name}", figures(counted.results), counted))
    return max(codes, default=2)


def figures(results: list[dict[str, Any]]) -> list[Figure]:
    """Medians of the runs; of how often somebody was found, the worst run."""
    shown = []
    for kind in results[0]["kinds"]:
        runs = [result["kinds"][kind] for result in results]
        took = [run["ms"] for run in runs]
        shown.append(
            Figure(
                name=f"{kind}, p95",
                value=median(percentile(ms, 0.95) for ms in took),
                unit="ms",
                at_most=P95_MS,
                beside=f"half within {median(map(median, took)):.1f}, slowest {max(map(max, took)):.1f}",
            )
        )
        met = min(run["met"] for run in runs) * 100
        bar = None if kind in _SHARED else 100 * _MET.get(kind, 1.0)
        shown.append(Figure(name=f"{kind}, found in the first eight", value=met, unit="%", at_least=bar))
    floor, peer = (median(ms for result in results for ms in result[name]) for name in ("floor", "peer"))
    shown.append(Figure(name="floor: eight known customers", value=floor, unit="ms"))
    shown.append(Figure(name="peer: LIKE over every name", value=peer, unit="ms"))
    return shown


def ask(url: str, module: str, rounds: int = ROUNDS) -> dict[str, Any]:
    """What the module prints, run on this database."""
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "CALLCARD_DATABASE_URL": url, "CALLCARD_DATA_DIR": str(root / ".cache/bench/var")}
    environment |= {"DJANGO_SETTINGS_MODULE": "callcard.config.settings", "PYTHONPATH": f"{root / 'src'}:{root}"}
    command = [sys.executable, "-m", module, str(CUSTOMERS), str(rounds)]
    told = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, cwd=root).stdout
    result: dict[str, Any] = json.loads(told)
    return result


if __name__ == "__main__":
    sys.exit(main())
