"""Between the call as the tracker knows it and its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcard.calls.models import Call, Segment
from callcard.kit.controls import without_controls
from callcard.telephony import call as telephony

_ROOM = {
    "number": 255,
    "shown_name": 255,
    "dialled": 255,
    "line": 255,
    "queue": 80,
    "extension": 32,
    "name": 255,
}


def _fit(column: str, text: str) -> str:
    """Fit for its column and every screen: nonsense must not keep a call out of the log. (PostgreSQL takes no NUL.)"""
    return without_controls(text)[: _ROOM[column]] if text else ""


def call_fields(call: telephony.Call, *, answered_by_id: int | None) -> dict[str, Any]:
    """Columns that the PBX decides. What people write (customer, note, result) is not among them."""
    outside = call.outside
    return {
        "direction": call.direction.value,
        "outcome": call.outcome.value if call.outcome else "",
        "number": _fit("number", outside.number or outside.extension),
        "shown_name": _fit("shown_name", outside.name),
        "withheld": outside.withheld,
        "dialled": _fit("dialled", call.dialled),
        "line": _fit("line", call.line),
        "queue": _fit("queue", call.queue),
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "ring_seconds": call.ring_seconds,
        "talk_seconds": call.talk_seconds,
        "hold_seconds": call.hold_seconds,
        "is_recorded": call.recorded,
        "is_complete": call.complete,
        "command_id": call.placed_by_button,
        "answered_by_id": answered_by_id,
    }


SEGMENT_FIELDS = (
    "role",
    "extension",
    "user_id",
    "number",
    "name",
    "queue",
    "outcome",
    "rang_at",
    "answered_at",
    "ended_at",
    "talk_seconds",
    "hold_seconds",
    "began_at",
)


def segment_fields(
    call_id: int, segment: telephony.Segment, *, user_id: int | None, began_at: datetime
) -> dict[str, Any]:
    """`began_at`: when the call did."""
    return {
        "call_id": call_id,
        "key": segment.key,
        "role": segment.role.value,
        "extension": _fit("extension", segment.party.extension),
        "user_id": user_id,
        "number": _fit("number", segment.party.number),
        "name": _fit("name", segment.party.name),
        "queue": _fit("queue", segment.queue),
        "outcome": segment.outcome.value if segment.outcome else "",
        "rang_at": segment.rang_at,
        "answered_at": segment.answered_at,
        "ended_at": segment.ended_at,
        "talk_seconds": segment.talk_seconds,
        "hold_seconds": segment.hold_seconds,
        "began_at": began_at,
    }


def call_value(row: Call) -> telephony.Call:
    """The call as the tracker knew it when the row was last written. Reads row.segments."""
    segments = tuple(_segment_value(segment) for segment in row.segments.all())
    caller = next((s.party for s in segments if s.role is telephony.Role.CALLER), None)
    return telephony.Call(
        pbx=row.pbx,
        key=row.key,
        direction=telephony.Direction(row.direction),
        caller=caller or telephony.Party(number=row.number, name=row.shown_name, withheld=row.withheld),
        dialled=row.dialled,
        line=row.line,
        queue=row.queue,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        outcome=telephony.Outcome(row.outcome) if row.outcome else None,
        segments=segments,
        recorded=row.is_recorded,
        complete=row.is_complete,
        placed_by_button=row.command_id,
    )


def _segment_value(row: Segment) -> telephony.Segment:
    return telephony.Segment(
        key=row.key,
        party=telephony.Party(extension=row.extension, number=row.number, name=row.name),
        role=telephony.Role(row.role),
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        talk_seconds=row.talk_seconds,
        hold_seconds=row.hold_seconds,
        outcome=telephony.SegmentOutcome(row.outcome) if row.outcome else None,
        queue=row.queue,
    )
