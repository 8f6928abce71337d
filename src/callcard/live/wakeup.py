"""The wake-up between who writes events and who reads them."""

from __future__ import annotations

from callcard.kit.wakeups import Wakeups

_readers = Wakeups()
register, unregister, wake_readers = _readers.register, _readers.unregister, _readers.wake
