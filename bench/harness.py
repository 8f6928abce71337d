"""What every bench does the same way: count only runs on a quiet machine, take medians, compare with the bars.

def main() -> int:
    counted = measured(one_run, runs=3)
    return closing("card", [Figure(name="number to card", value=median(r.card_ms for r in counted.results),
                                   unit="ms", at_most=1)], counted)
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bench.load import ForeignLoad
from bench.table import Figure, table

__all__ = ["Conditions", "Counted", "Figure", "calibrate", "closing", "measured", "median", "percentile"]

FOREIGN_SHARE = 0.20
CALIBRATION_SPREAD = 0.15
_CALIBRATION_LOOPS = 400_000

Result = TypeVar("Result")


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0.99) of the values do not exceed. Raises ValueError on none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def calibrate() -> float:
    """Milliseconds for a fixed piece of work in one thread: the median of five."""
    return median(_fixed_work_ms() for _ in range(5))


def _fixed_work_ms() -> float:
    began = time.perf_counter()
    total = 0
    for number in range(_CALIBRATION_LOOPS):
        total += number & 7
    return (time.perf_counter() - began) * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the machine was like during one run."""

    foreign_share: float  # of the whole machine
    calibration_before_ms: float
    calibration_after_ms: float

    @property
    def calibration_spread(self) -> float:
        both = (self.calibration_before_ms, self.calibration_after_ms)
        return max(both) / min(both) - 1

    @property
    def are_quiet(self) -> bool:
        return self.foreign_share < FOREIGN_SHARE and self.calibration_spread <= CALIBRATION_SPREAD

    def __str__(self) -> str:
        before, after = self.calibration_before_ms, self.calibration_after_ms
        return f"foreign load {self.foreign_share:.0%}, calibration {before:.1f} ms before and {after:.1f} ms after"


@dataclass(frozen=True, slots=True)
class Counted(Generic[Result]):
    """The runs that count, with their conditions; when none was quiet, the last one and `is_quiet` False."""

    results: list[Result]
    conditions: list[Conditions]
    is_quiet: bool


def measured(
    run: Callable[[], Result],
    *,
    runs: int = 3,
    tries: int = 0,
    rest_seconds: float = 5,
    also_ours: Iterable[int] = (),
) -> Counted[Result]:
    """Runs until `runs` of them were quiet, at most `tries` times (twice as often when not given)."""
    kept: list[tuple[Result, Conditions]] = []
    last: tuple[Result, Conditions] | None = None
    for attempt in range(tries or 2 * runs):
        if attempt:
            time.sleep(rest_seconds)
        last = _once(run, also_ours)
        print(f"run {attempt + 1}: {last[1]}{'' if last[1].are_quiet else ': not counted'}", flush=True)
        if last[1].are_quiet:
            kept.append(last)
        if len(kept) == runs:
            break
    chosen = kept or ([last] if last else [])
    return Counted([result for result, _ in chosen], [conditions for _, conditions in chosen], bool(kept))


def _once(run: Callable[[], Result], also_ours: Iterable[int]) -> tuple[Result, Conditions]:
    before = calibrate()
    others = ForeignLoad(also_ours)
    result = run()
    share = others.share()
    return result, Conditions(foreign_share=share, calibration_before_ms=before, calibration_after_ms=calibrate())


def closing(name: str, figures: list[Figure], counted: Counted[Result]) -> int:
    """Prints the table. 0: every bar cleared; 1: something is short; 2: no run was quiet enough to tell."""
    print(f"\n{name}: {len(counted.results)} run{'s' if len(counted.results) != 1 else ''}\n{table(figures)}")
    if not counted.is_quiet:
        print("no run was quiet enough to count")
        return 2
    short = [figure.name for figure in figures if figure.is_short]
    print(f"short: {', '.join(short)}" if short else "every bar cleared")
    return 1 if short else 0
