"""From frames to the sink: in order, at once when nothing waits, never silently short."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.moments import Moments
from callcard.connectors.asterisk.notes import summary_of
from callcard.telephony.connector import Sink, WireNote
from callcard.telephony.events import Event

log = logging.getLogger(__name__)

_OF_CALLS = frozenset({"Newchannel", "Newstate", "DialBegin", "Hangup"})

AT_ONCE = 256  # frames handled before the event loop may do something else


class Translates(Protocol):
    def translate(self, frame: Frame, at: datetime | None = None) -> Sequence[Event]: ...


class Intake:
    """A session's listener. While held it keeps what comes; over its limit it calls `overflowed` and keeps nothing.

    So either every frame is handed on in order, or the link is made anew and the calls are listed again.
    """

    def __init__(self, translator: Translates, sink: Sink, limit: int) -> None:
        self.overflowed: Callable[[], None] = lambda: None
        self.heard_calls = False  # an event of a call came since this link is up
        self.lost = 0  # frames thrown away by overflow
        self._translator = translator
        self._sink = sink
        self._limit = limit
        self._moments = Moments()
        self._waiting: deque[tuple[list[Frame], int, datetime]] = deque()
        self._count = 0
        self._held = True
        self._scheduled = False
        self._closed = False

    def __call__(self, frames: list[Frame], received_ns: int) -> None:
        if self._closed:
            return
        at = datetime.now(UTC)
        if not self._held and not self._waiting and len(frames) <= AT_ONCE:
            self._hand_on(frames, received_ns, at)
            return
        for start in range(0, len(frames), AT_ONCE):
            self._waiting.append((frames[start : start + AT_ONCE], received_ns, at))
        self._count += len(frames)
        if self._count > self._limit:
            self._overflow()
        elif not self._held:
            self._schedule()

    def release(self) -> None:
        """Hand on what was held, and from now on everything as it comes."""
        self._held = False
        self._schedule()

    def close(self) -> None:
        """Forget what waits; take nothing more."""
        self._closed = True
        self._waiting.clear()
        self._count = 0

    def _overflow(self) -> None:
        self.lost += self._count
        self.close()
        self.overflowed()

    def _schedule(self) -> None:
        if self._waiting and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._work)

    def _work(self) -> None:
        self._scheduled = False
        if not self._waiting or self._held:
            return
        frames, received_ns, at = self._waiting.popleft()
        self._count -= len(frames)
        self._hand_on(frames, received_ns, at)
        self._schedule()

    def _hand_on(self, frames: list[Frame], received_ns: int, at: datetime) -> None:
        if not self.heard_calls:
            self.heard_calls = any(frame.get("event") in _OF_CALLS for frame in frames)
        events: list[Event] = []
        for frame in frames:
            try:
                events += self._translator.translate(frame, self._moments.of(frame, at))
            except Exception:  # one odd message must not cost the rest of the day's calls
                log.exception("could not make sense of an AMI %s event", frame.get("event", "")[:40])
        if events:
            self._sink.events(events, received_ns)
        self._note(frames, at)

    def _note(self, frames: list[Frame], at: datetime) -> None:
        """After the events, so that no pop-up waits for it."""
        for frame in frames:
            summary = summary_of(frame)
            if summary:
                self._sink.note(WireNote(at=at, summary=summary[:200]))
