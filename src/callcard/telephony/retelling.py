"""From the entries of a call in a PBX's record to the call that the tracker would have made.

The entries are told to a tracker as the events that must have been, so that what a call is, who answered it and how
it ended is decided in one place only. What a record does not tell stays untold: when a phone began to ring, holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from callcard.telephony import events
from callcard.telephony.call import Call, Party, Role, SegmentOutcome
from callcard.telephony.records import RecordedLeg, RecordEntry
from callcard.telephony.tracker import CallTracker, looks_like_extension

_INSTANT = timedelta(milliseconds=100)
_ROUNDED = timedelta(seconds=1.1)
_LOST_RACES = (SegmentOutcome.MISSED, SegmentOutcome.CANCELLED)


@dataclass(slots=True)
class _Leg:
    """All that the entries tell of one leg."""

    name: str
    party: Party
    pipe: str
    role: Role
    call: str
    began_at: datetime
    ended_at: datetime
    dialled: str = ""
    placed_by: str = ""
    ended_as: SegmentOutcome | None = None
    told: list[events.Event] = field(default_factory=list)


def retell(
    pbx: str, entries: Iterable[RecordEntry], *, is_own_extension: Callable[[str], bool] = looks_like_extension
) -> Call | None:
    """None when nobody called: entries of the PBX's own inner doings. Their order and repetitions do not matter."""
    told = sorted({entry.id: entry for entry in entries}.values(), key=lambda entry: (entry.began_at, entry.id))
    legs = _legs_of(told)
    for turn, entry in enumerate(told):
        _tell(_in_the_light_of(told, entry), str(turn), legs)
    tracker = CallTracker(pbx, is_own_extension=is_own_extension)
    calls = [call for call in tracker.calls_of(_events(told, legs)) if call.ended_at is not None]
    call = min(calls, key=lambda call: (call.started_at, call.key), default=None)
    if call is None or call.caller.is_own or told[0].dialled or not (call.dialled or call.line):
        return call
    return replace(call, dialled="", line="")  # what a colleague was asked for later is not what the caller dialled


def known_ids(entries: Iterable[RecordEntry]) -> frozenset[str]:
    """Every key under which live events may have told of this call."""
    found = set()
    for entry in entries:
        found |= {entry.call, entry.caller.known_as}
    return frozenset(found - {""})


def told_recordings(entries: Iterable[RecordEntry]) -> frozenset[str]:
    """What the files of this call's recordings are called."""
    return frozenset(entry.recording for entry in entries if entry.recording)


def _in_the_light_of(entries: list[RecordEntry], entry: RecordEntry) -> RecordEntry:
    """What else the caller did tells more of it: who went on had not hung up, and who talked with another meanwhile was
    answered there.
    """
    others = [other for other in entries if other.caller.leg == entry.caller.leg and other is not entry]
    if not others or entry.called is None:
        return entry
    went_on = [
        other
        for other in others
        if other.began_at >= entry.ended_at - _INSTANT
        and other.ended_at >= entry.ended_at
        and not _rang_beside(other, entry)
    ]
    if entry.answered_at is not None:
        was_picked_up = bool(went_on) and entry.answered_at >= entry.ended_at
        return replace(entry, answered_at=None, outcome=SegmentOutcome.ELSEWHERE) if was_picked_up else entry
    outcome = entry.outcome
    if went_on and outcome is SegmentOutcome.CANCELLED:
        outcome = SegmentOutcome.MISSED
    if outcome in _LOST_RACES and any(_was_quicker(other, entry) for other in others):
        outcome = SegmentOutcome.ELSEWHERE
    elif outcome in _LOST_RACES and any(o.forwarded and _follows(o, entry) for o in went_on):
        outcome = SegmentOutcome.FORWARDED
    return replace(entry, gave_up=entry.gave_up and not went_on, outcome=outcome)


def _was_quicker(other: RecordEntry, entry: RecordEntry) -> bool:
    """Both rang, and `entry` stopped because `other` was answered."""
    if other.answered_at is None:
        return False
    if other.began_at >= entry.ended_at - _INSTANT and not _rang_beside(other, entry):
        return False
    return abs(other.answered_at - entry.ended_at) <= _ROUNDED


def _rang_beside(other: RecordEntry, entry: RecordEntry) -> bool:
    """A record of whole seconds may have `entry` end in the moment in which both began."""
    in_one_moment = entry.answered_at is None and other.began_at == entry.began_at
    return in_one_moment and other.called is not None and not other.forwarded


def _follows(other: RecordEntry, entry: RecordEntry) -> bool:
    return abs(other.began_at - entry.ended_at) <= _INSTANT


