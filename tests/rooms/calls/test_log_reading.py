"""How the log is read where there are many calls, and what few are told of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from callcard.calls import log_query, log_walk
from callcard.calls.log_columns import columns_for
from callcard.calls.log_conditions import ended_with
from callcard.calls.log_query import found_calls, groups, page_of, total_talk
from callcard.calls.log_walk import read_place
from callcard.calls.models import Call, CallTag, Segment
from callcard.calls.tagging import tag_call
from callcard.staff.models import User
from callcard.ui.lists import Page, cursor_of, read_asked
from tests.rooms.calls.logged_calls import BEGAN, a_call, keys


def test_a_page_goes_no_step_further_when_its_rows_take_long(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_query, "COUNTED_UP_TO", 0)
    monkeypatch.setattr(log_query, "TIME_WIDTHS", (2, 4, 8))
    for number in range(10):
        a_call(number, hold_seconds=9 if number == 0 else 0)
    columns = columns_for(boss)
    asked = read_asked(QueryDict("f.talked.to=60&f.held.from=5"), columns, sort="-started")

    def page_within(seconds: float) -> Page:
        monkeypatch.setattr(log_walk, "SECONDS", seconds)
        return page_of(found_calls(boss, asked, columns), asked, columns)

    stopped, whole = page_within(0), page_within(60)
    assert (stopped.rows, stopped.is_cut) == ([], True)
    assert read_place(stopped.next) == (BEGAN + timedelta(minutes=7), 0)
    assert ([call.key for call in whole.rows], whole.is_cut, whole.next) == (["0"], False, "")


def test_a_month_ends_where_it_does_wherever_one_is(boss: User, way: str) -> None:
    for number in range(6):
        a_call(number, key=f"in {number}", hold_seconds=9)
    for key, day in (("before", 1), ("after", 3)):
        a_call(0, key=key, hold_seconds=9)
        Call.objects.filter(key=key).update(started_at=datetime(2026, 11, day, 12, tzinfo=UTC))
    days = "f.started.from=2026-11-02&f.started.to=2026-11-02"
    inside = [f"in {number}" for number in range(6)]
    for question in (days, f"{days}&f.held.from=5", f"{days}&f.outcome=answered", f"{days}&f.talked.to=60"):
        assert keys(boss, question) == inside[::-1], question
        assert keys(boss, f"{question}&sort=started") == inside, question
        for at, expected in (
            (datetime(2026, 11, 4, tzinfo=UTC), inside[::-1]),
            (datetime(2026, 11, 1, tzinfo=UTC), []),
            (BEGAN + timedelta(minutes=4), inside[3::-1]),
        ):
            assert keys(boss, question, cursor_of(at, 0)) == expected, (question, at)
        for at, expected in (
            (datetime(2026, 11, 1, tzinfo=UTC), inside),
            (datetime(2026, 11, 4, tzinfo=UTC), []),
            (BEGAN + timedelta(minutes=4), inside[5:]),
        ):
            assert keys(boss, f"{question}&sort=started", cursor_of(at, 2**61)) == expected, (question, at)


def test_the_number_of_few_is_how_many_calls_there_are(boss: User, mali: User) -> None:
    call = a_call(1, mali, boss, line="1")
    Segment.objects.create(call=call, key="again", role="called", user=mali, began_at=BEGAN)
    a_call(2, mali, line="2", talk_seconds=30)
    a_call(3, line="2", talk_seconds=10)
    columns = columns_for(boss)
    numbers = {}
    for question in (
        f"f.person={mali.pk}",
        f"f.person={mali.pk}&f.person={boss.pk}",
        "f.line=2&f.line=1",
        f"f.line=2&f.person={mali.pk}",
        "f.started.from=2026-11-02&f.started.to=2026-11-02",
        "f.line=3",
        "f.person=0",
        "",
    ):
        found = found_calls(boss, read_asked(QueryDict(question), columns, sort="-started"), columns)
        numbers[question] = (found.number, found.is_few, total_talk(found))
    assert list(numbers.values()) == [
        (2, True, 90), (2, True, 90), (3, True, 100), (1, True, 30), (3, True, 100), (0, True, 0), (0, True, 0),
        (3, True, 100),
    ]  # fmt: skip


def test_few_are_ordered_by_anything(boss: User) -> None:
    for number, (talked, cost) in enumerate([(30, "2.5"), (10, None), (20, "10")]):
        a_call(number, line="1", talk_seconds=talked, cost=cost and Decimal(cost))
    assert keys(boss, "f.line=1&sort=-talked") == ["0", "2", "1"]
    assert keys(boss, "f.line=1&sort=talked") == ["1", "2", "0"]
    assert keys(boss, "f.line=1&sort=-cost") == ["2", "0", "1"]
    assert keys(boss, "f.line=1&sort=started") == ["0", "1", "2"]


def test_costs_are_compared_as_numbers(boss: User, way: str) -> None:
    for number, cost in enumerate(["9.5", "10", "100.25", None]):
        a_call(number, cost=cost and Decimal(cost), cost_currency="LAK")
    assert keys(boss, "f.cost.from=10") == ["2", "1"]
    assert keys(boss, "f.cost.to=10") == ["1", "0"]
    assert keys(boss, "f.cost.from=9.6&f.cost.to=99") == ["1"]
    assert keys(boss, "f.cost.from=9&f.outcome=answered") == ["2", "1", "0"]


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", [("2026-11-02", 1, 5), ("2026-11-01", 3, 50), ("2026-10-31", 2, 70)]),
        ("Asia/Kathmandu", [("2026-11-02", 3, 45), ("2026-11-01", 2, 50), ("2026-10-31", 1, 30)]),  # 5:45 ahead
        ("America/New_York", [("2026-11-02", 1, 5), ("2026-11-01", 2, 40), ("2026-10-31", 3, 80)]),  # its clock changes
    ],
)
def test_days_are_those_of_the_clock_on_the_wall(zone: str, days: list[tuple[str, int, float]], boss: User) -> None:
    moments = (
        "10-31 18:14:59",
        "10-31 18:15:00",
        "11-01 03:59:59",
        "11-01 18:15:00.5",
        "11-01 23:59:59",
        "11-02 05:00:00",
    )
    for talked, moment in zip((30, 40, 10, 20, 20, 5), moments, strict=True):
        at = datetime.fromisoformat(f"2026-{moment}+00:00")
        a_call(0, key=moment, started_at=at, line="1", talk_seconds=talked)
    columns = {column.key: column for column in columns_for(boss)}
    with timezone.override(zone):
        for question in ("", "f.line=1"):
            found = found_calls(
                boss, read_asked(QueryDict(question), columns.values(), sort="-started"), columns.values()
            )
            told = [(one.value, one.number, one.talk_seconds) for one in groups(found, columns["started"])]
            assert told == days, question


def test_the_latest_days_are_shown(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_query, "_GROUPS_SHOWN", 2)
    for number, day in enumerate((1, 2, 2, 3)):
        a_call(number, started_at=datetime(2026, 11, day, 8 + number, tzinfo=UTC), talk_seconds=5)
    columns = {column.key: column for column in columns_for(boss)}
    found = found_calls(boss, read_asked(QueryDict(""), columns.values(), sort="-started"), columns.values())
    told = [(one.value, one.number, one.talk_seconds) for one in groups(found, columns["started"])]
    assert told == [("2026-11-03", 1, 5), ("2026-11-02", 2, 10)]


def test_groups_of_people_and_tags_are_of_the_calls_found(boss: User, mali: User) -> None:
    tag, other = CallTag.objects.create(name="Delivery"), CallTag.objects.create(name="Payment")
    for number, (line, tags) in enumerate([("1", [tag]), ("1", [tag, other]), ("2", [other])]):
        call = a_call(number, mali, boss, line=line, talk_seconds=30)
        tag_call(call=call, tag_ids=[one.pk for one in tags])
    Segment.objects.update(talk_seconds=20)
    columns = {column.key: column for column in columns_for(boss)}
    found = found_calls(boss, read_asked(QueryDict("f.line=1"), columns.values(), sort="-started"), columns.values())
    people, tags_told = (groups(found, columns[key]) for key in ("person", "tags"))
    everybody = {(one.value, one.number, one.talk_seconds) for one in people}
    assert everybody == {(str(mali.pk), 2, 40), (str(boss.pk), 2, 40)}
    told = [(one.value, one.number, one.talk_seconds) for one in tags_told]
    assert told == [(str(tag.pk), 2, 60), (str(other.pk), 1, 30)]


@pytest.mark.parametrize(("kind", "index"), [("e164", "calls_of_number"), ("extension", "calls_of_extension")])
def test_a_number_is_read_by_the_index_of_its_kind(kind: str, index: str, db: None) -> None:
    """SQLite took the other one for a number without a country, and read all calls that have none."""
    plan = Call.objects.filter(ended_with(**{kind: "301"})).order_by("-started_at").explain()
    assert connection.vendor != "sqlite" or f"{index} (" in plan, plan
