"""What a simulated PBX is made of. It knows no customers: their numbers are given to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Numbers = Sequence[str] | Callable[[], Sequence[str]]

# 555-01xx of any area code belongs to nobody: it is set aside for films and demos.
_AREAS = ("206", "212", "213", "303", "312", "404", "415", "512", "617", "702")


def fictional_number(chance: random.Random) -> str:
    """A number in E.164 that no customer has."""
    return f"+1{chance.choice(_AREAS)}555{chance.randint(100, 199):04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Durations are in seconds. A callable is asked anew for every call, so new customers call too."""

    extensions: Numbers = ("101", "102", "103", "104", "105", "106")
    known_numbers: Numbers = ()
    lines: Numbers = ("+12025550100",)  # the company's own numbers
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)  # ring group or queue -> its extensions
    mean_interval: float = 6.0  # between two calls; 0: nobody calls unless a test says so
    calls_at_once: int = 4
    known_share: float = 0.8
    withheld_share: float = 0.05
    shortest_talk: float = 5.0
    longest_talk: float = 40.0
    speed: float = 1.0  # 10: everything takes a tenth of the time
    seed: int = 1
    unknown_number: Callable[[random.Random], str] = fictional_number

    def numbers(self, given: Numbers) -> Sequence[str]:
        """The present content of one of the lists above."""
        return given() if callable(given) else given
