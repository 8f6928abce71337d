"""The statements of the search. Each reads a bounded number of rows, however many would fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from callcard.customers import grams
from callcard.customers.search_frequency import Frequencies, frequencies
from callcard.customers.search_query import Slot, expression
from callcard.staff.visibility import Visibility

_SEEN_AMONG = 400
_CUSTOMER = "c.id, c.name, c.city, c.responsible_id, c.archived_at"
_CUSTOMER_OF_TEXT = "customers_customer c ON c.id = t.customer_id"
# So that PostgreSQL never asks the index anew for each customer whom the user may see.
_CUSTOMER_AFTERWARDS = "CROSS JOIN LATERAL (SELECT * FROM customers_customer WHERE id = t.customer_id OFFSET 0) c"
_FEW = 10_000
_NEWEST = 10_000
Part = tuple[str, list[Any]]
"""What stands behind FROM, and its values."""
Row = tuple[Any, ...]
"""(id, name, city, responsible, archived at, what the customer is found by as JSON)."""


def with_grams(
    questions: Sequence[list[Slot]], visibility: Visibility, limit: int, *, archived: bool, enough: int
) -> list[Row]:
    """Customers who are archived or are not and have what the slots ask for, of each question at most `limit`.

    `enough`: so many will do when far more would fit.
    """
    if connection.vendor == "sqlite":
        return _read_all([_matching(slots, archived) for slots in questions], visibility, limit)
    known = frequencies()
    if len(questions) == 1 and not archived and _is_common(questions[0], known, enough):
        newest = _read_all([_among_the_newest(questions[0], archived)], visibility, limit)
        if len(newest) >= enough:
            return newest
    return _read_all([_by_the_rarest(slots, archived, known) for slots in questions], visibility, limit)


def _is_common(slots: list[Slot], known: Frequencies, enough: int) -> bool:
    return known.most(slots) > _FEW and known.expected(slots, _NEWEST) * 2 >= enough


def _matching(slots: list[Slot], archived: bool) -> Part:
    asked = expression(slots, archived=archived)
    return (
        "customers_searchgrams g CROSS JOIN customers_searchtext t ON t.customer_id = g.rowid "
        f"CROSS JOIN {_CUSTOMER_OF_TEXT} WHERE customers_searchgrams MATCH %s"
    ), [asked]


def _among_the_newest(slots: list[Slot], archived: bool) -> Part:
    """What so many have that the newest few thousand customers are enough to look at."""
    newest = f"(SELECT * FROM customers_searchtext ORDER BY customer_id DESC LIMIT {_NEWEST}) t"
    return f"{newest} {_CUSTOMER_AFTERWARDS} WHERE t.grams @@ %s::tsquery", [expression(slots, archived=archived)]


def _by_the_rarest(slots: list[Slot], archived: bool, known: Frequencies) -> Part:
    """The index is asked for the rarest grams only, out of sight of the planner's guesses (SELECT, OFFSET 0)."""
    asked = [*slots, [[grams.fact("archived")]]] if archived else slots
    found = (
        "(SELECT customer_id, entries FROM customers_searchtext WHERE grams @@ (SELECT %s::tsquery) "
        "AND TS_MATCH_VQ(grams, %s::tsquery) OFFSET 0) t"
    )
    whole = expression(slots, archived=archived)
    return f"{found} {_CUSTOMER_AFTERWARDS} WHERE 1 = 1", [expression(known.rarest(asked)), whole]


def _read_all(parts: Sequence[Part], visibility: Visibility, limit: int) -> list[Row]:
    seen, visible = _seen(visibility)
    each = [f"SELECT {_CUSTOMER}, t.entries FROM {found}{seen} LIMIT {limit}" for found, _values in parts]
    values = [value for _found, asked in parts for value in (*asked, *visible)]
    return _read(each[0] if len(each) == 1 else " UNION ALL ".join(f"SELECT * FROM ({one}) s" for one in each), values)


def with_number_from(beginning: str, limit: int) -> list[Row]:
    """Customers with a number in E.164 that begins so ("+85620"), by number. Of everybody's."""
    below = _next(beginning)
    condition, parameters = "e164 >= %s", [beginning]
    if below:
        condition, parameters = condition + " AND e164 < %s", [beginning, below]
    return _read(
        f"SELECT {_CUSTOMER}, t.entries FROM "
        f"(SELECT customer_id, e164 FROM customers_phone WHERE {condition} ORDER BY e164 LIMIT {limit}) p "
        f"JOIN customers_searchtext t ON t.customer_id = p.customer_id JOIN {_CUSTOMER_OF_TEXT} ORDER BY p.e164",
        parameters,
    )


def with_code_from(code: str, visibility: Visibility, limit: int) -> list[Row]:
    """(customer's columns, source, text, code, last number) of records whose code begins so."""
    at_least, below, order = _ways_of_text()
    begins = f"code {at_least} %s AND code {below} %s"
    return _records(begins, f"code{order}", [code, code + "\U0010ffff"], visibility, limit)


def with_last_number(number: str, visibility: Visibility, limit: int) -> list[Row]:
    """As `with_code_from`, of records whose last number is this one, the newest first, then of those that begin so."""
    _at_least, below, order = _ways_of_text()
    same = _records("ending = %s", "id DESC", [number], visibility, limit)
    if len(same) >= limit:
        return same
    above = "> %s" if connection.vendor == "sqlite" else "~>~ %s"
    begins = f"ending {above} AND ending {below} %s"
    return [*same, *_records(begins, f"ending{order}", [number, number + "\U0010ffff"], visibility, limit - len(same))]


def _records(condition: str, order: str, values: list[Any], visibility: Visibility, limit: int) -> list[Row]:
    """Ordered twice: which rows are read, and how they come out of the join, which may turn them round."""
    seen, parameters = _seen(visibility)
    bound = max(limit, _SEEN_AMONG) if parameters else limit
    return _read(
        f"SELECT {_CUSTOMER}, s.source, s.text, s.code, s.ending FROM "
        f"(SELECT * FROM customers_searchcode WHERE {condition} ORDER BY {order} LIMIT {bound}) s "
        f"JOIN customers_customer c ON c.id = s.customer_id WHERE 1 = 1{seen} ORDER BY s.{order} LIMIT {limit}",
        [*values, *parameters],
    )


def _ways_of_text() -> tuple[str, str, str]:
    """At least, below, order: by bytes, as the indexes are."""
    return (">=", "<", "") if connection.vendor == "sqlite" else ("~>=~", "~<~", " USING ~<~")


def _next(beginning: str) -> str:
    """The first number that does not begin so any more; "" when none follows."""
    digits = beginning[1:].rstrip("9")
    return f"+{int(digits) + 1}" if digits else ""


def _seen(visibility: Visibility) -> tuple[str, list[Any]]:
    if visibility.responsible_ids is None:
        return "", []
    marks = ", ".join(["%s"] * len(visibility.responsible_ids))
    return f" AND c.responsible_id IN ({marks})", sorted(visibility.responsible_ids)


def _read(sql: str, parameters: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
