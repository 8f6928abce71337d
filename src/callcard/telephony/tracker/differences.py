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
    if len(before) > 1 or (before and old is None):
        changes += [CallMerged(call=now, absorbed_key=key) for key in sorted(before) if key != now.key]
    known = {segment.key: segment for segment in old.segments} if old else {}
    for segment in now.segments:
        was = known.get(segment.key)
        if was is not segment:
            changes += _segment_changes(was, segment, now, before)
    if now.ended_at is not None and (old is None or old.ended_at is None):
        changes.append(CallEnded(call=now))
    return changes or ([] if old == now else [CallUpdated(call=now)])


def _segment_changes(old: Segment | None, new: Segment, call: Call, before: dict[str, Call]) -> list[Change]:
    changes: list[Change] = []
    if _has_rung(old, new, before):
        changes.append(SegmentRang(call=call, segment_key=new.key))
    if new.answered_at and not (old and old.answered_at):
        changes.append(SegmentAnswered(call=call, segment_key=new.key))
    if new.held != (old.held if old else False):
        changes.append(SegmentHeld(call=call, segment_key=new.key))
    if new.ended_at and not (old and old.ended_at):
        changes.append(SegmentEnded(call=call, segment_key=new.key))
    return changes


def _has_rung(old: Segment | None, new: Segment, before: dict[str, Call]) -> bool:
    """Whether its ringing is news: it goes on in this call only now, or was never told, even if it is over by now."""
    if new.rang_at is None or new.role is not Role.CALLED or (old is not None and old.is_ringing):
        return False
    if new.is_ringing:
        return True
    return not any(was.key == new.key and was.rang_at for call in before.values() for was in call.segments)
