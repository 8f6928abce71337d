"""How often a program may ask. Counted in each process by itself."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Left:
    """`asks`: how many more are answered in this minute, -1 when this one is one too many. `seconds`: until it ends."""

    asks: int
    seconds: int


class Rate:
    """At most `most` asks of each who in a minute."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._begun = 0.0
        self._asked: dict[Hashable, int] = {}
        self._lock = Lock()

    def count(self, who: Hashable) -> Left:
        """Counts this ask, too."""
        now = time.monotonic()
        with self._lock:
            if now - self._begun >= MINUTE:
                self._begun, self._asked = now, {}
            asked = self._asked[who] = self._asked.get(who, 0) + 1
            ends = self._begun + MINUTE
        return Left(max(-1, self.most - asked), max(1, round(ends - now)))

    def forget(self) -> None:
        """Everybody begins anew."""
        with self._lock:
            self._begun, self._asked = 0.0, {}
