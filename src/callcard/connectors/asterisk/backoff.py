"""How long to wait before the next try."""

from __future__ import annotations

import random


class Backoff:
    """Doubles from `first` to `longest` seconds; chance shortens each wait by up to a quarter.

    Chance keeps several programs from all knocking at the moment their PBX comes back.
    """

    def __init__(self, first: float = 0.2, longest: float = 30.0, *, chance: random.Random | None = None) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance or random.Random()
        self._next = first

    def reset(self) -> None:
        self._next = self._first

    def seconds(self) -> float:
        """The next wait."""
        wait, self._next = self._next, min(self._next * 2, self._longest)
        return wait * self._chance.uniform(0.75, 1.0)
