"""The wake-up between who writes events and who reads them, within one process.

Another process needs none: readers look by themselves every second, so a wake-up only saves waiting.
"""

from __future__ import annotations

from typing import Protocol


class Wakeup(Protocol):
    """Such as a threading.Event."""

    def set(self) -> None: ...


_wakeups: set[Wakeup] = set()


def register(wakeup: Wakeup) -> None:
    _wakeups.add(wakeup)


def unregister(wakeup: Wakeup) -> None:
    _wakeups.discard(wakeup)


def wake_readers() -> None:
    for wakeup in tuple(_wakeups):
        wakeup.set()
