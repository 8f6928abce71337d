"""Wake-ups between who writes something and who reads it, within one process.

Another process needs none: readers look by themselves every second, so a wake-up only saves waiting.
"""

from __future__ import annotations

from typing import Protocol


class Wakeup(Protocol):
    """Such as a threading.Event."""

    def set(self) -> None: ...


class Wakeups:
    def __init__(self) -> None:
        self._registered: set[Wakeup] = set()

    def register(self, wakeup: Wakeup) -> None:
        self._registered.add(wakeup)

    def unregister(self, wakeup: Wakeup) -> None:
        self._registered.discard(wakeup)

    def wake(self) -> None:
        for wakeup in tuple(self._registered):
            wakeup.set()
