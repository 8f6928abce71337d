"""What is asked for over and over and hardly ever changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The answer of `read`, asked anew after `seconds`: what another process changes is seen that late at the most."""

    def __init__(self, read: Callable[[], T], *, seconds: float = 2.0) -> None:
        self._read = read
        self._seconds = seconds
        self._kept: tuple[float, T] | None = None

    def get(self) -> T:
        kept = self._kept
        if kept is None or time.monotonic() - kept[0] > self._seconds:
            kept = self._kept = (time.monotonic(), self._read())
        return kept[1]

    def forget(self) -> None:
        """This process has just changed what is read."""
        self._kept = None
