"""The rows of a company with ten million calls in a year, made by the database itself. The same every time.

Two hundred people, of whom some talk far more than others; working hours; lines and groups of which some are rare;
calls stand in the table in the order of time, as they do where they were written down as they happened.
"""

from __future__ import annotations

from bench.rights import managers_rights
from bench.seed_rows import MOBILE, Dialect, Rows, customer_name, picked
from callcard.staff.roles.rules import Scope

PEOPLE = 200
CUSTOMERS = 100_000
ORDERS = 50_000
DAYS = 365
_A_DAY = 24 * 60
_BEFORE_WORK, _WORK = 7 * 60, 12 * 60  # minutes
_PRIMES = (2_654_435_761, 40_503, 2_246_822_519, 3_266_489_917, 668_265_263, 374_761_393, 1_274_126_177, 2_147_483_647)
RARE_LINE, RARE_QUEUE, RARE_RESULT = "+85621280099", "night", "Wants a visit"


def call_rows(calls: int, sql: Dialect) -> list[Rows]:
    """Every table, those that others refer to first."""
    return [*_company(sql), *_customers(sql), *_calls(calls, sql), *_segments(calls, sql), *_about(calls, sql)]


def chance(which: int, of: str = "n.i") -> str:
    """A number from 0 to 9999 that looks like chance: another one for each `which`."""
    return f"((({of}) * {_PRIMES[which]} + {which * 7919}) / 64 % 10000)"


def _company(sql: Dialect) -> list[Rows]:
    user = {
        "id": "n.i",
        "username": "'user' || n.i",
        "first_name": picked(["Mali", "Somchai", "Noy", "Anna", "Ivan", "Lena", "Jonas"], "n.i"),
        "last_name": "'No. ' || n.i",
        "rights": f"CASE WHEN n.i % 10 = 7 THEN '{managers_rights(Scope.OWN)}' ELSE '{managers_rights(Scope.ALL)}' END",
        "is_active": sql.yes,
        "date_joined": sql.before_now("0"),
    }
    listed = {"id": "n.i", "colour": "'blue'", "position": "n.i"}
    return [
        Rows("staff_company", 1, {"id": "1", "name": "'Bench'", "region": "'LA'", "currency": "'LAK'"}),
        Rows("staff_user", PEOPLE, user),
        Rows("staff_extension", PEOPLE, {"id": "n.i", "number": "CAST(300 + n.i AS TEXT)", "user_id": "n.i"}),
        Rows("calls_callresult", 6, {**listed, "name": picked(_RESULTS, "n.i - 1")}),
        Rows("calls_calltag", 4, {**listed, "name": "'Tag ' || n.i"}),
    ]


def _customers(sql: Dialect) -> list[Rows]:
    name, digits = customer_name(), f"CAST({MOBILE} + n.i AS TEXT)"
    customer = {
        "id": "n.i",
        "kind": "'person'",
        "name": name,
        "search_name": sql.lower(name),
        "responsible_id": f"1 + n.i % {PEOPLE}",
        "country": "'LA'",
        "city": picked(["Vientiane", "Pakse"], "n.i"),
        "own_fields": sql.json("'{}'"),
        "created_at": sql.before_now("n.i"),
    }
    phone = {"raw": f"'020 ' || {digits}", "e164": f"'+85620' || {digits}", "ending": f"SUBSTR({digits}, 2)"}
    order = {
        "id": "n.i",
        "customer_id": f"1 + n.i % {CUSTOMERS}",
        "number": "'B-' || n.i",
        "state_id": "1",
        "currency": "'LAK'",
        "ordered_at": sql.before_now("n.i % 260000"),
    }
    return [
        Rows("customers_customer", CUSTOMERS, customer),
        Rows("customers_phone", CUSTOMERS, {"customer_id": "n.i", **phone, "is_preferred": sql.yes}),
        Rows("sales_orderstate", 1, {"id": "1", "name": "'New'", "colour": "'blue'", "is_current": sql.yes}),
        Rows("sales_order", ORDERS, order),
    ]


_RESULTS = ["Ordered", "Interested", "Call again", "Question answered", "Not interested", RARE_RESULT]
_INBOUND, _OUTBOUND = f"{chance(0)} < 5800", f"{chance(0)} BETWEEN 5800 AND 9299"
_OUTCOME = (
    f"CASE WHEN {chance(1)} < 7800 THEN 'answered' WHEN {chance(1)} < 8900 THEN 'missed' "
    f"WHEN {chance(1)} < 9600 THEN 'cancelled' WHEN {chance(1)} < 9960 THEN 'busy' "
    f"WHEN {chance(1)} < 9998 THEN 'failed' ELSE 'unknown' END"
)
_ANSWERED = f"{chance(1)} < 7800"
_KNOWN = f"{chance(2)} < 7000"


def skewed(which: int, of: str, most: int) -> str:
    """From 1 to `most`, the small ones far oftener."""
    return f"(1 + {chance(which, of)} * {chance(which, of)} / 10000 * {most} / 10000)"


def person(of: str = "n.i") -> str:
    return skewed(3, of, PEOPLE)


def _minutes_ago(calls: int, of: str = "n.i") -> str:
    """In the order of time, from seven to nineteen o'clock."""
    day, within = f"(({of}) * {DAYS} / {calls})", f"((({of}) * {DAYS}) % {calls} * {_WORK * 1.0} / {calls})"
    return f"({DAYS * _A_DAY} - {day} * {_A_DAY} - {_BEFORE_WORK} - {within})"


_SELDOM_MUCH = f"({chance(5)} * {chance(5)} * {chance(5)} / 1e12)"


