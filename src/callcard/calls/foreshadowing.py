"""Whose call may be about to ring: said by who writes calls, so that who shows them can read ahead.

It only saves waiting. It reaches the readers of the same process alone, is lost with it, and shows nobody anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from callcard.live.wakeup import wake_readers

_CALLS_AT_MOST = 16
_foreshadowed: deque[frozenset[int]] = deque(maxlen=_CALLS_AT_MOST)


def foreshadow(customer_ids: Collection[int]) -> None:
    """A call has begun, from one of these customers or from nobody known."""
    _foreshadowed.append(frozenset(customer_ids))
    wake_readers()


def take_foreshadowed() -> list[frozenset[int]]:
    """One for each call since the last time."""
    taken = []
    while _foreshadowed:
        taken.append(_foreshadowed.popleft())
    return taken
