"""From the event log to the browsers of this process: one thread reads on, every open stream gets its own part."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from callcard.live import wakeup
from callcard.live.models import LiveEvent
from callcard.live.queries import events_after, newest_event_id

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
QUEUE_SIZE = 256
# What is for everybody is handed to a few streams at a time: to all at once it would hold up a ringing phone.
_STREAMS_AT_ONCE = 10
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Message:
    """What one browser receives: a Server-Sent Event named `kind`; `id` 0 when it is not from the log."""

    id: int
    kind: str
    data: dict[str, Any]
    received_ns: int | None = None


# Makes what the users of the events see. Runs in a thread; one message, or none, for each event.
Render = Callable[[Sequence[LiveEvent]], Sequence[Message | None]]
# Is told, at leisure, what was handed to a browser: (user id, message, when). Runs in the reading thread.
Delivered = Callable[[Sequence[tuple[int, Message, datetime]]], None]
# Is asked whenever the reading thread is woken, before it reads: what can be made ready for what comes next.
ReadAhead = Callable[[], None]


@dataclass(eq=False, slots=True)
class Stream:
    """One open browser stream. None in the queue: it must come back."""

    user_id: int
    queue: asyncio.Queue[Message | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))

    def put(self, message: Message) -> None:
        if self.queue.full():
            self.end()
        else:
            self.queue.put_nowait(message)

    def end(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """Reads the log in a thread of its own, so that neither the PBX nor the pages wait for it."""

    def __init__(self, render: Render, delivered: Delivered, read_ahead: ReadAhead = lambda: None) -> None:
        self.render = render
        self._delivered = delivered
        self._read_ahead = read_ahead
        self._to_note: list[tuple[int, Message, datetime]] = []
        self._noted_at = 0.0
        self._streams: dict[int, set[Stream]] = defaultdict(set)
        self._wakeup = threading.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Call on the event loop on which the streams live. What is told from here on is delivered."""
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        wakeup.register(self._wakeup)
        cursor = await asyncio.to_thread(_newest_id)
        self._thread = threading.Thread(target=self._read_on, args=(cursor,), name="live-reader", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Let every stream go. A second time does nothing."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping = True
        wakeup.unregister(self._wakeup)
        self._wakeup.set()
        for stream in [stream for streams in self._streams.values() for stream in streams]:
            stream.end()
        await asyncio.to_thread(thread.join, 5)

    def open(self, user_id: int) -> Stream:
        stream = Stream(user_id)
        self._streams[user_id].add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        streams = self._streams[stream.user_id]
        streams.discard(stream)
        if not streams:
            del self._streams[stream.user_id]

    def _read_on(self, cursor: int) -> None:
        while not self._stopping:
            try:
                with suppress(Exception):  # it is met again, and told, where it is shown
                    self._read_ahead()
                cursor = self._deliver_after(cursor)
                self._note_deliveries()
            except Exception:
                # The database may be away for a moment; the log keeps what we could not read.
                logger.exception("cannot read live events, trying again")
                close_old_connections()
                self._wakeup.wait(LOOK_EVERY_SECONDS)
            self._wakeup.wait(LOOK_EVERY_SECONDS)
            self._wakeup.clear()
        connection.close()

    def _deliver_after(self, cursor: int) -> int:
        while events := events_after(cursor):
            wanted = [event for event in events if event.user_id is None or event.user_id in self._streams]
            messages = [message for message in self._rendered(wanted) if message] if wanted else []
            users = {event.id: event.user_id for event in wanted}
            if messages and self._loop:
                pairs = [(users[message.id], message) for message in messages]
                self._loop.call_soon_threadsafe(self._hand_out, pairs)
                now = timezone.now()
                self._to_note += [(user_id, message, now) for user_id, message in pairs if user_id is not None]
            cursor = events[-1].id
        return cursor

    def _rendered(self, events: Sequence[LiveEvent]) -> Sequence[Message | None]:
        """What cannot be shown is left out alone: one event must not silence all that come after it."""
        try:
            return self.render(events)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            if len(events) > 1:
                return [message for event in events for message in self._rendered([event])]
            logger.exception("event %s of user %s cannot be shown", events[0].id, events[0].user_id)
            return []

    def _note_deliveries(self) -> None:
        """Once a second at the most: a ringing phone must not wait for it."""
        if self._to_note and time.monotonic() - self._noted_at > LOOK_EVERY_SECONDS:
            noted, self._to_note = self._to_note, []
            self._noted_at = time.monotonic()
            self._delivered(noted)

    def _hand_out(self, pairs: Sequence[tuple[int | None, Message]]) -> None:
        for user_id, message in pairs:
            if user_id is None:
                # Overtaken by later events it would seem known already, so it goes without its id.
                self._hand_on(replace(message, id=0), [each for streams in self._streams.values() for each in streams])
                continue
            for stream in tuple(self._streams.get(user_id, ())):
                stream.put(message)

    def _hand_on(self, message: Message, streams: Sequence[Stream]) -> None:
        """To some streams now, to the others a little later."""
        for stream in streams[:_STREAMS_AT_ONCE]:
            if stream in self._streams.get(stream.user_id, ()):
                stream.put(message)
        others = streams[_STREAMS_AT_ONCE:]
        if others and self._loop and not self._stopping:
            self._loop.call_later(_PAUSE_SECONDS, self._hand_on, message, others)


def _newest_id() -> int:
    try:
        return newest_event_id()
    finally:
        connection.close()
