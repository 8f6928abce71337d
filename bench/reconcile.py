"""100,000 rows of Asterisk's own record into the log, on both databases.

The record is that of an office with groups that ring at once, transfers and calls that nobody answers, none of which
was seen. `CALLCARD_BENCH_ROWS` makes it shorter for a trial, `CALLCARD_BENCH_DATABASE` takes one database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.harness import Figure, closing, measured
from bench.reconcile_rows import write_rows
from bench.scene.database import databases
from bench.seed import ROOT

ROWS = int(os.environ.get("CALLCARD_BENCH_ROWS", "100000"))
AT_MOST_SECONDS = 60.0
AT_MOST_WRITE_MS = 50.0
AT_MOST_GROWTH_MB = 60.0


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    cpu_seconds: float
    again_seconds: float
    rows: int
    added: int
    added_again: int
    expected: int
    longest_write_ms: float
    growth_mb: float


def main() -> int:
    with databases("reconcile") as found:
        return max(_bench(name, url) for name, url in found.items())


def _bench(name: str, url: str) -> int:
    counted = measured(lambda: _one_run(url), runs=1, tries=2)
    run = counted.results[-1]
    figures = [
        Figure(
            name=f"{run.rows:,} rows compared",
            value=run.seconds,
            unit="s",
            at_most=AT_MOST_SECONDS * ROWS / 100_000,
            beside=f"{run.cpu_seconds:.1f} s of CPU, {run.added:,} calls added",
        ),
        Figure(name="  longest write", value=run.longest_write_ms, unit="ms", at_most=AT_MOST_WRITE_MS),
        Figure(name="  memory grew by", value=run.growth_mb, unit="MB", at_most=AT_MOST_GROWTH_MB),
        Figure(name="calls missing or too many", value=abs(run.added - run.expected), at_most=0),
        Figure(name="calls added by a second reading", value=run.added_again, at_most=0),
        Figure(name="the second reading, of the last hours", value=run.again_seconds, unit="s"),
    ]
    return closing(f"reconcile on {name}, {ROWS:,} rows", figures, counted)


def _one_run(url: str) -> Run:
    with tempfile.TemporaryDirectory(prefix="bench-reconcile-") as folder:
        path = Path(folder) / "Master.csv"
        rows, calls = write_rows(path, ROWS)
        environment = {
            **os.environ,
            "CALLCARD_DATABASE_URL": url,
            "CALLCARD_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }
        command = [sys.executable, "-m", "bench.reconcile_run", str(path)]
        said = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        return Run(rows=rows, expected=calls, **json.loads(said.splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main())
