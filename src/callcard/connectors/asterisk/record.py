"""Asterisk's record of calls: its CDRs and the log of its queues, as entries."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callcard.connectors.asterisk.cdr import CdrReader, RowFault
from callcard.connectors.asterisk.cdr_database import CdrDatabase
from callcard.connectors.asterisk.cdr_files import CdrFile, Rows
from callcard.connectors.asterisk.cdr_times import CdrTimes, epoch_of
from callcard.connectors.asterisk.channels import Channels
from callcard.connectors.asterisk.lines import Line, Place, lines_after, place_from
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.queue_log import QueueLog
from callcard.telephony.records import Portion, RecordEntry, RecordFault, RecordProblem

_AHEAD = timedelta(hours=6)  # how far the queue log is read before the CDRs, which are written when calls end
_BEFORE = timedelta(hours=2)
_MARKED_EVERY = 500  # lines


class AsteriskRecord:
    """`shift`: what had to be added to its times, when the zone that is set is not the one they are written in."""

    def __init__(self, options: AsteriskOptions, *, zone: ZoneInfo) -> None:
        if not options.records:
            raise RecordProblem("no_record")
        self._options = options
        self._source = _source(options)
        self._times = CdrTimes(_zone(options.records_zone) or zone)
        self._reader = CdrReader(Channels(options), self._times, system=options.system_name)
        self.faults: Counter[str] = Counter()

    @property
    def shift(self) -> timedelta:
        return self._times.shift

    def read_since(self, cursor: str, since: datetime) -> Iterator[Portion]:
        rows_cursor, queue_cursor = _parted(cursor)
        queues = _Queues(self._options.queue_log, place_from(queue_cursor))
        for rows in self._source.rows_after(rows_cursor, since):
            began = [at for row in rows.rows if (at := epoch_of(row.get("uniqueid", ""))) is not None]
            queues.read_until(max(began) + _AHEAD if began else None)
            entries, faults = self._entries(rows, queues)
            self._check()
            yield Portion(
                entries=tuple(entry for entry in entries if cursor or entry.ended_at >= since),
                cursor=json.dumps([rows.cursor, queues.place_before(min(began) - _BEFORE if began else None)]),
                share=rows.share,
                faults=tuple(faults),
            )

    def try_out(self) -> str:
        if self._options.queue_log:
            next(iter(lines_after(Path(self._options.queue_log), Place())), None)
        row = self._source.sample()
        if row is None:
            return ""
        try:
            entry = self._reader.entry(row, {})
        except RowFault as fault:
            raise RecordProblem("not_a_record", str(fault)) from None
        return f"{entry.ended_at:%Y-%m-%d %H:%M:%S} UTC" if entry else ""

    def _entries(self, rows: Rows, queues: _Queues) -> tuple[list[RecordEntry], list[RecordFault]]:
        entries, faults = [], list(rows.faults)
        for row in rows.rows:
            try:
                entry = self._reader.entry(row, queues.log.facts)
            except RowFault as fault:
                faults.append(RecordFault(problem=str(fault), place=row.get("uniqueid", "")[:60]))
                continue
            self.faults["read"] += 1
            if entry is not None:
                entries.append(entry)
        self.faults.update(fault.problem for fault in faults)
        return entries, faults

    def _check(self) -> None:
        """Rows of another system only: this is not this PBX's record."""
        if self.faults["other_pbx"] and not self.faults["read"]:
            raise RecordProblem("other_pbx", self._options.records)


class _Queues:
    def __init__(self, path: str, place: Place) -> None:
        self.log = QueueLog()
        self._lines = iter(lines_after(Path(path), place)) if path else iter(())
        self._next: Line | None = None
        self._marks: deque[tuple[float, Line]] = deque(maxlen=200)
        self._begun_at = place
        self._read = 0

    def read_until(self, moment: datetime | None) -> None:
        """None: to its end."""
        limit = moment.timestamp() if moment else float("inf")
        while (line := self._next or next(self._lines, None)) is not None:
            self._next = None
            at = _stamp(line)
            if at > limit:
                self._next = line
                return
            if self._read % _MARKED_EVERY == 0 and at:
                self._marks.append((at, line))
            self._read += 1
            self.log.take([line.text or ""])

    def place_before(self, moment: datetime | None) -> str:
        """From where it must be read again for calls that began at this moment or later."""
        if moment is None:
            return self._begun_at.written()
        earlier = [line for at, line in self._marks if at < moment.timestamp()]
        return earlier[-1].place().written() if earlier else self._begun_at.written()


def _stamp(line: Line) -> float:
    head = (line.text or "").partition("|")[0]
    return float(head) if head.isdigit() and len(head) < 12 else 0.0


def _source(options: AsteriskOptions) -> CdrFile | CdrDatabase:
    if "://" in options.records:
        return CdrDatabase(options.records)
    return CdrFile(Path(options.records), options.records_columns)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RecordProblem("no_zone", name) from None


def _parted(cursor: str) -> tuple[str, str]:
    try:
        rows, queue = json.loads(cursor) if cursor else ("", "")
    except (ValueError, TypeError):
        return "", ""
    return str(rows), str(queue)
