"""A task in one line: what is read as day and time, and what stays the title."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.tasks.entry import Entry, Words, read_entry

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001  a wall clock's time; a Wednesday
ENGLISH = Words(
    days={"today": 0, "tomorrow": 1, "morgen": 1},
    weekdays={"wednesday": 2, "wed": 2, "friday": 4, "fri": 4, "freitag": 4, "sun": 6},
    fillers=frozenset({"at", "on", "um"}),
)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Call Mali tomorrow 15:00", Entry("Call Mali", date(2026, 11, 26), time(15))),
        ("tomorrow at 3pm call Mali", Entry("call Mali", date(2026, 11, 26), time(15))),
        ("Send the offer fri", Entry("Send the offer", date(2026, 11, 27))),
        ("Send the offer on Friday, 9:30 !", Entry("Send the offer", date(2026, 11, 27), time(9, 30), is_urgent=True)),
        ("Freitag um 14h30 Angebot", Entry("Angebot", date(2026, 11, 27), time(14, 30))),
        ("Meet wed", Entry("Meet", date(2026, 12, 2))),
        ("Pay 12.1.", Entry("Pay", date(2027, 1, 12))),
        ("Pay 3.12.2026", Entry("Pay", date(2026, 12, 3))),
        ("Pay 2026-12-03", Entry("Pay", date(2026, 12, 3))),
        ("Pay 3/12", Entry("Pay", date(2026, 12, 3))),
        ("Lunch 12:30", Entry("Lunch", date(2026, 11, 25), time(12, 30))),
        ("Breakfast 8:00", Entry("Breakfast", date(2026, 11, 26), time(8))),
        ("ໂທ tomorrow ໑໕:໐໐", Entry("ໂທ", date(2026, 11, 26), time(15))),
        ("ໂທຫາ ມາລີ friday 9", Entry("ໂທຫາ ມາລີ", date(2026, 11, 27), time(9))),
        ("ໂທຫາມາລີ friday ໙", Entry("ໂທຫາມາລີ", date(2026, 11, 27), time(9))),
        ("Call Mali tomorrow at 3", Entry("Call Mali", date(2026, 11, 26), time(15))),
        ("Call Mali at 14 tomorrow !", Entry("Call Mali", date(2026, 11, 26), time(14), is_urgent=True)),
        ("tomorrow at 9 call Mali", Entry("call Mali", date(2026, 11, 26), time(9))),
        ("Pay 3.12. 8h", Entry("Pay", date(2026, 12, 3), time(8))),
        # What is no day and no time, or would leave nothing, stays what it is.
        ("Buy sun cream", Entry("Buy sun cream")),
        ("Pay 31.2.", Entry("Pay 31.2.")),
        ("Pay 31.2.2027 10:00", Entry("Pay 31.2.2027 10:00")),
        ("9:30 2027-02-31 pay", Entry("9:30 2027-02-31 pay")),
        ("Meet at 25:00", Entry("Meet at 25:00")),
        ("Order 15 lamps", Entry("Order 15 lamps")),
        ("Look at", Entry("Look at")),
        ("Motor 5h", Entry("Motor 5h")),
        ("Look at 9", Entry("Look at 9")),
        ("fri 9 lamps to Mali", Entry("9 lamps to Mali", date(2026, 11, 27))),
        ("Send on tomorrow 24", Entry("Send on tomorrow 24")),
        ("friday 9:00", Entry("friday 9:00")),
        ("Order 9 fri", Entry("Order 9", date(2026, 11, 27))),
        ("tomorrow", Entry("tomorrow")),
        ("fri tomorrow", Entry("fri", date(2026, 11, 26))),
        ("  ", Entry("")),
    ],
)
def test_lines(text: str, entry: Entry) -> None:
    assert read_entry(text, now=NOW, words=ENGLISH) == entry


def test_americans_write_the_month_first() -> None:
    words = Words(month_first=True)
    assert read_entry("Pay 3/12", now=NOW, words=words) == Entry("Pay", date(2027, 3, 12))
    assert read_entry("Pay 30/11", now=NOW, words=words) == Entry("Pay", date(2026, 11, 30))
    assert read_entry("Pay 11/30", now=NOW, words=Words()) == Entry("Pay", date(2026, 11, 30))


@given(st.text(max_size=60))
def test_whatever_is_typed_keeps_a_title(text: str) -> None:
    entry = read_entry(text, now=NOW, words=ENGLISH)
    assert bool(entry.title) is bool(text.split())