def _calls(calls: int, sql: Dialect) -> list[Rows]:
    customer = f"({skewed(4, 'n.i', CUSTOMERS)} * 7 % {CUSTOMERS} + 1)"
    stranger = "55000000 + n.i % 900001"
    digits = f"CASE WHEN {_KNOWN} THEN CAST({MOBILE} + {customer} AS TEXT) ELSE CAST({stranger} AS TEXT) END"
    outside, ago = f"({_INBOUND} OR {_OUTBOUND})", _minutes_ago(calls)
    number = f"CASE WHEN {outside} THEN {digits} ELSE CAST(300 + {person()} AS TEXT) END"
    call = {
        "id": "n.i",
        "pbx": "'bench'",
        "key": "'seed-' || n.i",
        "direction": f"CASE WHEN {_INBOUND} THEN 'inbound' WHEN {_OUTBOUND} THEN 'outbound' ELSE 'internal' END",
        "outcome": _OUTCOME,
        "number": number,
        "e164": f"CASE WHEN {outside} THEN '+85620' || {digits} ELSE '' END",
        "line": f"CASE WHEN NOT {outside} THEN '' WHEN n.i % 10007 = 0 THEN '{RARE_LINE}' "
        f"ELSE '+8562128000' || ({chance(5)} * {chance(5)} / 12500001) END",
        "queue": f"CASE WHEN NOT {_INBOUND} THEN '' WHEN n.i % 20011 = 0 THEN '{RARE_QUEUE}' "
        f"WHEN {chance(6)} < 4000 THEN 'group ' || ({chance(6)} / 900) ELSE '' END",
        "started_at": sql.before_now(ago),
        "answered_at": f"CASE WHEN {_ANSWERED} THEN {sql.before_now(ago)} END",
        "ended_at": sql.before_now(ago),
        "ring_seconds": f"2 + {chance(7)} * {chance(7)} / 100000000.0 * 60",
        "talk_seconds": f"CASE WHEN {_ANSWERED} THEN 5 + 3600.0 * {_SELDOM_MUCH} ELSE 0 END",
        "hold_seconds": f"CASE WHEN {_ANSWERED} AND {chance(2)} % 40 = 0 THEN 5 + {chance(6)} / 50.0 ELSE 0 END",
        "is_recorded": f"CASE WHEN {_ANSWERED} AND {chance(6)} % 3 = 0 THEN {sql.yes} ELSE {sql.no} END",
        "is_complete": sql.yes,
        "customer_id": f"CASE WHEN {outside} AND {_KNOWN} THEN {customer} END",
        "match": f"CASE WHEN {outside} AND {_KNOWN} THEN 'exact' ELSE 'none' END",
        "candidates": sql.json("'[]'"),
        "answered_by_id": f"CASE WHEN {_INBOUND} AND {_ANSWERED} THEN {person()} END",
        "result": f"CASE WHEN {_ANSWERED} AND {chance(4)} < 6000 THEN CASE WHEN n.i % 5003 = 0 THEN '{RARE_RESULT}' "
        f"ELSE {picked(_RESULTS[:-1], f'n.i + {chance(7)}')} END ELSE '' END",
        "note": picked(["", "", "Asked about delivery.", "", ""], "n.i"),
        "origin": "CASE WHEN n.i % 211 = 0 THEN 'record' WHEN n.i % 1009 = 0 THEN 'hand' ELSE 'live' END",
        "written_by_id": f"CASE WHEN n.i % 1009 = 0 AND n.i % 211 <> 0 THEN {person()} END",
        "order_id": f"CASE WHEN n.i % 61 = 0 THEN 1 + n.i * 31 % {ORDERS} END",
        "cost": f"CASE WHEN {_OUTBOUND} AND {_ANSWERED} THEN {chance(7)} / 10.0 END",
        "cost_currency": f"CASE WHEN {_OUTBOUND} AND {_ANSWERED} THEN 'LAK' ELSE '' END",
    }
    return [Rows("calls_call", calls, call)]


def _segments(calls: int, sql: Dialect) -> list[Rows]:
    """The own telephone, the party outside, and of every fifth call a colleague whose telephone rang too."""

    def segment(key: str, of: str, role: str, outcome: str, **columns: str) -> dict[str, str]:
        at = sql.before_now(_minutes_ago(calls, of))
        told = {"call_id": of, "key": f"'{key}'", "role": role, "outcome": outcome, "ended_at": at, "began_at": at}
        return {**told, "rang_at": at, **columns}

    caller = f"CASE WHEN {_INBOUND} THEN 'called' ELSE 'caller' END"
    outside = f"CASE WHEN {_INBOUND} THEN 'caller' ELSE 'called' END"
    answered_at = f"CASE WHEN {_ANSWERED} THEN {sql.before_now(_minutes_ago(calls))} END"
    talked = {"answered_at": answered_at, "talk_seconds": "60"}
    colleague = f"1 + n.i % {PEOPLE}"
    own = {"extension": f"CAST(300 + {person()} AS TEXT)", "user_id": person(), **talked}
    rung = {"extension": f"CAST(300 + {colleague} AS TEXT)", "user_id": colleague}
    return [
        Rows("calls_segment", calls, segment("own", "n.i", caller, _OUTCOME, **own)),
        Rows("calls_segment", calls, segment("outside", "n.i", outside, _OUTCOME, **talked)),
        Rows("calls_segment", calls // 5, segment("rung", "(n.i * 5)", "'called'", "'elsewhere'", **rung)),
    ]


def _about(calls: int, sql: Dialect) -> list[Rows]:
    at = sql.before_now(_minutes_ago(calls, "(n.i * 11)"))
    tag = f"CASE WHEN n.i % 1000 = 0 THEN 4 ELSE 1 + {chance(3)} % 3 END"
    return [Rows("calls_calltagging", calls // 11, {"call_id": "n.i * 11", "tag_id": tag, "began_at": at})]
