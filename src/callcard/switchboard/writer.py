"""The one thread that writes what PBXs say into the database, so that no PBX ever waits for a disk."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import InterfaceError, OperationalError, connection

from callcard.calls.recorder import CallRecorder, Record
from callcard.calls.services import show_line_back, show_line_lost
from callcard.switchboard.journal import write_link_report, write_wire_notes
from callcard.switchboard.placed import settle_unheard, write_progress
from callcard.switchboard.placed_rules import Progress
from callcard.switchboard.reconciling import reconcile_soon
from callcard.telephony.changes import CallMerged, Change, SegmentRang
from callcard.telephony.connector import LinkReport, WireNote
from callcard.telephony.tracker import CallTracker

logger = logging.getLogger(__name__)

NOTES_EVERY_SECONDS = 1.0
# So that a busy minute takes few transactions. Nobody sees how late it is that a call has ended.
GATHER_SECONDS = 0.05
RETRY_SECONDS = (0.05, 0.2, 1.0, 2.0)
NOTES_KEPT = 2000
Task = Callable[[], None]


class CallWriter(threading.Thread):
    """Takes changes from the event loop and writes the newest state of each call.

    Nothing is lost when the database is away: states wait, one for each call, until it is back.
    """

    def __init__(self, *, region: str) -> None:
        super().__init__(name="call-writer", daemon=True)
        self.region = region
        self._failures = 0  # in a row
        self._recorders: dict[str, CallRecorder] = {}
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._hurry = threading.Event()
        self._pending: dict[tuple[str, str], Record] = {}
        self._tasks: list[Task] = []
        self._notes: deque[tuple[str, WireNote]] = deque(maxlen=NOTES_KEPT)
        self._notes_written_at = 0.0
        self._stopping = False

    def put_changes(self, changes: Sequence[Change], tracker: CallTracker, received_ns: int | None) -> None:
        """A phone that rings is written at once, everything else with whatever comes in the next moments."""
        rings = any(isinstance(change, SegmentRang) for change in changes)
        with self._lock:
            for record in _records(changes, tracker, received_ns if rings else None):
                self._merge(record)
        self._work.set()
        if rings:
            self._hurry.set()

    def put_report(self, pbx: str, report: LinkReport) -> None:
        self.put_task(partial(write_link_report, pbx, report))

    def put_line_lost(self, pbx: str) -> None:
        self.put_task(partial(show_line_lost, pbx=pbx))

    def put_line_back(self, pbx: str, at: datetime) -> None:
        self.put_task(partial(show_line_back, pbx=pbx))
        self.put_task(partial(settle_unheard, pbx, before=at))
        self.put_task(partial(reconcile_soon, pbx))

    def put_placed(self, pbx: str, news: Sequence[Progress]) -> None:
        """Of calls by button; after the changes that tell the same."""
        self.put_task(partial(write_progress, pbx, news))

    def put_task(self, task: Task) -> None:
        """To be done once all that was put before stands in the log."""
        with self._lock:
            self._tasks.append(task)
        self._work.set()

    def put_note(self, pbx: str, note: WireNote) -> None:
        self._notes.append((pbx, note))

    def stop(self) -> None:
        """Write what is there, then end."""
        self._stopping = True
        self._work.set()
        self._hurry.set()
        self.join(10)

    def run(self) -> None:
        while not self._stopping or self._pending or self._tasks:
            if self._work.wait(NOTES_EVERY_SECONDS):
                self._look_ahead()
                self._hurry.wait(GATHER_SECONDS)
            self._work.clear()
            self._hurry.clear()
            if not self._write_waiting() and self._stopping:
                break
        self._write_notes()
        connection.close()

    def _look_ahead(self) -> None:
        """A call begins some milliseconds before a phone rings for it: time in which its caller can be found."""
        with self._lock:
            waiting = list(self._pending.values())
        with suppress(Exception):  # it is met again, and told, where it is written
            for record in waiting:
                if self._hurry.is_set():
                    return
                self._recorder(record.call.pbx).look_ahead(record.call)

    def _recorder(self, pbx: str) -> CallRecorder:
        return self._recorders.setdefault(pbx, CallRecorder(pbx, region=self.region))

    def _merge(self, newer: Record) -> None:
        """The newest state of a call is all that must be written; what rang first is what has waited."""
        name = (newer.call.pbx, newer.call.key)
        older = self._pending.pop(name, None)
        absorbed = newer.absorbed
        for key in newer.absorbed:
            gone = self._pending.pop((newer.call.pbx, key), None)
            absorbed |= gone.absorbed if gone else frozenset()
        if older is not None:
            newer = replace(
                newer, absorbed=absorbed | older.absorbed, received_ns=older.received_ns or newer.received_ns
            )
        self._pending[name] = newer

    def _write_waiting(self) -> bool:
        """False when the database could not take it; everything waits again then."""
        with self._lock:
            records, self._pending = self._pending, {}
            tasks, self._tasks = self._tasks, []
        try:
            self._record(records)
            while tasks:  # after the records, for a line that is back shows calls as they are written
                tasks[0]()
                tasks.pop(0)
            if time.monotonic() - self._notes_written_at > NOTES_EVERY_SECONDS and not self._pending:
                self._write_notes()
        except (OperationalError, InterfaceError) as error:
            self._wait_for_database(error, records, tasks)
            return False
        self._failures = 0
        return True

    def _record(self, records: dict[tuple[str, str], Record]) -> None:
        by_pbx: dict[str, list[Record]] = {}
        for (pbx, _), record in records.items():
            by_pbx.setdefault(pbx, []).append(record)
        for pbx, waiting in by_pbx.items():
            for batch in _rings_first(waiting):
                self._record_batch(self._recorder(pbx), batch)
                for record in batch:
                    del records[(pbx, record.call.key)]

    def _record_batch(self, recorder: CallRecorder, batch: list[Record]) -> None:
        try:
            recorder.record(batch)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # whatever it is, it must not end the thread and with it the log of all calls to come
            if len(batch) == 1:
                logger.exception("call %s cannot be written and is left out", batch[0].call.key)
                return
            for record in batch:  # one bad call must not take the others with it
                self._record_batch(recorder, [record])

    def _write_notes(self) -> None:
        self._notes_written_at = time.monotonic()
        if self._notes:
            notes = [self._notes.popleft() for _ in range(len(self._notes))]
            write_wire_notes(notes)

    def _wait_for_database(self, error: Exception, records: dict[tuple[str, str], Record], tasks: list[Task]) -> None:
        pause = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
        self._failures += 1
        logger.warning("the database does not answer (%s); %d calls wait", error, len(records))
        connection.close()
        with self._lock:
            newer, self._pending = self._pending, records
            for record in newer.values():
                self._merge(record)
            self._tasks[:0] = tasks
        threading.Event().wait(pause)
        self._work.set()


def _rings_first(records: Sequence[Record]) -> list[list[Record]]:
    """In batches: a call that has ended waits for the disk, and no ringing phone with it. Only a talk that has ended at
    the same phone keeps its place before the ring: a card that is talked on has the next one folded."""
    phones = {phone for record in records if record.received_ns is not None for phone in _phones(record)}
    batches: tuple[list[Record], list[Record]] = ([], [])
    for record in records:
        is_talk = record.call.answered_at is not None and not phones.isdisjoint(_phones(record))
        batches[0 if record.received_ns is not None or is_talk else 1].append(record)
    return [batch for batch in batches if batch]


def _phones(record: Record) -> set[str]:
    return {segment.party.extension for segment in record.call.segments if segment.party.extension}


def _records(changes: Sequence[Change], tracker: CallTracker, received_ns: int | None) -> list[Record]:
    """One for each change; what the tracker remembers is the same for all changes of a call."""
    going_on = {change.call.key for change in changes if change.call.ended_at is None}
    memories = {key: tracker.memory_of(key) for key in going_on}
    return [
        Record(
            call=change.call,
            absorbed=frozenset([change.absorbed_key]) if isinstance(change, CallMerged) else frozenset(),
            memory=memories[change.call.key] if change.call.ended_at is None else None,
            received_ns=received_ns,
        )
        for change in changes
    ]
