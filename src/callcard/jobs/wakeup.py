"""The wake-up between who begins a job and the workers of the same process.

Workers of other processes need none: they look by themselves every second.
"""

from __future__ import annotations

import threading

_wakeups: set[threading.Event] = set()


def register(wakeup: threading.Event) -> None:
    _wakeups.add(wakeup)


def unregister(wakeup: threading.Event) -> None:
    _wakeups.discard(wakeup)


def wake_workers() -> None:
    for wakeup in tuple(_wakeups):
        wakeup.set()
