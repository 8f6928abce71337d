"""The wake-up between who writes events and who reads them, within one process.

Another process needs none: readers look by themselves every second, so a wake-up only saves waiting.
"""

from __future__ import annotations

import threading

_wakeups: set[threading.Event] = set()


def register(wakeup: threading.Event) -> None:
    _wakeups.add(wakeup)


def unregister(wakeup: threading.Event) -> None:
    _wakeups.discard(wakeup)


def wake_readers() -> None:
    for wakeup in tuple(_wakeups):
        wakeup.set()
