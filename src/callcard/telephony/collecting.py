"""Which entries of a record are one call. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callcard.telephony.records import RecordEntry

_SAME_LEG = timedelta(seconds=3)  # the names of legs come again when the PBX was restarted; times are whole seconds


@dataclass(eq=False, slots=True)
class EntriesOfCall:
    entries: dict[str, RecordEntry] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    legs: set[str] = field(default_factory=set)
    began_at: datetime | None = None
    ended_at: datetime | None = None

    def add(self, entry: RecordEntry) -> None:
        self.entries[entry.id] = entry
        self.began_at = entry.began_at if self.began_at is None else min(self.began_at, entry.began_at)
        self.ended_at = entry.ended_at if self.ended_at is None else max(self.ended_at, entry.ended_at)


class Collector:
    """Takes entries in any order and gives calls when they have settled.

    A call is given when the record has gone on for `settle` after its last entry, or when more than `held_at_most`
    entries wait; `rest()` gives all others.
    """

    def __init__(self, *, settle: timedelta, held_at_most: int) -> None:
        self._settle = settle
        self._held_at_most = held_at_most
        self._held = 0
        self._newest: datetime | None = None
        self._groups: dict[EntriesOfCall, None] = {}
        self._by_call: dict[str, EntriesOfCall] = {}
        self._by_leg: dict[str, EntriesOfCall] = {}

    def take(self, entries: Iterable[RecordEntry]) -> Iterator[list[RecordEntry]]:
        for entry in entries:
            self._take(entry)
            if self._held > self._held_at_most:
                yield self._give(next(iter(self._groups)))
        if self._newest is None:
            return
        while self._groups:
            oldest = next(iter(self._groups))
            if oldest.ended_at is None or oldest.ended_at > self._newest - self._settle:
                return
            yield self._give(oldest)

    def rest(self) -> Iterator[list[RecordEntry]]:
        while self._groups:
            yield self._give(next(iter(self._groups)))

    def _take(self, entry: RecordEntry) -> None:
        self._newest = entry.ended_at if self._newest is None else max(self._newest, entry.ended_at)
        groups = dict.fromkeys(self._groups_of(entry))
        if not groups:
            group = EntriesOfCall()
        else:
            group, *others = groups
            for other in others:
                self._join(group, other)
            del self._groups[group]
        self._groups[group] = None  # the one that was added to last stands last
        self._held += entry.id not in group.entries
        group.add(entry)
        self._name(group, entry)

    def _groups_of(self, entry: RecordEntry) -> Iterator[EntriesOfCall]:
        if entry.call and (group := self._by_call.get(entry.call)):
            yield group
        for leg in _legs(entry):
            named = self._by_leg.get(leg)
            if named is not None and _is_near(named, entry):
                yield named

    def _name(self, group: EntriesOfCall, entry: RecordEntry) -> None:
        if entry.call:
            group.calls.add(entry.call)
            self._by_call[entry.call] = group
        for leg in _legs(entry):
            group.legs.add(leg)
            self._by_leg[leg] = group

    def _join(self, group: EntriesOfCall, other: EntriesOfCall) -> None:
        del self._groups[other]
        self._held -= len(other.entries.keys() & group.entries.keys())
        for entry in other.entries.values():
            group.add(entry)
            self._name(group, entry)

    def _give(self, group: EntriesOfCall) -> list[RecordEntry]:
        del self._groups[group]
        self._held -= len(group.entries)
        for call in group.calls:
            if self._by_call.get(call) is group:
                del self._by_call[call]
        for leg in group.legs:
            if self._by_leg.get(leg) is group:
                del self._by_leg[leg]
        return list(group.entries.values())


def _legs(entry: RecordEntry) -> list[str]:
    return [entry.caller.leg, entry.called.leg] if entry.called else [entry.caller.leg]


def _is_near(group: EntriesOfCall, entry: RecordEntry) -> bool:
    if group.began_at is None or group.ended_at is None:
        return False
    return entry.began_at <= group.ended_at + _SAME_LEG and entry.ended_at >= group.began_at - _SAME_LEG
