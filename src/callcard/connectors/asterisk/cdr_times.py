"""When a CDR's times were, whatever zone they are written in.

Asterisk writes the local time of its machine, or UTC, without saying which. But a uniqueid begins with the second in
which its channel began, counted since 1970: no clock or zone can hide what time that was.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

_EPOCH = re.compile(r"(?:.*-)?(\d{9,10})\.\d+")
_SECONDS = re.compile(r"\d{9,11}(?:\.\d+)?")
_SLOWEST = timedelta(seconds=5)  # the channel's second may be read a moment before the CDR's
_QUARTER = timedelta(minutes=15)
_LONGEST_DAY_AWAY = timedelta(hours=27)
_NONE = timedelta(0)
_REMEMBERED = 1000


class CdrTimes:
    """Reads the times of a record that is written in the clock of `zone`, or claims to be.

    Each row is measured by its own id, so that a wrong zone, or an hour that a clock shows twice, costs no call.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._shift = _NONE  # of the last row that told
        self._by_id: dict[str, timedelta] = {}
        self._counted: Counter[timedelta] = Counter()
        self._placed = lru_cache(_REMEMBERED)(self._place)  # a call ends in several rows at once

    @property
    def shift(self) -> timedelta:
        """What had to be added to most of the record's times; zero when zone and record agree."""
        shift, times = next(iter(self._counted.most_common(1)), (_NONE, 0))
        return shift if times > 2 else _NONE

    def began(self, text: str, uniqueid: str) -> tuple[datetime, timedelta]:
        """When the row began, and what must be added to its other times. Raises ValueError when it is no time."""
        written = text.strip()
        if _SECONDS.fullmatch(written):
            return datetime.fromtimestamp(float(written), UTC), _NONE
        at = self._placed(written)
        shift = self._shift_of(at, uniqueid)
        return at + shift, shift

    def read(self, text: str, shift: timedelta) -> datetime | None:
        """Another time of the same row; None when there is none. Raises ValueError when it is no time."""
        written = text.strip()
        if not written or written.startswith(("0000", "1970-01-01")) or not written.strip("0."):
            return None
        if _SECONDS.fullmatch(written):
            return datetime.fromtimestamp(float(written), UTC)
        return self._placed(written) + shift

    def _place(self, written: str) -> datetime:
        told = datetime.fromisoformat(written)
        try:
            return (told if told.tzinfo else told.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError as error:
            raise ValueError(written) from error

    def _shift_of(self, at: datetime, uniqueid: str) -> timedelta:
        channel_began = epoch_of(uniqueid)
        if channel_began is None:
            return self._shift
        shift = self._by_id.get(uniqueid)
        if shift is None:
            shift = self._shift = self._measured(at, channel_began)
            self._counted[shift] += 1
            self._by_id[uniqueid] = shift
            if len(self._by_id) > _REMEMBERED:
                del self._by_id[next(iter(self._by_id))]
        return shift

    def _measured(self, at: datetime, channel_began: datetime) -> timedelta:
        """The first row of a channel begins with it."""
        apart = channel_began - at
        whole = round(apart / _QUARTER) * _QUARTER
        if abs(apart) > _LONGEST_DAY_AWAY:
            return _NONE
        for shift in (_NONE, self._shift, whole):
            if -_SLOWEST <= at + shift - channel_began < _QUARTER - _SLOWEST:
                return shift
        return self._shift if at + self._shift >= channel_began - _SLOWEST else whole


def epoch_of(uniqueid: str) -> datetime | None:
    """When the channel of this id began; None for an id that was given to it by somebody."""
    found = _EPOCH.fullmatch(uniqueid.strip())
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None