def _legs_of(entries: list[RecordEntry]) -> dict[str, _Leg]:
    """By the name that the entries use."""
    legs: dict[str, _Leg] = {}
    for entry in entries:
        caller = _note(legs, entry.caller, entry, Role.CALLER)
        caller.dialled = caller.dialled or entry.dialled
        caller.placed_by = caller.placed_by or entry.placed_by
        if entry.called is not None:
            _note(legs, entry.called, entry, Role.CALLED)
    return legs


def _note(legs: dict[str, _Leg], recorded: RecordedLeg, entry: RecordEntry, role: Role) -> _Leg:
    leg = legs.get(recorded.leg)
    if leg is None:
        name = recorded.known_as or recorded.leg
        call = entry.call or entry.caller.known_as or entry.caller.leg
        leg = _Leg(name, recorded.party, recorded.pipe, role, call, entry.began_at, entry.ended_at)
        legs[recorded.leg] = leg
    leg.name = recorded.known_as or leg.name
    leg.ended_at = max(leg.ended_at, entry.ended_at)
    leg.party = _better(leg.party, recorded.party)
    return leg


def _better(known: Party, told: Party) -> Party:
    return told if not (known.extension or known.number or known.withheld) else known


def _tell(entry: RecordEntry, room: str, legs: dict[str, _Leg]) -> None:
    caller = legs[entry.caller.leg]
    _tell_of_waiting(entry, caller)
    if entry.gave_up:
        caller.told.append(events.LegHungUp(at=entry.ended_at, leg=caller.name))
    if entry.recorded:
        caller.told.append(events.RecordingStarted(at=entry.began_at, leg=caller.name))
    if entry.called is None:
        caller.ended_as = entry.outcome or caller.ended_as
        return
    called = legs[entry.called.leg]
    _tell_of_dialling(entry, caller, called)
    if entry.answered_at is not None:
        for leg in (called, caller):
            leg.told.append(events.LegJoined(at=max(entry.answered_at, leg.began_at), leg=leg.name, room=room))
            leg.told.append(events.LegLeft(at=entry.ended_at, leg=leg.name, room=room))
    elif entry.outcome is not None and not called.pipe:
        called.told.append(events.RingingEnded(at=entry.ended_at, leg=called.name, outcome=entry.outcome))


def _tell_of_waiting(entry: RecordEntry, caller: _Leg) -> None:
    if not entry.queue:
        return
    since = entry.waited_from or entry.began_at
    left_at = entry.answered_at or entry.ended_at
    caller.told.append(events.QueueJoined(at=since, leg=caller.name, queue=entry.queue))
    caller.told.append(events.QueueLeft(at=left_at, leg=caller.name, queue=entry.queue, abandoned=entry.gave_up))


def _tell_of_dialling(entry: RecordEntry, caller: _Leg, called: _Leg) -> None:
    dialled = events.LegDialled(
        at=entry.began_at,
        leg=called.name,
        by=caller.name,
        number=entry.sent_number,
        shown=entry.shown_number,
        dialled=entry.dialled,
    )
    called.told.append(dialled)
    called.began_at = min(called.ended_at, max(called.began_at, entry.called_at or called.began_at))
    never_rang = (SegmentOutcome.FAILED, SegmentOutcome.BUSY)
    if called.role is Role.CALLED and not called.pipe and entry.outcome not in never_rang:
        called.told.append(events.LegRang(at=max(entry.began_at, called.began_at), leg=called.name))
    if entry.answered_at is not None:
        called.told.append(events.LegAnswered(at=entry.answered_at, leg=called.name))


def _events(entries: list[RecordEntry], legs: dict[str, _Leg]) -> list[events.Event]:
    first = legs[entries[0].caller.leg] if entries else None
    told: list[events.Event] = []
    for leg in legs.values():
        told.append(_beginning(leg, Role.CALLER if leg is first else leg.role))
        told += leg.told
        told.append(events.LegEnded(at=leg.ended_at, leg=leg.name, outcome=leg.ended_as))
    return told


def _beginning(leg: _Leg, role: Role) -> events.Event:
    if leg.pipe:
        return events.HelperBegan(
            at=leg.began_at, leg=leg.name, call=leg.call, pipe=leg.pipe, role=role, placed_by=leg.placed_by
        )
    return events.LegBegan(
        at=leg.began_at,
        leg=leg.name,
        call=leg.call,
        role=role,
        party=leg.party,
        dialled=leg.dialled if role is Role.CALLER else "",
        placed_by=leg.placed_by,
    )
