"""The log as a list: what each filter finds, by whichever way it is read, and pages one after the other."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from callcard.calls import log_query
from callcard.calls.log_columns import columns_for
from callcard.calls.log_query import found_calls, groups, orderable, page_of
from callcard.calls.models import Call, CallTag, Segment
from callcard.calls.tagging import tag_call
from callcard.customers.services import create_customer
from callcard.sales.models import Order, OrderState
from callcard.staff.line_names import forget_line_names
from callcard.staff.models import Line, User
from callcard.ui.lists import Page, read_asked
from tests.rooms.calls.logged_calls import BEGAN, a_call, keys

FILTERS = {
    "f.direction=outbound": ["2"],
    "f.outcome=missed": ["3"],
    "f.outcome=missed&f.outcome=busy": ["4", "3"],
    "f.outcome=missed&f.direction=outbound": [],
    "f.line=%2B85621212801": ["5"],
    "f.queue=sales": ["5"],
    "f.queue=sales&f.result=Ordered": [],
    "f.result=Ordered": ["6"],
    "f.result.empty=1&f.outcome=answered": ["16", "15", "14", "13", "12", "11", "10", "8", "7", "5", "2", "1"],
    "f.number=%2B856205551234": ["7"],
    "f.number=020%205551234": ["7"],
    "f.number=%2B85620555": ["7"],
    "f.number=301": ["8"],
    "f.customer=known": ["9"],
    "f.customer=known&f.customer=unknown&f.direction=outbound": ["2"],
    "f.recorded=yes": ["10"],
    "f.recorded=no&f.direction=outbound": ["2"],
    "f.origin=hand": ["11"],
    "f.origin=live&f.line=%2B85621212801": ["5"],
    "f.talked.from=100&f.talked.to=200": ["12"],
    "f.talked.from=1:40&f.talked.to=0:03:20": ["12"],
    "f.talked.to=10": ["4", "3"],
    "f.rang.from=30": ["13"],
    "f.held.from=5": ["14"],
    "f.cost.from=2.5": ["15"],
    "f.started.from=2026-11-03": ["20"],
    "f.started.from=2026-11-03&f.direction=outbound": ["20"],
    "f.started.to=2026-11-01": [],
    "f.talked.from=nonsense&f.direction=outbound": ["20", "2"],
}


def test_each_filter_finds_its_calls(boss: User, way: str) -> None:
    customer = create_customer(name="Lamps", responsible=boss)
    written: dict[int, dict[str, Any]] = {
        1: {},
        2: {"direction": "outbound"},
        3: {"outcome": "missed", "talk_seconds": 0},
        4: {"outcome": "busy", "talk_seconds": 0},
        5: {"line": "+85621212801", "queue": "sales"},
        6: {"result": "Ordered"},
        7: {"e164": "+856205551234", "number": "0205551234"},
        8: {"number": "301", "direction": "internal"},
        9: {"customer": customer, "result": "Other"},
        10: {"is_recorded": True},
        11: {"origin": "hand"},
        12: {"talk_seconds": 150},
        13: {"ring_seconds": 31},
        14: {"hold_seconds": 6},
        15: {"cost": Decimal("2.5"), "cost_currency": "LAK"},
        16: {},
    }
    for number, fields in written.items():
        a_call(number, **fields)
    for question, expected in FILTERS.items():
        if "20" not in expected:
            assert keys(boss, question) == expected, question
    a_call(20, direction="outbound", result="Other")
    Call.objects.filter(key="20").update(started_at=datetime(2026, 11, 4, tzinfo=UTC))
    for question, expected in FILTERS.items():
        if "20" in expected:
            assert keys(boss, question) == expected, question


def test_people_tags_and_orders(boss: User, mali: User, way: str) -> None:
    customer = create_customer(name="Lamps", responsible=boss)
    state = OrderState.objects.create(name="New")
    order = Order.objects.create(
        customer=customer, number="B-7", state=state, currency="LAK", total=0, ordered_at=BEGAN
    )
    tag = CallTag.objects.create(name="Delivery")
    a_call(1, mali)
    a_call(2, boss, answered_by=boss)
    about = a_call(3, mali, boss, order=order)
    tag_call(call=about, tag_ids=[tag.pk])
    a_call(4)
    assert keys(boss, f"f.person={mali.pk}") == ["3", "1"]
    assert keys(boss, f"f.person={mali.pk}&f.person={boss.pk}") == ["3", "2", "1"]
    assert keys(boss, f"f.answered={boss.pk}") == ["2"]
    assert keys(boss, f"f.tags={tag.pk}&f.person={mali.pk}") == ["3"]
    assert keys(boss, "f.tags.empty=1") == ["4", "2", "1"]
    assert keys(boss, f"f.order={order.number}") == ["3"]
    assert keys(boss, "f.order=none-of-ours") == []


def test_one_sees_the_calls_of_ones_own_customers_and_those_one_took_part_in(boss: User, mali: User, way: str) -> None:
    own = create_customer(name="Lamps", responsible=mali)
    other = create_customer(name="Sofas", responsible=boss)
    a_call(1, mali)
    a_call(2, boss, customer=own)
    a_call(3, boss, customer=other)
    a_call(4, mali, customer=other, direction="outbound")
    assert keys(mali, "") == ["4", "2", "1"]
    assert keys(mali, "f.direction=outbound") == ["4"]
    assert keys(mali, f"f.person={boss.pk}") == ["2"]
    assert keys(mali, "q=Sofas") == []


def test_pages_go_on_where_the_last_one_ended_and_back(boss: User, way: str) -> None:
    for number in range(120):
        a_call(number, outcome="missed" if number % 2 else "answered")
    Call.objects.update(started_at=BEGAN)  # all in one second: the number decides
    every = [str(number) for number in range(119, -1, -1)]
    assert keys(boss, "") == every
    assert keys(boss, "f.outcome=missed") == every[::2]
    columns = columns_for(boss)

    def page(question: str) -> Page:
        asked = read_asked(QueryDict(question), columns, sort="-started")
        found = found_calls(boss, asked, columns)
        return page_of(found, orderable(asked, found, columns), columns)

    last = page("f.outcome=missed&last=1")
    assert [call.key for call in last.rows] == every[::2][10:]
    assert last.next == ""
    before = page(f"f.outcome=missed&before={last.previous}")
    assert [call.key for call in before.rows] == every[::2][:10]


def test_a_call_that_goes_on_is_found_by_what_it_is(boss: User, way: str) -> None:
    fields = {"outcome": "", "ended_at": None, "answered_at": None, "talk_seconds": 0}
    a_call(1, **fields, number="301", line="+85621212801")
    a_call(2)
    for question in ("f.direction=inbound&f.number=301", "f.number=301", "f.line=%2B85621212801"):
        assert keys(boss, question) == ["1"], question
    assert keys(boss, "f.direction=inbound") == ["2", "1"]


def test_a_page_says_that_it_has_not_looked_at_everything(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_query, "COUNTED_UP_TO", 0)
    monkeypatch.setattr(log_query, "TIME_WIDTHS", (2,))
    for number in range(10):
        a_call(number, hold_seconds=9 if number == 0 else 0)
    columns = columns_for(boss)
    asked = read_asked(QueryDict("f.talked.to=60&f.held.from=5"), columns, sort="-started")
    page = page_of(found_calls(boss, asked, columns), asked, columns)
    assert (page.rows, page.is_cut, bool(page.next)) == ([], True, True)


def test_words_find_customers_and_numbers(boss: User, way: str) -> None:
    customer = create_customer(name="Somchai Lamps", responsible=boss)
    a_call(1, customer=customer)
    a_call(2, e164="+8562055512345", number="02055512345")
    a_call(3)
    assert keys(boss, "q=somchai") == ["1"]
    assert keys(boss, "q=020 555 12345") == ["2"]
    assert keys(boss, "q=nobody") == []


def test_groups_count_and_add_up_the_talks(boss: User, mali: User) -> None:
    a_call(1, mali, talk_seconds=90)
    a_call(2, mali, talk_seconds=30)
    a_call(3, outcome="missed", talk_seconds=0)
    Segment.objects.update(talk_seconds=45)
    columns = {column.key: column for column in columns_for(boss)}
    found = found_calls(boss, read_asked(QueryDict(""), columns.values(), sort="-started"), columns.values())
    assert [(one.value, one.number, one.talk_seconds) for one in groups(found, columns["outcome"])] == [
        ("answered", 2, 120),
        ("missed", 1, 0),
    ]
    assert [(one.value, one.number, one.talk_seconds) for one in groups(found, columns["person"])] == [
        (str(mali.pk), 2, 90)
    ]
    assert [(one.value, one.number) for one in groups(found, columns["started"])] == [("2026-11-02", 3)]


def test_how_long_many_were_talked_for_is_told_after_the_page(
    boss: User, mali: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(1, mali, talk_seconds=90)
    a_call(2, talk_seconds=35)
    question = "f.outcome=answered&sort=-started"
    assert " · talked 2:05" in log_page(boss, f"/calls/?{question}")
    monkeypatch.setattr("callcard.calls.log_views._SUMMED_AT_ONCE", 1)
    page = log_page(boss, f"/calls/?{question}")
    assert "· talked" not in page
    address = re.search(r'<late-words data-url="([^"]+)">', page)
    assert address is not None
    assert log_page(boss, unescape(address[1])).strip() == "· talked 2:05"
    monkeypatch.setattr("callcard.calls.log_query.COUNTED_UP_TO", 1)
    assert log_page(boss, f"/calls/talked?{question}").strip() == ""  # too many


def test_the_groups_of_many_are_told_after_the_page(boss: User, mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    a_call(1, mali, talk_seconds=90)
    a_call(2, mali, talk_seconds=35)
    question = "f.outcome=answered&sort=-started&group=person"
    at_once = re.search(r'<nav class="list-groups".*?</nav>', log_page(boss, f"/calls/?{question}"))
    assert at_once is not None
    monkeypatch.setattr("callcard.calls.log_views._SUMMED_AT_ONCE", 1)
    page = log_page(boss, f"/calls/?{question}")
    assert "list-groups" not in page
    address = re.search(r'<late-words data-url="(/calls/grouped[^"]+)">', page)
    assert address is not None
    assert log_page(boss, unescape(address[1])).strip() == at_once[0]


def log_page(user: User, address: str) -> str:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(user)
    return client.get(address).content.decode()


HOSTILE = (
    "f.person=abc",
    "f.person=99999999999999999999",
    "f.tags=-1",
    "after=bm9uc2Vuc2U",
    "after=WyJ4IiwgMV0",
    "f.started.from=0001-01-01&f.started.to=9999-12-31",
    "f.talked.from=1e999",
    "f.cost.from=NaN",
    "f.number=%00",
    "f.direction=%00%27",
    "sort=talk_seconds",
    "group=nothing",
    "f.result=%ED%A0%80",
)


def test_what_makes_no_sense_is_passed_over(boss: User) -> None:
    a_call(1)
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    for question in HOSTILE:
        assert client.get(f"/calls/?{question}").status_code == 200, question


@pytest.mark.parametrize(
    ("question", "words", "chips"),
    [
        ("f.talked.from=abc", ["Talked: “abc” was not understood, and filters nothing."], []),
        (
            "f.talked.from=abc&f.talked.to=1,000",
            ["Talked: “abc” was not understood, and filters nothing."],
            ["Talked: … – 1000"],
        ),
        ("f.started.from=2026-13-45", ["When: “2026-13-45” was not understood, and filters nothing."], []),
        ("f.started=yesterday", ["When: “yesterday” was not understood, and filters nothing."], []),
        (
            "f.started.from=2026-11-20&f.started.to=2026-11-01",
            ["When: the range ends before it begins."],
            ["When: 2026-11-20 – 2026-11-01"],
        ),
        ("f.talked.from=9&f.talked.to=10", [], ["Talked: 9 – 10"]),
        ("f.talked.from=1:05&f.talked.to=1:02:03", [], ["Talked: 65 – 3723"]),
        ("f.talked.from=1:75", ["Talked: “1:75” was not understood, and filters nothing."], []),
        ("f.recorded=perhaps", ["Recorded: “perhaps” was not understood, and filters nothing."], []),
        ("f.direction.from=3", ["Direction: “3” was not understood, and filters nothing."], []),
        ("f.direction.empty=1", ["Direction: “empty” was not understood, and filters nothing."], []),
    ],
)
def test_what_filters_nothing_is_said_and_has_no_chip(
    boss: User, question: str, words: list[str], chips: list[str]
) -> None:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/calls/?{question}")
    assert page.context["unclear"] == words
    assert [told for told, _address in page.context["chips"]] == chips
    assert all(word in page.content.decode() for word in words)


def test_lines_of_one_name_are_told_apart(boss: User) -> None:
    Line.objects.create(name="Sales", number="1001")
    Line.objects.create(name="Sales", number="1002")
    Line.objects.create(name="Support", number="1003")
    for number, line in enumerate(("1001", "1002", "1003", "1004")):
        a_call(number, line=line)
    forget_line_names()
    (column,) = [one for one in columns_for(boss) if one.key == "line"]
    assert column.options == (
        ("1001", "Sales · 1001"),
        ("1002", "Sales · 1002"),
        ("1003", "Support"),
        ("1004", "1004"),
    )
