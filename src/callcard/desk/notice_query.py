"""Reads what a pop-up says of the call itself and of the user who sees it, in one statement and without the ORM."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection

from callcard.staff.models import User

Row = dict[str, Any]
"""By the names in COLUMNS; times are aware, `candidates` is a list."""

_OF_NOTICE = ("call_id", "user_id", "state", "rang_at", "closed_at")
_OF_CALL = (
    *("direction", "number", "e164", "shown_name", "withheld", "line", "queue", "started_at", "answered_at"),
    *("ended_at", "outcome", "match", "candidates", "customer_id", "note", "result"),
)
_OF_ANSWERER = ("first_name", "last_name", "username")
_OF_USER = ("id", "rights", "team_id", "is_active", "language")
_OWN_NOTE = "own_note"  # what the user who sees it wrote
COLUMNS = (*_OF_NOTICE, *_OF_CALL, *(f"answered_by_{name}" for name in _OF_ANSWERER), _OWN_NOTE)
_MOMENTS = ("rang_at", "started_at", "answered_at", "ended_at")

_CALLS_AT_ONCE = 8
"""The statement asks for one call or for so many (the last one repeated), so the server keeps its plan."""


def read_notices(pairs: Iterable[tuple[int, int]]) -> list[tuple[User, Row]]:
    """For each (call id, user id) that was told. The user has only the fields that decide what they may see."""
    wanted = set(pairs)
    calls = sorted({call_id for call_id, _ in wanted})
    found = []
    for start in range(0, len(calls), _CALLS_AT_ONCE):
        for values in _rows(calls[start : start + _CALLS_AT_ONCE]):
            if (values[0], values[1]) in wanted:
                found.append((_user(values[len(COLUMNS) :]), _row(values)))
    return found


def _rows(calls: Sequence[int]) -> list[tuple[Any, ...]]:
    size = 1 if len(calls) == 1 else _CALLS_AT_ONCE
    with connection.cursor() as cursor:
        cursor.execute(_statement(size), [*calls, *[calls[-1]] * (size - len(calls))])
        return list(cursor.fetchall())


@cache
def _statement(size: int) -> str:
    named = {"n": _OF_NOTICE, "c": _OF_CALL, "a": _OF_ANSWERER, "o": ("text",), "u": _OF_USER}
    columns = ", ".join(f'{table}."{name}"' for table, names in named.items() for name in names)
    return (
        f"SELECT {columns} FROM calls_notice n JOIN calls_call c ON c.id = n.call_id "
        "JOIN staff_user u ON u.id = n.user_id LEFT JOIN staff_user a ON a.id = c.answered_by_id "
        "LEFT JOIN calls_callnote o ON o.call_id = n.call_id AND o.author_id = n.user_id "
        f"WHERE n.call_id IN ({', '.join(['%s'] * size)})"
    )


def _user(values: tuple[Any, ...]) -> User:
    return User(**dict(zip(_OF_USER, values, strict=True)))


def _row(values: tuple[Any, ...]) -> Row:
    row: Row = dict(zip(COLUMNS, values, strict=False))
    row["candidates"] = json.loads(row["candidates"])
    for name in _MOMENTS:
        row[name] = _aware(row[name])
    return row


def _aware(moment: datetime | None) -> datetime | None:
    """SQLite gives times in UTC and does not say so."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
