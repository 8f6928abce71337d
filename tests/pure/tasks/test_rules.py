"""When something that repeats is due again, at month ends and when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.tasks.rules import (
    Repeat,
    RepeatNotValid,
    Snooze,
    Unit,
    moment_of,
    next_day,
    read_repeat,
    reminder_moment,
    snoozed_until,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAILY, WEEKLY, MONTHLY, YEARLY = Unit

repeats = st.builds(
    Repeat,
    st.sampled_from(Unit),
    st.integers(1, 40),
    st.just(()),
    st.integers(1, 31),
    st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None, fold=0)),
)
weekly = st.builds(
    Repeat, st.just(WEEKLY), st.integers(1, 8), st.sets(st.integers(0, 6), min_size=1).map(lambda s: tuple(sorted(s)))
)


@given(repeats | weekly)
def test_a_rule_is_read_as_it_was_written(repeat: Repeat) -> None:
    assert read_repeat(str(repeat)) == repeat


@given(repeats | weekly, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-400, 4000))
def test_the_next_day_is_later_than_both_and_never_skips(repeat: Repeat, last: date, wait: int) -> None:
    after = last + timedelta(days=wait)
    day = next_day(repeat, last=last, after=after)
    assert day > max(last, after)
    walked = last
    while walked <= max(last, after):
        walked = (
            next_day(repeat, last=walked, after=walked) if repeat.month_day or repeat.unit in (DAILY, WEEKLY) else day
        )
    if repeat.unit is not WEEKLY or repeat.weekdays:
        assert day == walked


@pytest.mark.parametrize(
    "text", ["", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=1000", "FREQ=WEEKLY;BYDAY=XX", "BYDAY=MO"]
)
def test_other_rules_are_refused(text: str) -> None:
    with pytest.raises(RepeatNotValid):
        read_repeat(text)


def test_rules_are_written_as_other_calendars_read_them() -> None:
    assert str(Repeat(WEEKLY, 2, (0, 2))) == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"
    assert str(Repeat(MONTHLY, month_day=31)) == "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert str(Repeat(DAILY, at=time(9, 30))) == "FREQ=DAILY;INTERVAL=1;BYHOUR=9;BYMINUTE=30"


def _row(repeat: Repeat, first: date, count: int) -> list[str]:
    days = [first]
    while len(days) <= count:
        days.append(next_day(repeat, last=days[-1], after=days[-1]))
    return [day.isoformat() for day in days[1:]]


def test_the_last_of_the_month_stays_the_last_of_the_month() -> None:
    assert _row(Repeat(MONTHLY, month_day=31), date(2027, 12, 31), 4) == [
        *("2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30")
    ]
    assert _row(Repeat(MONTHLY, 3, month_day=30), date(2026, 11, 30), 2) == ["2027-02-28", "2027-05-30"]


def test_a_leap_day_comes_every_year_and_is_itself_when_there_is_one() -> None:
    assert _row(Repeat(YEARLY, month_day=29), date(2024, 2, 29), 4) == [
        *("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29")
    ]


def test_every_other_week_on_two_days() -> None:
    monday = date(2026, 11, 2)
    assert _row(Repeat(WEEKLY, 2, (0, 3)), monday, 4) == ["2026-11-05", "2026-11-16", "2026-11-19", "2026-11-30"]


def test_what_is_late_comes_next_in_its_own_rhythm() -> None:
    every_third = Repeat(DAILY, 3)
    assert next_day(every_third, last=date(2026, 11, 1), after=date(2026, 11, 8)) == date(2026, 11, 10)


def test_times_are_those_of_the_wall_whatever_the_season() -> None:
    winter, summer = moment_of(date(2026, 3, 28), time(9), BERLIN), moment_of(date(2026, 3, 29), time(9), BERLIN)
    assert (winter, summer) == (datetime(2026, 3, 28, 8, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC))


def test_a_time_that_the_clock_jumps_over_and_one_that_comes_twice() -> None:
    jumped = moment_of(date(2026, 3, 29), time(2, 30), BERLIN)
    assert jumped.astimezone(BERLIN).strftime("%H:%M") == "03:30"
    assert moment_of(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_ends_late_and_is_reminded_of_in_the_morning() -> None:
    due = moment_of(date(2026, 11, 22), None, BERLIN)
    assert due == datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    assert reminder_moment(due, date(2026, 11, 22), 1440, BERLIN) == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert reminder_moment(due, None, 10, BERLIN) == datetime(2026, 11, 22, 22, 49, tzinfo=UTC)


def test_tomorrow_is_tomorrow_morning_also_over_a_change_of_clocks() -> None:
    now = datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert snoozed_until(Snooze.TOMORROW, now, BERLIN) == datetime(2026, 10, 25, 8, tzinfo=UTC)
    assert snoozed_until(Snooze.TEN_MINUTES, now, BERLIN) == now + timedelta(minutes=10)
    assert snoozed_until(Snooze.HOUR, now, BERLIN) == now + timedelta(hours=1)
