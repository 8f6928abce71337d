"""Reads callers' cards: everything the pop-up shows of a customer, in one statement and without the ORM.

This is the longest step between the ring and the screen. Everything hangs on the customer by subqueries that each
find their few rows in an index; lists come as JSON, which both databases build themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

from django.db import connection

from callcard.desk.card import (
    ORDERS_SHOWN,
    TASKS_SHOWN,
    CallerCard,
    CardContact,
    CardDebt,
    CardOrder,
    CardPhone,
    CardTask,
    LastContact,
)

_Value = TypeVar("_Value")

_exact = json.JSONDecoder(parse_float=Decimal)

_CUSTOMERS_AT_ONCE = 8
"""The statement always asks for so many (the last one repeated): one text, so the server keeps its plan."""
_SMALLEST = Decimal("0.001")
# Keep in step with User.shown_name.
_NAME_OF_USER = "COALESCE(NULLIF(TRIM(u.first_name || ' ' || u.last_name), ''), u.username)"


def read_cards(customer_ids: Iterable[int], *, now: datetime) -> dict[int, CallerCard]:
    """Cards by customer id; ids that do not exist are left out. `now`: the last contact began before it."""
    wanted = list(dict.fromkeys(customer_ids))
    cards: dict[int, CallerCard] = {}
    for start in range(0, len(wanted), _CUSTOMERS_AT_ONCE):
        for row in _rows(wanted[start : start + _CUSTOMERS_AT_ONCE], now):
            cards[row[0]] = _card(row)
    return cards


def _rows(ids: Sequence[int], now: datetime) -> list[Sequence[Any]]:
    size = 1 if len(ids) == 1 else _CUSTOMERS_AT_ONCE
    padded = [*ids, *[ids[-1]] * (size - len(ids))]
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, size), [now, *padded])
        return cast("list[Sequence[Any]]", cursor.fetchall())


@cache
def _statement(vendor: str, size: int) -> str:
    row, rows = ("json_array", "json_group_array") if vendor == "sqlite" else ("json_build_array", "json_agg")
    own_fields = "c.own_fields" if vendor == "sqlite" else "c.own_fields::text"

    def listed(columns: str, source: str) -> str:
        """A JSON list of rows; ordered, because the rows of a subquery are aggregated as they come."""
        made = f"(SELECT {rows}({row}({columns})) FROM ({source}) t)"
        return made if vendor == "sqlite" else f"{made}::text"

    phones = listed(
        "t.id, t.raw, t.e164, t.label, t.person, t.is_preferred",
        "SELECT * FROM customers_phone p WHERE p.customer_id = c.id ORDER BY p.is_preferred DESC, p.id",
    )
    contacts = listed(
        "t.kind, t.value, t.label", "SELECT * FROM customers_contact k WHERE k.customer_id = c.id ORDER BY k.id"
    )
    debts = listed(
        "t.owed, t.currency",
        "SELECT * FROM sales_balance b WHERE b.customer_id = c.id AND b.owed <> 0 ORDER BY b.owed DESC",
    )
    orders = listed(
        "t.number, t.title, t.name, t.colour, t.total, t.currency, t.ordered_at, t.due_on",
        "SELECT o.number, o.title, s.name, s.colour, o.total, o.currency, o.ordered_at, o.due_on "
        "FROM sales_order o JOIN sales_orderstate s ON s.id = o.state_id "
        f"WHERE o.customer_id = c.id AND o.is_current ORDER BY o.ordered_at DESC LIMIT {ORDERS_SHOWN}",
    )
    tasks = listed(
        "t.id, t.title, t.due_at, t.assignee",
        f"SELECT k.id, k.title, k.due_at, {_NAME_OF_USER} AS assignee "
        "FROM tasks_task k JOIN staff_user u ON u.id = k.assignee_id "
        "WHERE k.customer_id = c.id AND k.done_at IS NULL "
        f"ORDER BY k.due_at NULLS LAST, k.id LIMIT {TASKS_SHOWN}",
    )
    last_contact = listed(
        "t.started_at, t.who, t.direction, t.outcome, t.result, t.note",
        f"SELECT a.started_at, {_NAME_OF_USER} AS who, a.direction, a.outcome, a.result, a.note "
        "FROM (SELECT * FROM calls_call l WHERE l.customer_id = c.id AND l.outcome = 'answered' "
        "AND l.started_at < n.at ORDER BY l.started_at DESC LIMIT 1) a "
        "LEFT JOIN staff_user u ON u.id = COALESCE(a.answered_by_id, (SELECT s.user_id FROM calls_segment s "
        "WHERE s.call_id = a.id AND s.user_id IS NOT NULL ORDER BY s.role, s.id LIMIT 1))",
    )
    moment = "SELECT %s AS at" if vendor == "sqlite" else "SELECT %s::timestamptz AS at"
    return (
        "SELECT c.id, c.kind, c.name, c.portrait, g.name, g.colour, c.city, c.country, c.address, c.language, "
        f"c.birthday, c.note, {_NAME_OF_USER}, {own_fields}, {phones}, {contacts}, {debts}, {orders}, "
        "(SELECT COUNT(*) FROM sales_order o WHERE o.customer_id = c.id AND o.is_current), "
        f"{tasks}, (SELECT COUNT(*) FROM tasks_task k WHERE k.customer_id = c.id AND k.done_at IS NULL), "
        f"{last_contact}, COALESCE((SELECT s.answer = 'refused' FROM consent_consent s WHERE s.customer_id = c.id "
        f"AND s.way = 'calls' ORDER BY s.id DESC LIMIT 1), FALSE) FROM ({moment}) n CROSS JOIN customers_customer c "
        "LEFT JOIN customers_category g ON g.id = c.category_id LEFT JOIN staff_user u ON u.id = c.responsible_id "
        f"WHERE c.id IN ({', '.join(['%s'] * size)})"
    )


def _card(row: Sequence[Any]) -> CallerCard:
    (pk, kind, name, portrait, category, colour, city, country, address, language, birthday, note, responsible) = row[
        :13
    ]
    own_fields, phones, contacts, debts, orders, orders_count, tasks, tasks_count, last_contact, refuses = row[13:]
    return CallerCard(
        customer_id=pk,
        kind=kind,
        name=name,
        portrait=portrait,
        category=category or "",
        colour=colour or "",
        city=city,
        country=country,
        address=address,
        language=language,
        birthday=_date(birthday),
        note=note,
        responsible=responsible or "",
        phones=_listed(phones, _phone),
        contacts=_listed(contacts, _contact),
        debts=_listed(debts, _debt),
        orders=_listed(orders, _order),
        orders_count=orders_count,
        tasks=_listed(tasks, _task),
        tasks_count=tasks_count,
        last_contact=next(iter(_listed(last_contact, _last_contact)), None),
        refuses_calls=bool(refuses),
        own_fields={key: value for key, value in json.loads(own_fields).items() if value not in (None, "")},
    )


def _listed(text: str | None, made: Callable[..., _Value]) -> tuple[_Value, ...]:
    if not text or text == "[]":
        return ()
    return tuple(made(*values) for values in _exact.decode(text))


def _phone(pk: int, raw: str, e164: str, label: str, person: str, is_preferred: bool | int) -> CardPhone:
    return CardPhone(id=pk, raw=raw, e164=e164, label=label, person=person, is_preferred=bool(is_preferred))


def _contact(kind: str, value: str, label: str) -> CardContact:
    return CardContact(kind=kind, value=value, label=label)


def _debt(owed: Decimal | int, currency: str) -> CardDebt:
    return CardDebt(owed=_money(owed), currency=currency)


def _order(
    number: str, title: str, state: str, colour: str, total: Decimal | int, currency: str, ordered: str, due: str | None
) -> CardOrder:
    return CardOrder(
        number=number,
        title=title,
        state=state,
        colour=colour,
        total=_money(total),
        currency=currency,
        ordered_at=_moment(ordered),
        due_on=_date(due),
    )


def _task(pk: int, title: str, due: str | None, assignee: str) -> CardTask:
    return CardTask(id=pk, title=title, due_at=_moment(due) if due else None, assignee=assignee)


def _last_contact(at: str, who: str | None, direction: str, outcome: str, result: str, note: str) -> LastContact:
    return LastContact(at=_moment(at), who=who or "", direction=direction, outcome=outcome, result=result, note=note)


def _money(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(_SMALLEST)


def _moment(text: str) -> datetime:
    """PostgreSQL writes the offset; SQLite has times in UTC and says nothing."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
