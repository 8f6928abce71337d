"""How long to wait before the next try."""

from __future__ import annotations

import random

FIRST = 0.2
LONGEST = 30.0


class Backoff:
    """Doubles from FIRST to LONGEST seconds; each wait is shortened by chance by up to a half.

    Chance keeps the desks of a company from all knocking at the moment their PBX comes back.
    """

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random()  # noqa: S311
        self._next = FIRST

    def reset(self) -> None:
        self._next = FIRST

    def seconds(self) -> float:
        """The next wait."""
        wait, self._next = self._next, min(self._next * 2, LONGEST)
        return wait * self._chance.uniform(0.5, 1.0)
