"""Whom a call concerns, and how it stands for each of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from callcard.telephony.call import Call, Role, Segment, SegmentOutcome


class NoticeState(StrEnum):
    RINGING = "ringing"
    TALKING = "talking"
    ELSEWHERE = "elsewhere"  # a colleague took it
    OVER = "over"
    LOST = "lost"  # nothing is heard from the PBX, so nobody knows how it stands


def reached_segments(call: Call) -> list[Segment]:
    """Own phones that rang because somebody called them, or that picked the call up from another phone.

    Not the phone of whoever placed the call.
    """
    return [s for s in call.segments if s.role is Role.CALLED and s.party.extension and (s.rang_at or s.answered_at)]


def notice_states(call: Call, users: Mapping[str, int | None]) -> dict[int, NoticeState]:
    """How the call stands for each user whose phone it reached. `users`: extension -> user id.

    Who has several phones sees the liveliest of them. Whoever placed the call has no notice of it, unless it comes back
    to them after they have handed it on.
    """
    by_user: dict[int, list[Segment]] = {}
    for segment in reached_segments(call):
        user_id = users.get(segment.party.extension)
        if user_id is not None and (user_id != placed_by(call, users) or _comes_back(segment, call)):
            by_user.setdefault(user_id, []).append(segment)
    return {user_id: _state(call, segments) for user_id, segments in by_user.items()}


def placed_by(call: Call, users: Mapping[str, int | None]) -> int | None:
    """The user who began the call from an own phone, if one did."""
    return users.get(call.caller.extension) if call.caller.extension else None


def _comes_back(segment: Segment, call: Call) -> bool:
    left_at = next((each.ended_at for each in call.segments if each.role is Role.CALLER), None)
    return left_at is not None and segment.rang_at is not None and segment.rang_at >= left_at


def _state(call: Call, segments: list[Segment]) -> NoticeState:
    if any(s.is_talking for s in segments):
        return NoticeState.TALKING
    if any(s.is_ringing for s in segments):
        return NoticeState.RINGING
    if any(s.answered_at for s in segments):
        return NoticeState.OVER
    outcomes = {s.outcome for s in segments}
    # Why it stopped ringing here was not seen, but that somebody took it was.
    taken_unseen = SegmentOutcome.UNKNOWN in outcomes and call.answered_by is not None
    return NoticeState.ELSEWHERE if SegmentOutcome.ELSEWHERE in outcomes or taken_unseen else NoticeState.OVER


def first_rang_at(call: Call, extensions: set[str]) -> datetime:
    """When the first of these phones rang, or took the call."""
    times = [s.rang_at or s.answered_at for s in reached_segments(call) if s.party.extension in extensions]
    return min((at for at in times if at), default=call.started_at)
