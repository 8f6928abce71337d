"""Names what is new in a call since it was last told."""

from __future__ import annotations

from callcard.telephony.call import Call, Role, Segment
from callcard.telephony.changes import (
    CallBegan,
    CallEnded,
    CallMerged,
    CallUpdated,
    Change,
    SegmentAnswered,
    SegmentEnded,
    SegmentHeld,
    SegmentRang,
)


def differences(before: dict[str, Call], now: Call) -> list[Change]:
    """`before` is what was told, by key: nothing, this call, or several that are now one."""
    old = before.get(now.key)
    changes: list[Change] = [CallBegan(call=now)] if old is None else []
    changes += [CallMerged(call=now, absorbed_key=key) for key in sorted(before) if key != now.key]
    if old is not None and old == now:
        return changes
    known = {segment.key: segment for segment in old.segments} if old else {}
    rung = {segment.key for call in before.values() for segment in call.segments if segment.rang_at}
    for segment in now.segments:
        was = known.get(segment.key)
        if was is not segment and was != segment:
            changes += _segment_changes(was, segment, now, rung)
    if now.ended_at is not None and (old is None or old.ended_at is None):
        changes.append(CallEnded(call=now))
    return changes or [CallUpdated(call=now)]


def _segment_changes(old: Segment | None, new: Segment, call: Call, rung: set[str]) -> list[Change]:
    """`rung` are the phones whose ringing was told, if need be as another call's."""
    changes: list[Change] = []
    rings_anew = new.is_ringing and not (old and old.is_ringing)
    has_rung = new.rang_at is not None and new.key not in rung  # it may have stopped before this was told
    if new.role is Role.CALLED and (rings_anew or has_rung):
        changes.append(SegmentRang(call=call, segment_key=new.key))
    if new.answered_at and not (old and old.answered_at):
        changes.append(SegmentAnswered(call=call, segment_key=new.key))
    if new.held != (old.held if old else False):
        changes.append(SegmentHeld(call=call, segment_key=new.key))
    if new.ended_at and not (old and old.ended_at):
        changes.append(SegmentEnded(call=call, segment_key=new.key))
    return changes
