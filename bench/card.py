"""Number -> whose it is -> the full card, in process, at a million customers with 1.5 million phones.

On SQLite and PostgreSQL: see bench.scene.database.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.harness import Figure, closing, measured, median, percentile
from bench.scene.database import CUSTOMERS, databases
from bench.seed import CACHE, number_of, second_number_of

AT_MOST_MS = 1.0
RINGS = 2000
_FIRST_RINGS = 50  # not counted: caches fill, statements are prepared


@dataclass(frozen=True, slots=True)
class Run:
    """Milliseconds of each ring."""

    match: list[float]
    card: list[float]
    unknown: list[float]

    @property
    def whole(self) -> list[float]:
        return [match + card for match, card in zip(self.match, self.card, strict=True)]


def main() -> int:
    with databases("card") as found:
        return max(_bench(name, url, CUSTOMERS) for name, url in found.items())


def _bench(name: str, url: str, customers: int) -> int:
    counted = measured(lambda: _run_in_process_of_its_own(url, customers), runs=3)
    whole = [median(run.whole) for run in counted.results]
    figures = [
        Figure(name="number to card, median", value=median(whole), unit="ms", at_most=AT_MOST_MS),
        Figure(name="  p99", value=median(percentile(run.whole, 0.99) for run in counted.results), unit="ms"),
        Figure(name="  of it number to customer", value=median(median(r.match) for r in counted.results), unit="ms"),
        Figure(name="  of it customer to card", value=median(median(r.card) for r in counted.results), unit="ms"),
        Figure(name="unknown number", value=median(median(r.unknown) for r in counted.results), unit="ms"),
    ]
    return closing(f"card on {name}, {customers:,} customers", figures, counted)


def _run_in_process_of_its_own(url: str, customers: int) -> Run:
    """Django has one database a process."""
    environment = {**os.environ, "CALLCARD_DATABASE_URL": url, "CALLCARD_DATA_DIR": str(CACHE / "var")}
    root = Path(__file__).resolve().parent.parent
    environment |= {"DJANGO_SETTINGS_MODULE": "callcard.config.settings", "PYTHONPATH": f"{root / 'src'}:{root}"}
    command = [sys.executable, "-m", "bench.card_rings", str(customers), str(RINGS + _FIRST_RINGS)]
    told = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, cwd=root).stdout
    values = json.loads(told)
    return Run(*(values[name][_FIRST_RINGS:] for name in ("match", "card", "unknown")))


def callers(customers: int, rings: int) -> list[tuple[int, str]]:
    """(customer, number as a PBX sends it) in several writings; the same every time."""
    chosen = random.Random(8)
    found = []
    for ring in range(rings):
        customer = chosen.randrange(1, customers + 1)
        number = second_number_of(customer) if customer % 2 == 0 and ring % 3 == 0 else number_of(customer)
        found.append((customer, (number, number[1:], "0" + number[4:], "00" + number[1:])[ring % 4]))
    return found


if __name__ == "__main__":
    sys.exit(main())
