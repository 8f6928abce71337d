"""Calls that the log does not have, as rows: made before the transaction, which on SQLite a ringing call waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcard.calls.matching import match_fields
from callcard.calls.models import Call, Segment
from callcard.calls.rows import SEGMENT_FIELDS, call_fields, segment_fields
from callcard.customers.queries import NumberMatch
from callcard.customers.rows_at_once import fresh_ids, insert_prepared, prepared
from callcard.telephony import call as telephony

Users = Mapping[str, int | None]
"""Extension -> id of the user whose it is, if it is anybody's."""

_ID = 0  # stands first in both kinds of rows: the call's own, and a segment's call
_SEGMENT = ("call_id", "key", *SEGMENT_FIELDS)
# Texts that people write into the log; their columns have no default of the database's.
_UNWRITTEN = {"result": "", "note": ""}


@dataclass(frozen=True, slots=True)
class FreshRows:
    """Of one call, all but its id."""

    call: list[Any]
    segments: list[list[Any]]


def make_rows(
    calls: Sequence[telephony.Call], matches: Sequence[NumberMatch], *, users: Users
) -> tuple[tuple[str, ...], list[FreshRows]]:
    """The names of the columns of calls, and the rows of each call."""
    values = [_call(call, match, users) for call, match in zip(calls, matches, strict=True)]
    columns = tuple(values[0]) if values else ()
    rows = prepared(Call, columns, [[each[name] for name in columns] for each in values])
    segments = iter(prepared(Segment, _SEGMENT, [row for call in calls for row in _segments(call, users)]))
    return columns, [
        FreshRows(row, [next(segments) for _ in call.segments]) for call, row in zip(calls, rows, strict=True)
    ]


def write_rows(columns: tuple[str, ...], fresh: Sequence[FreshRows]) -> None:
    """Inside a transaction that writes."""
    for call_id, rows in zip(fresh_ids(Call, len(fresh)), fresh, strict=True):
        rows.call[_ID] = call_id
        for segment in rows.segments:
            segment[_ID] = call_id
    insert_prepared(Call, columns, [rows.call for rows in fresh])
    insert_prepared(Segment, _SEGMENT, [segment for rows in fresh for segment in rows.segments])


def answering_user(call: telephony.Call, users: Users) -> int | None:
    answered = call.answered_by
    return users.get(answered.party.extension) if answered else None


def _call(call: telephony.Call, match: NumberMatch, users: Users) -> dict[str, Any]:
    fields = call_fields(call, answered_by_id=answering_user(call, users))
    own = {"id": _ID, "pbx": call.pbx, "key": call.key, "origin": Call.Origin.RECORD.value}
    return {**own, **fields, **match_fields(match), **_UNWRITTEN}


def _segments(call: telephony.Call, users: Users) -> list[list[Any]]:
    found = []
    for segment in call.segments:
        user_id = users.get(segment.party.extension)
        values = segment_fields(_ID, segment, user_id=user_id, began_at=call.started_at)
        found.append([values[name] for name in _SEGMENT])
    return found
