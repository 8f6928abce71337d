"""The wake-up between who begins a job and the workers."""

from __future__ import annotations

from callcard.kit.wakeups import Wakeups

_workers = Wakeups()
register, unregister, wake_workers = _workers.register, _workers.unregister, _workers.wake
