"""The wake-up between who begins a job and the workers of the same process.

Workers of other processes need none: they look by themselves every second.
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


def wake_workers() -> None:
    for wakeup in tuple(_wakeups):
        wakeup.set()
