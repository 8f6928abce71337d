"""A window asks for its parts again and again while it is open: that is one look."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

ONE_LOOK_SECONDS = 600
_MOST = 20_000


class Lately:
    """Of this process. What it forgot too early is written down once more than it needed to be."""

    def __init__(self) -> None:
        self._until: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = Lock()

    def is_new(self, look: Hashable) -> bool:
        """Whether the same was not seen for ONE_LOOK_SECONDS; from now on it was."""
        now = time.monotonic()
        with self._lock:
            if self._until.get(look, 0) > now:
                return False
            self._until[look] = now + ONE_LOOK_SECONDS
            self._until.move_to_end(look)
            if len(self._until) > _MOST:
                self._until.popitem(last=False)
            return True
