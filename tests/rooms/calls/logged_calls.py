"""Calls in the log, and what a question to it finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import QueryDict

from callcard.calls.log_columns import columns_for
from callcard.calls.log_query import found_calls, orderable, page_of
from callcard.calls.models import Call, Segment
from callcard.staff.models import User
from callcard.ui.lists import read_asked

BEGAN = datetime(2026, 11, 2, 8, tzinfo=UTC)


def a_call(number: int, /, *people: User, **fields: Any) -> Call:
    """The call `number`, so many minutes after the first; answered and over unless told otherwise."""
    at = BEGAN + timedelta(minutes=number)
    told = {"direction": "inbound", "outcome": "answered", "answered_at": at, "ended_at": at, "talk_seconds": 60}
    call = Call.objects.create(**{"pbx": "p", "key": str(number), "started_at": at, **told, **fields})
    for person in people:
        Segment.objects.create(call=call, key=str(person.pk), role="called", user=person, began_at=at, answered_at=at)
    return call


def keys(user: User, question: str, after: str = "") -> list[str]:
    """The keys of all calls found, page after page, behind a place in the list."""
    columns, told = columns_for(user), []
    for _page in range(40):
        asked = read_asked(QueryDict(f"{question}&after={after}"), columns, sort="-started")
        found = found_calls(user, asked, columns)
        page = page_of(found, orderable(asked, found, columns), columns)
        told += [call.key for call in page.rows]
        after = page.next
        if not after:
            return told
    raise AssertionError("the pages do not end")
