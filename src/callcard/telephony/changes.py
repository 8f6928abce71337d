"""What the tracker says has happened. Each change carries the whole call as it is after it.

A reader that stores `change.call` under (pbx, key) is right after any subset of changes that ends with the
last one, so a repeated change does no harm.
"""

from __future__ import annotations

from callcard.telephony.call import Call
from callcard.telephony.values import value


@value
class Change:
    call: Call


class CallBegan(Change):
    """A call exists. Nobody's phone rings yet."""


@value
class SegmentChange(Change):
    segment_key: str


class SegmentRang(SegmentChange):
    """A phone has begun to ring. It may have stopped since: see the segment's `is_ringing`."""


class SegmentAnswered(SegmentChange):
    """Somebody was joined with another person through this phone."""


class SegmentEnded(SegmentChange):
    """A phone stopped ringing or left the call."""


class SegmentHeld(SegmentChange):
    """Put on hold, or taken back: see the segment's `held`."""


class CallUpdated(Change):
    """Something else about it became known: recording, queue, caller's name, completeness."""


@value
class CallMerged(Change):
    """`absorbed_key` turned out to be part of this call (attended transfer, pick-up); it is no call of its own."""

    absorbed_key: str


class CallEnded(Change):
    """Everybody has left. The call has its outcome."""
