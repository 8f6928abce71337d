"""The rows of a large company, made by the database itself from a series of numbers. The same every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bench.rights import managers_rights
from callcard.customers.grams import fact, fact_number
from callcard.staff.roles.rules import Scope

USERS = 50
CATEGORIES = 5
STATES = 4
MOBILE = 20_000_000
SECOND_MOBILE = 90_000_000
SCATTER = 7919  # has no factor with ten, so customers' second numbers stay different
SERIES = 10_000_000
NOW = "2026-11-21 08:00:00"
NAMES: list[tuple[list[str], list[str], list[str], list[str]]] = [
    # First names, then what last names are put together from: beginnings, middles, ends.
    (
        ["Mali", "Somchai", "Noy", "Bounmy", "Khamla", "Anna", "Ivan", "Sokha", "Dara", "Lena", "Jonas", "Fatima"],
        ["Vong", "Phom", "Siso", "Kham", "Schmi", "Web", "Petro", "Aleksan", "Smi", "John", "Nguy", "Tran"],
        ["", "ma", "pha", "li", "su", "vi", "ra", "no", "ke", "ta", "sa", "do", "vo"],
        ["chan", "vong", "dt", "er", "son", "drov", "th", "ez", "lith", "nov", "sy"],
    ),
    (
        ["Айгуль", "Нурлан", "Иван", "Елена", "Дмитрий", "Александр", "Мария", "Ольга", "Сергей", "Жанна"],
        ["Ахме", "Пет", "Ива", "Сидо", "Кузне", "Смир", "Нурма", "Бай", "Тул", "Жума"],
        ["", "то", "ро", "на", "га", "бе", "ли", "ша", "ку", "де", "ма"],
        ["тов", "нова", "ров", "цов", "ев", "ханов", "нский", "баев", "ко"],
    ),
    (
        ["ສົມໄຊ", "ມະລິ", "ບຸນມີ", "ຄຳລ້າ", "ນ້ອຍ", "ວັນນາ", "ແກ້ວ", "ສີດາ"],
        ["ວົງ", "ພົມ", "ສີ", "ໄຊ", "ຄຳ", "ແກ້ວ", "ບຸນ", "ທອງ"],
        ["", "ສະ", "ພະ", "ມະ", "ລາ", "ວິ", "ສຸ", "ນາ"],
        ["ຈັນ", "ວົງ", "ສຸກ", "ລິດ", "ວັນ", "ພອນ", "ສາ", "ທິບ"],
    ),
    (
        ["สมชาย", "มาลี", "วันนา", "សុខា", "ដារា", "ចាន់", "พรทิพย์", "វណ្ណា"],
        ["วงศ์", "ศรี", "พงษ์", "ทอง", "ចន្ទ", "កែវ", "សុខ", "มณี"],
        ["", "สุ", "ระ", "นา", "วิ", "លី", "រ៉ា", "ជา"],
        ["วัฒน์", "กุล", "ชัย", "ศักดิ์", "រដ្ឋ", "វង្ស", "พร", "มงคล"],
    ),
    (
        ["فاطمة", "عمر", "محمد", "ليلى", "أحمد", "خالد", "مريم", "يوسف"],
        ["الحد", "النا", "الخط", "بن", "العم", "الشر", "المنص", "الزه"],
        ["", "ا", "و", "ي", "را", "نو", "سي", "لا"],
        ["اد", "صر", "يب", "ري", "قي", "ور", "ان", "مي"],
    ),
]
"""Of customers whose number leaves 0, 1, 2, 3 or 4 when divided by five."""
FIRST_NAMES, LAST_NAMES = NAMES[0][0], ["Souk", "Vong", "Chan", "Keo", "Petrov", "Weber", "Haddad", "Meas", "Sok"]


def number_of(customer: int) -> str:
    """E.164 of the first phone of the customer with this id (1 is the first)."""
    return f"+85620{MOBILE + customer}"


def second_number_of(customer: int) -> str:
    """E.164 of the second phone; customers with an even id have one."""
    return f"+85620{SECOND_MOBILE + customer * SCATTER % SERIES}"


class Dialect(Protocol):
    """What the two databases say differently."""

    yes: str
    no: str

    def before_now(self, minutes: str) -> str:
        """The moment so many minutes (an SQL expression) before NOW."""

    def day_after_now(self, days: str) -> str: ...

    def json(self, text: str) -> str:
        """A JSON value made of a text (an SQL expression)."""

    def lower(self, text: str) -> str:
        """A text in small letters, of any script."""


@dataclass(frozen=True, slots=True)
class Rows:
    """`rows` times: `columns` as SQL expressions of `n.i`, which counts from 1. Missing columns get empty values."""

    table: str
    rows: int
    columns: Mapping[str, str]


def picked(values: list[str], by: str) -> str:
    """One of the values by an SQL expression."""
    cases = " ".join(f"WHEN {index} THEN '{value}'" for index, value in enumerate(values))
    return f"CASE ({by}) % {len(values)} {cases} END"


def customer_name() -> str:
    """The name of customer n.i, in one of five groups of scripts; nine parts that repeat at different distances."""
    cases = []
    for first, *parts in NAMES:
        steps = (5, 23, 311, 4099)
        pieces = [picked(values, f"n.i / {step}") for values, step in zip((first, *parts), steps, strict=True)]
        cases.append(f"({pieces[0]}) || ' ' || ({pieces[1]}) || ({pieces[2]}) || ({pieces[3]})")
    return "CASE n.i % 5 " + " ".join(f"WHEN {index} THEN {case}" for index, case in enumerate(cases)) + " END"


def company_rows(customers: int, sql: Dialect) -> list[Rows]:
    """Every table, those that others refer to first."""
    return [*_staff(sql), *_customers(customers, sql), *_sales(customers, sql), *_work(customers, sql)]


def _staff(sql: Dialect) -> list[Rows]:
    user = {
        "id": "n.i",
        "username": "'user' || n.i",
        "first_name": picked(FIRST_NAMES, "n.i"),
        "last_name": picked(LAST_NAMES, "n.i"),
        "rights": f"'{managers_rights(Scope.ALL)}'",
        "is_active": sql.yes,
        "date_joined": sql.before_now("0"),
    }
    return [
        Rows("staff_company", 1, {"id": "1", "name": "'Bench'", "region": "'LA'", "currency": "'LAK'"}),
        Rows("staff_user", USERS, user),
        Rows("staff_extension", USERS, {"id": "n.i", "number": "CAST(300 + n.i AS TEXT)", "user_id": "n.i"}),
        Rows("staff_line", 5, {"id": "n.i", "number": "'021 21280' || n.i", "e164": "'+8562121280' || n.i"}),
    ]


def _customers(customers: int, sql: Dialect) -> list[Rows]:
    name = customer_name()
    first, second = f"CAST({MOBILE} + n.i AS TEXT)", f"CAST({SECOND_MOBILE} + n.i * 2 * {SCATTER} % {SERIES} AS TEXT)"

    json_lists = {"options": "'[]'", "roles": "'[]'", "on_list": sql.yes}

    def phone(digits: str) -> dict[str, str]:
        return {
            "raw": f"'020 ' || {digits}",
            "e164": f"'+85620' || {digits}",
            "ending": f"SUBSTR({digits}, 2)",
            "label": "'mobile'",
        }

    def own_field(number: int, key: str, kind: str = "text") -> Rows:
        columns = {"id": str(number), "key": f"'{key}'", "name": f"'{key.title()}'", "kind": f"'{kind}'", **json_lists}
        return Rows("customers_ownfield", 1, columns)

    return [
        own_field(1, "contract"),
        own_field(2, "source"),
        own_field(3, "limit", "number"),
        Rows("customers_tag", 3, {"id": "n.i", "name": "'Tag ' || n.i", "colour": "'blue'"}),
        Rows("customers_category", CATEGORIES, {"id": "n.i", "name": "'Category ' || n.i", "colour": "'green'"}),
        Rows(
            "customers_customer",
            customers,
            {
                "id": "n.i",
                "kind": "'person'",
                "name": name,
                "search_name": sql.lower(name),
                "category_id": f"1 + n.i / 7 % {CATEGORIES}",
                "responsible_id": f"1 + n.i % {USERS}",
                "portrait": "'portraits/00/0000.webp'",
                "country": "'LA'",
                "city": picked(["Vientiane", "Pakse", "Savannakhet", "Luang Prabang"], "n.i"),
                "address": "'Street ' || n.i % 400",
                "note": picked(["", "Prefers to be called in the morning.", ""], "n.i"),
                "own_fields": sql.json(
                    """'{"contract": "A-' || (n.i % 5000) || '", "source": "fair",'"""
                    """ || ' "limit": "' || (n.i % 10000) || '"}'"""
                ),
                "created_at": sql.before_now(f"({customers} - n.i) / 2"),
            },
        ),
        Rows("customers_phone", customers, {"customer_id": "n.i", **phone(first), "is_preferred": sql.yes}),
        Rows("customers_phone", customers // 2, {"customer_id": "n.i * 2", **phone(second)}),
        *_tagged(1, customers // 5 - 1, "n.i * 5 + n.i % 5"),
        *_tagged(2, customers // 4000, "n.i * 4000 - 1"),
        # Only names in Latin letters: all at the beginning of the alphabet.
        *_tagged(3, customers // 5, "n.i * 5"),
        Rows("customers_listvalue", customers, {"field_id": "3", "value": "n.i % 10000", "customer_id": "n.i"}),
        Rows(
            "customers_contact",
            customers // 2,
            {"customer_id": "n.i * 2", "kind": "'email'", "value": "'customer' || (n.i * 2) || '@example.com'"},
        ),
    ]


def _tagged(tag: int, rows: int, customer: str) -> list[Rows]:
    """A tag, and what lists know of it (customers.list_index)."""
    name = f"(SELECT search_name FROM customers_customer WHERE id = {customer})"
    listed = {"fact": str(fact_number(fact(f"t·b7·{tag}"))), "name": name, "customer_id": customer}
    return [
        Rows("customers_customertag", rows, {"customer_id": customer, "tag_id": str(tag)}),
        Rows("customers_listfact", rows, listed),
    ]


def _sales(customers: int, sql: Dialect) -> list[Rows]:
    """Orders: three each on average. A third of the customers owe something."""
    buyer = f"1 + (n.i * 7) % {customers}"
    return [
        Rows(
            "sales_orderstate",
            STATES,
            {
                "id": "n.i",
                "name": "'State ' || n.i",
                "colour": "'blue'",
                "is_current": f"n.i < {STATES}",
                "is_owed": sql.yes,
            },
        ),
        Rows(
            "sales_order",
            customers * 3,
            {
                "customer_id": buyer,
                "number": "'B-' || n.i",
                "title": picked(["Printer", "Roof tiles", "Two sofas", "Coffee, 40 kg"], "n.i"),
                "state_id": f"1 + n.i % {STATES}",
                "is_current": f"(n.i % {STATES}) <> {STATES - 1}",
                "total": "50000 + n.i % 90000",
                # A fortieth in a second currency, a thousandth in a third one; half of them looked after by somebody.
                "currency": "CASE WHEN n.i % 1000 = 7 THEN 'USD' WHEN n.i % 40 = 3 THEN 'EUR' ELSE 'LAK' END",
                "responsible_id": f"CASE WHEN n.i % 3 = 0 THEN 1 + n.i % {USERS} END",
                "ordered_at": sql.before_now("n.i % 260000"),
                "due_on": f"CASE WHEN n.i % 7 < 5 THEN {sql.day_after_now('n.i % 30 - 10')} END",
                "cancelled_at": f"CASE WHEN n.i % 3000 = 3 THEN {sql.before_now('1')} END",
            },
        ),
        Rows(
            "customers_searchcode",
            customers * 3,
            {
                "customer_id": buyer,
                "source": "'order:' || n.i",
                "text": "'B-' || n.i",
                "code": "'b' || n.i",
                "ending": "CAST(n.i AS TEXT)",
            },
        ),
        Rows(
            "sales_payment",
            customers * 3 // 5,
            {
                "customer_id": buyer,
                "amount": "40000 + n.i % 9000",
                "currency": "'LAK'",
                "paid_at": sql.before_now("n.i % 250000"),
            },
        ),
        Rows(
            "sales_balance",
            customers // 3,
            {"customer_id": "n.i * 3 - 1", "currency": "'LAK'", "owed": "1000 + n.i % 70000"},
        ),
    ]


def _work(customers: int, sql: Dialect) -> list[Rows]:
    task = {
        "customer_id": f"1 + (n.i * 3) % {customers}",
        "title": "'Call back about the offer'",
        "assignee_id": f"1 + n.i % {USERS}",
        "priority": "2",
        "due_at": sql.before_now("n.i % 40000 - 20000"),
        "created_at": sql.before_now("n.i % 40000 + 30000"),
    }
    call = {
        "pbx": "'bench'",
        "key": "'seed-' || n.i",
        "direction": picked(["inbound", "inbound", "outbound"], "n.i"),
        "outcome": picked(["answered", "answered", "missed"], "n.i / 7"),
        "number": f"'020' || CAST({MOBILE} + 1 + (n.i * 3) % {customers} AS TEXT)",
        "e164": f"'+85620' || CAST({MOBILE} + 1 + (n.i * 3) % {customers} AS TEXT)",
        "customer_id": f"1 + (n.i * 3) % {customers}",
        "match": "'exact'",
        "candidates": "'[]'",
        "started_at": sql.before_now("n.i % 262000"),
        "answered_at": sql.before_now("n.i % 262000"),
        "ended_at": sql.before_now("n.i % 262000 - 2"),
        "talk_seconds": "n.i % 600",
        "is_complete": sql.yes,
        "answered_by_id": f"1 + n.i % {USERS}",
        "result": "'order'",
        "origin": "'live'",
        "note": picked(["Asked about delivery.", "", "Wants a new offer."], "n.i"),
    }
    return [Rows("tasks_task", customers // 3, task), Rows("calls_call", customers * 2, call)]
