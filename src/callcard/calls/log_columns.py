"""Columns of the log: what they are called, how they are filtered, ordered and grouped."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from callcard.calls.models import Call, CallResult, CallTag
from callcard.customers.list_columns import people_of
from callcard.staff.line_names import line_choices
from callcard.staff.models import User
from callcard.ui.lists import Column

_MOST_LINES = 300


def columns_for(user: User) -> list[Column]:
    people = people_of(user)
    directions = tuple((str(value), str(words)) for value, words in Call.Direction.choices)
    outcomes = tuple((str(value), str(words)) for value, words in Call.Outcome.choices if value)
    origins = tuple((str(value), str(words)) for value, words in Call.Origin.choices)
    known = (("known", _("A customer")), ("unknown", _("Nobody we know")))
    return [
        Column("started", _("When"), "date", sort="started_at", can_group=True, may_be_empty=False),
        Column("direction", _("Direction"), "choice", options=directions, can_group=True, may_be_empty=False),
        Column("customer", _("With"), "choice", options=known, may_be_empty=False),
        Column("number", _("Number"), "text", has_filter=_has_whole_numbers(user), may_be_empty=False),
        Column("person", _("Who of us"), "choice", options=people, can_group=True, may_be_empty=False),
        Column("outcome", _("Outcome"), "choice", options=outcomes, can_group=True, may_be_empty=False),
        Column("rang", _("Rang"), "length", sort="ring_seconds", may_be_empty=False),
        Column("talked", _("Talked"), "length", sort="talk_seconds", may_be_empty=False),
        Column("result", _("Result"), "choice", options=_results(), can_group=True),
        Column("note", _("Note"), has_filter=False),
        Column("tags", _("Tags"), "choices", options=_tags(), can_group=True, is_shown=False),
        Column("line", _("Line"), "choice", options=_told("line"), can_group=True, is_shown=False),
        Column("queue", _("Group"), "choice", options=_told("queue"), can_group=True, is_shown=False),
        Column("answered", _("Answered by"), "choice", options=people, can_group=True, is_shown=False),
        Column("held", _("Held"), "length", sort="hold_seconds", is_shown=False, may_be_empty=False),
        Column("order", _("Order"), "text", is_shown=False),
        Column("cost", _("Cost"), "money", sort="cost", is_shown=False, may_be_empty=False),
        Column("recorded", _("Recorded"), "yesno", is_shown=False, may_be_empty=False),
        Column(
            "origin", _("Learned from"), "choice", options=origins, can_group=True, is_shown=False, may_be_empty=False
        ),
    ]


def _has_whole_numbers(user: User) -> bool:
    """Nobody may find out by asking for beginnings what they are not shown."""
    return user.veil is None or user.veil.has_whole_numbers


def _results() -> tuple[tuple[str, str], ...]:
    """Those of the list, and those that calls keep from earlier."""
    listed = list(CallResult.objects.order_by("position", "name").values_list("name", flat=True))
    return tuple((name, name) for name in dict.fromkeys([*listed, *distinct("result")]) if name)


def _tags() -> tuple[tuple[str, str], ...]:
    return tuple((str(pk), name) for pk, name in CallTag.objects.values_list("pk", "name"))


def _told(column: str) -> tuple[tuple[str, str], ...]:
    """What telephone systems have called their lines or groups, with the company's names."""
    values = [value for value in distinct(column) if value]
    return tuple(line_choices(values)) if column == "line" else tuple((value, value) for value in values)


_INDEXES = {
    "line": "ended_at IS NOT NULL",
    "queue": "NOT (queue = '')",
    "result": "NOT (result = '')",
}


def distinct(column: str) -> list[str]:
    """The values of a column of the log, found by leaping from one to the next in its index."""
    table = f"calls_call WHERE {_INDEXES[column]} AND {column} >"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE known(value) AS (SELECT MIN({column}) FROM {table} '' UNION ALL "
            f"SELECT (SELECT MIN({column}) FROM {table} known.value) FROM known WHERE known.value IS NOT NULL) "
            f"SELECT value FROM known WHERE value IS NOT NULL LIMIT {_MOST_LINES}"
        )
        return [row[0] for row in cursor.fetchall()]
