"""Pure decisions about tasks: when the next one is due, when a reminder comes, how long a snooze lasts."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

MOST_EVERY = 999
LAST_YEAR = 2200
# A task of a day is due when that day ends; its reminder comes when work begins.
END_OF_DAY = time(23, 59)
MORNING = time(9)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PART = re.compile(r"([A-Z]+)=([A-Z0-9,]+)")


class Unit(StrEnum):
    """The FREQ of RFC 5545, section 3.3.10."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class RepeatNotValid(ValueError):
    """Not a rule that we know."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every so many days, weeks, months or years. `weekdays`: 0 is Monday. `month_day`: the wanted day of the month; in
    a shorter month it is the last one. `at`: the wall clock's time, None for tasks of a whole day."""

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    at: time | None = None

    def __str__(self) -> str:
        """As an RRULE of RFC 5545. A day that some months lack is said as the last of the days up to it."""
        parts = [f"FREQ={self.unit}", f"INTERVAL={self.every}"]
        if self.weekdays:
            parts.append("BYDAY=" + ",".join(_WEEKDAYS[day] for day in self.weekdays))
        if self.month_day and self.month_day > 28:
            parts += ["BYMONTHDAY=" + ",".join(map(str, range(28, self.month_day + 1))), "BYSETPOS=-1"]
        elif self.month_day:
            parts.append(f"BYMONTHDAY={self.month_day}")
        if self.at is not None:
            parts += [f"BYHOUR={self.at.hour}", f"BYMINUTE={self.at.minute}"]
        return ";".join(parts)


def read_repeat(text: str) -> Repeat:
    """The rule that `str` of a Repeat wrote. Raises RepeatNotValid."""
    given = dict(_PART.findall(text))
    try:
        days = tuple(sorted(_WEEKDAYS.index(day) for day in given.get("BYDAY", "").split(",") if day))
        month_days = [int(day) for day in given.get("BYMONTHDAY", "").split(",") if day]
        at = time(int(given["BYHOUR"]), int(given.get("BYMINUTE", 0))) if "BYHOUR" in given else None
        every = int(given.get("INTERVAL", 1))
        repeat = Repeat(Unit(given.get("FREQ", "")), every, days, max(month_days, default=None), at)
    except ValueError as error:
        raise RepeatNotValid(text) from error
    if not 1 <= every <= MOST_EVERY or (repeat.month_day and not 1 <= repeat.month_day <= 31):
        raise RepeatNotValid(text)
    return repeat


def next_day(repeat: Repeat, *, last: date, after: date) -> date:
    """The first day later than `after` on which what was due on `last` is due again."""
    after = max(after, last)
    if repeat.unit is Unit.DAILY:
        return last + timedelta(days=((after - last).days // repeat.every + 1) * repeat.every)
    if repeat.unit is Unit.WEEKLY:
        return _next_in_weeks(repeat, last, after)
    months = repeat.every * (12 if repeat.unit is Unit.YEARLY else 1)
    passed = (after.year - last.year) * 12 + after.month - last.month
    step = passed // months * months
    while (day := _months_later(last, step, repeat.month_day or last.day)) <= after:
        step += months
    return day


def _next_in_weeks(repeat: Repeat, last: date, after: date) -> date:
    first_monday = last - timedelta(days=last.weekday())
    weeks = (after - first_monday).days // 7 // repeat.every * repeat.every
    while True:
        monday = first_monday + timedelta(weeks=weeks)
        for weekday in repeat.weekdays or (last.weekday(),):
            if (day := monday + timedelta(days=weekday)) > after:
                return day
        weeks += repeat.every


def _months_later(day: date, months: int, wanted: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


def moment_of(day: date, at: time | None, zone: tzinfo) -> datetime:
    """When something is due in this zone, in UTC; `at` None: at the end of the day. A time that the clock jumps over in
    spring is taken as if it had not yet jumped; of a time that comes twice in autumn, the first."""
    return datetime.combine(day, at or END_OF_DAY, zone).astimezone(UTC)


def reminder_moment(due_at: datetime, due_on: date | None, minutes_before: int, zone: tzinfo) -> datetime:
    """A task of a whole day is reminded of in the morning."""
    start = moment_of(due_on, MORNING, zone) if due_on else due_at
    return start - timedelta(minutes=minutes_before)


class Snooze(StrEnum):
    TEN_MINUTES = "10m"
    HOUR = "1h"
    TOMORROW = "tomorrow"


def snoozed_until(choice: Snooze, now: datetime, zone: tzinfo) -> datetime:
    if choice is Snooze.TOMORROW:
        return moment_of(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return now + (timedelta(minutes=10) if choice is Snooze.TEN_MINUTES else timedelta(hours=1))
