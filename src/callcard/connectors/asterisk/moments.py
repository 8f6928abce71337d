"""When things happened, by Asterisk's own stamps but on our clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

CLOCK_STEP_SECONDS = 60.0
"""Nobody's events wait that long on the way: if they seem to, Asterisk's clock was set back."""
_DRIFT = 0.001  # seconds a second, more than any computer's clock is off


class Moments:
    """Takes the waiting on the way out of the times of events that carry a `Timestamp` (timestampevents=yes).

    The two clocks need not agree: the shortest way that was seen of late stands for no way at all. Moments never go
    backwards and are never later than the arrival, which stands for the moment of events without a stamp.
    """

    def __init__(self) -> None:
        self._shortest: float | None = None  # seconds from the stamp to the arrival
        self._measured_at = 0.0
        self._last: datetime | None = None

    def of(self, frame: Mapping[str, str], arrival: datetime) -> datetime:
        stamp = frame.get("timestamp")
        moment = arrival - timedelta(seconds=self._late(stamp, arrival.timestamp())) if stamp else arrival
        if self._last is None or moment > self._last:
            self._last = moment
        return self._last

    def _late(self, stamp: str, arrived: float) -> float:
        """How many seconds after it happened an event came."""
        try:
            took = arrived - float(stamp)
        except ValueError:
            return 0.0
        if not math.isfinite(took):
            return 0.0
        shortest = self._shortest
        if shortest is not None:
            shortest += _DRIFT * max(0.0, arrived - self._measured_at)
        if shortest is None or took < shortest or took - shortest > CLOCK_STEP_SECONDS:
            shortest = took
        self._shortest, self._measured_at = shortest, arrived
        return took - shortest
