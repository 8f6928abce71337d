"""Reading a PBX's own record, so that no call is missing from the log because nobody listened."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from callcard.calls.reconcile.models import Reconciliation, RecordPlace
from callcard.calls.reconcile.writing import CALLS_AT_ONCE, TELLING, LogWriter, Told
from callcard.telephony.collecting import Collector
from callcard.telephony.records import Portion, Record, RecordEntry, RecordFault, RecordProblem
from callcard.telephony.retelling import known_ids, retell, told_recordings
from callcard.telephony.tracker import looks_like_extension

# What ended only now may still be on its way into the log from those who listened.
SETTLE = timedelta(seconds=20)
# Entries of one call may be written that far apart: those of a consultation come when it ends, not when the call does.
TOGETHER = timedelta(hours=2)
HELD_AT_MOST = 4000
_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A PBX's record. `name` changes when another record is meant. `is_heard`: the link is up now.

    `since`: of a record that was never read, calls that ended earlier are left out.
    """

    pbx: str
    name: str
    record: Record
    since: datetime
    is_heard: bool
    shift: Callable[[], timedelta] = lambda: timedelta(0)
    is_own_extension: Callable[[str], bool] = looks_like_extension


def reconcile(source: Source, *, region: str, tell: Callable[[float], None] = lambda share: None) -> Reconciliation:
    """Add the calls that are missing, complete those that were partly seen.

    May be repeated and may be cut short: it goes on from where all is written. `tell` is called with the share that is
    done, between transactions.
    """
    reading = _Reading(source, region)
    try:
        with reading.writer.pace.in_short_writes():
            reading.go_through(tell)
    except RecordProblem as problem:
        reading.found.problem, reading.found.detail = problem.problem[:40], problem.detail[:300]
    return reading.close()


@dataclass(slots=True)
class _Reading:
    source: Source
    region: str
    found: Reconciliation = field(init=False)
    writer: LogWriter = field(init=False)
    faults: Counter[str] = field(default_factory=Counter)
    place: RecordPlace = field(init=False)
    _waiting: list[Told] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)  # of those that wait
    # (cursor before a portion, when its newest entry ended): from the first of them all that is held came.
    _steps: deque[tuple[str, datetime, int]] = field(default_factory=deque)
    _until: datetime = field(init=False)

    def __post_init__(self) -> None:
        now = timezone.now()
        self.found = Reconciliation(pbx=self.source.pbx, began_at=now)
        self._until = now - SETTLE
        self.place = _place(self.source)
        self.writer = LogWriter(
            self.source.pbx,
            self.region,
            goes_on_before=None if self.source.is_heard else self._until,
            is_first=self.place.confirmed != self.source.name,
        )

    def go_through(self, tell: Callable[[float], None]) -> None:
        collector = Collector(settle=TOGETHER, held_at_most=HELD_AT_MOST)
        before = self.place.cursor
        for portion in self.source.record.read_since(before, self.place.since or self.source.since):
            self._note(portion, before)
            before = portion.cursor
            self._write(collector.take(portion.entries))
            tell(portion.share)
            if not self._waits_for_more():
                self._flush()
                self._save_place(before)
        self._write(collector.rest())
        self._flush()
        self._save_place(before)

    def _note(self, portion: Portion, cursor: str) -> None:
        self.found.entries += len(portion.entries)
        self.faults.update(fault.problem for fault in portion.faults)
        if portion.faults and not self.found.sample:
            self.found.sample = _said(portion.faults[0])
        if not portion.entries:
            return
        ends = [entry.ended_at for entry in portion.entries]
        self.found.first_at = min(filter(None, [self.found.first_at, *ends]))
        self.found.last_at = max(filter(None, [self.found.last_at, *ends]))
        self._steps.append((cursor, max(ends), len(ends)))
        held = sum(count for _, _, count in self._steps)
        # Twice what is held, as what was held for longest need not be what came first.
        while len(self._steps) > 1 and (held > 2 * HELD_AT_MOST or self._steps[0][1] < max(ends) - TOGETHER):
            held -= self._steps.popleft()[2]

    def _write(self, groups: Iterable[list[RecordEntry]]) -> None:
        for told in self._told(groups):
            # One call in two pieces, when it was held for too long: the second must find the first in the log.
            if len(self._waiting) >= CALLS_AT_ONCE or not told.keys.isdisjoint(self._keys):
                self._flush()
            self._waiting.append(told)
            self._keys |= told.keys

    def _told(self, groups: Iterable[list[RecordEntry]]) -> Iterator[Told]:
        for group in groups:
            call = retell(self.source.pbx, group, is_own_extension=self.source.is_own_extension)
            if call is not None and call.ended_at is not None and call.ended_at <= self._until:
                yield Told(call, known_ids(group) | {call.key}, told_recordings(group))

    def _waits_for_more(self) -> bool:
        """The first few calls of a record do not say yet whose it is, if there are others behind them."""
        return self.writer.is_first and len(self._waiting) < TELLING

    def _flush(self) -> None:
        waiting, self._waiting, self._keys = self._waiting, [], set()
        if not waiting:
            return
        is_first = self.writer.is_first
        if is_first:  # should it ask: its calls are wanted from the same moment on, whenever somebody answers
            _keep(self.place, "source", "cursor", "since")
        self.writer.write(waiting)
        if is_first:
            self.place.confirmed = self.source.name
            _keep(self.place, "confirmed")

    def _save_place(self, cursor: str) -> None:
        """Where all that is still held came from; what is read again changes nothing."""
        safe = self._steps[0][0] if self._steps else cursor
        if safe != self.place.cursor:
            self.place.cursor = safe
            _keep(self.place, "source", "cursor", "since")

    def close(self) -> Reconciliation:
        found = self.found
        found.added, found.completed = self.writer.added, self.writer.completed
        found.faults, found.ended_at = dict(self.faults), timezone.now()
        found.shift_seconds = round(self.source.shift().total_seconds())
        _forget(self.source.pbx)
        found.save()
        return found


def confirm_source(*, pbx: str, name: str) -> None:
    """Somebody knows that this record is this PBX's: it is read even if nothing in it is known here."""
    RecordPlace.objects.update_or_create(pbx=pbx, defaults={"confirmed": name})


def _place(source: Source) -> RecordPlace:
    """From the beginning when it is another record than the last time."""
    place = RecordPlace.objects.filter(pbx=source.pbx).first() or RecordPlace(pbx=source.pbx)
    if place.source != source.name:
        place.source, place.cursor, place.since = source.name, "", source.since
    return place


def _keep(place: RecordPlace, *columns: str) -> None:
    """Not the others: somebody may confirm the record meanwhile."""
    place.save(update_fields=columns if place.pk else None)


def _forget(pbx: str) -> None:
    """Readings that found nothing, and the oldest of the others."""
    readings = Reconciliation.objects.filter(pbx=pbx)
    readings.filter(added=0, completed=0, problem="", faults={}).delete()
    oldest = readings.order_by("-id").values_list("id", flat=True)[_KEPT : _KEPT + 1]
    if oldest:
        readings.filter(id__lte=oldest[0]).delete()


def _said(fault: RecordFault) -> str:
    return f"{fault.place} {fault.sample}".strip()[:200]
