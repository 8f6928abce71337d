"""Rows of prices, pasted or from a file: what is read of them, and what is said of each wrong line."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from callcard.calls.tariffs.sheet import read_sheet, write_sheet

WHOLE = """prefix;name;per_minute;fee;first_step;next_step;free_seconds;days;from;until
+85620;Laos, mobile;0.12;0.05;30;6;0;12345;08:00;18:00
;Elsewhere;1.5;0;60;60;10;;;
"""


def test_what_was_written_is_read_again() -> None:
    sheet = read_sheet(WHOLE)
    assert sheet.problems == []
    first, other = sheet.prices
    assert (first.prefix, first.name, first.per_minute, first.fee) == (
        *("+85620", "Laos, mobile"),
        *(Decimal("0.12"), Decimal("0.05")),
    )
    assert (first.first_step, first.next_step, first.weekdays, first.from_time, first.until_time) == (
        *(30, 6, "12345"),
        *(time(8), time(18)),
    )
    assert (other.prefix, other.free_seconds, other.weekdays, other.from_time) == ("", 10, "", None)
    assert write_sheet(sheet.prices) == WHOLE


@pytest.mark.parametrize(
    ("first", "second", "is_clear"),
    [
        (";1-5;;", ";5-6;;", True),  # two days are narrower than five
        (";1-2;;", ";2-3;;", False),
        (";1-2;;", ";3-4;;", True),
        (";;08:00;18:00", ";;17:00;20:00", True),
        (";;08:00;12:00", ";;11:00;15:00", False),
        (";;22:00;02:00", ";;01:00;05:00", False),
        (";;22:00;02:00", ";;02:00;06:00", True),
        (";1;22:00;02:00", ";2;01:00;05:00", True),  # each holds on its own day only
    ],
)
def test_rows_that_hold_together_equally_long_contradict_each_other(first: str, second: str, is_clear: bool) -> None:
    sheet = read_sheet(f"prefix;per_minute;days;from;until\n+856;1{first}\n+85;1\n+856;2{second}\n")
    words = "Days and hours of this row and of line 2 overlap, and nothing says which of them decides."
    assert sheet.problems == ([] if is_clear else [(4, words)])


@pytest.mark.parametrize(
    "text",
    [
        "prefix\tper_minute\tdays\n00 856\t0,12\t1-5\n",
        "\ufeffPER_MINUTE;Prefix;days\r\n0,12;+856;54321\r\n\r\n",
        'days,prefix,per_minute\n"1,2,3,4,5",+856,0.12',
    ],
)
def test_spreadsheets_write_as_they_like(text: str) -> None:
    sheet = read_sheet(text)
    assert sheet.problems == []
    assert [(one.prefix, one.per_minute, one.weekdays) for one in sheet.prices] == [
        ("+856", Decimal("0.12"), "12345"),
    ]


def test_every_wrong_line_is_said_with_its_number() -> None:
    sheet = read_sheet(
        "prefix;per_minute;first_step;days;from;until\n"
        "+1;0.10;60;;;\n+2;cheap;60;;;\n+3;-1;60;;;\nhome;1;60;;;\n+4;1;0;;;\n"
        "+5;1;60;89;;\n+6;1;60;;8:00;\n+7;1;60;;8:00;25:00\n+8\n+1;0.20;60;;;\n+9;1;1e3;;;\n+1;2000000;1;;;\n"
    )
    assert [number for number, _words in sheet.problems] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert dict(sheet.problems)[3] == "This is not an amount: cheap"
    assert dict(sheet.problems)[11] == "This prefix stands in line 2 already."
    assert [one.prefix for one in sheet.prices] == ["+1"]


@pytest.mark.parametrize(
    ("prices", "read"),
    [
        (["1.000", "1.000,50"], ["1000", "1000.5"]),
        (["1.000", "12,5"], ["1000", "12.5"]),
        (["1.000", "12.5"], ["1", "12.5"]),
        (["1,000", "0.125"], ["1000", "0.125"]),
        (["1,000", "12,50"], ["1", "12.5"]),
        (["1.000", "2 000"], None),
        (["1,000"], None),
        (["1.000", "12.5", "12,5"], None),
        (["1234.567", "1.500"], ["1234.567", "1.5"]),
    ],
)
def test_whether_a_mark_parts_thousands_the_whole_sheet_says_or_nobody(
    prices: list[str], read: list[str] | None
) -> None:
    sheet = read_sheet("prefix;per_minute\n" + "".join(f"+{at};{price}\n" for at, price in enumerate(prices, 1)))
    if read is None:
        assert sheet.problems[0][0] == 2
        assert sheet.problems[0][1] == f"{prices[0]} may mean 1 or 1000: write one of these."
    else:
        assert sheet.problems == []
        assert [one.per_minute for one in sheet.prices] == [Decimal(each) for each in read]


def test_three_decimals_are_written_so_that_they_are_read_again() -> None:
    sheet = read_sheet("prefix;per_minute\n+1;1.1250\n")
    assert read_sheet(write_sheet(sheet.prices)).prices[0].per_minute == Decimal("1.125")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("prefix;per_minute\n", 1, "There are no rows below it. A list that shall price nothing is removed instead."),
        ("prefix;per_minute;per_minute\n+1;1;2\n", 1, "The column “per_minute” stands there twice."),
        ('prefix;per_minute\n+1;1\n+856;"10\n+2;1\n', 3, "A quotation mark begins here that nothing closes."),
        (
            *("prefix,per_minute\n+1,0,12\n", 2),
            "There are more cells than columns. What has the separator in it stands in quotation marks.",
        ),
    ],
)
def test_a_sheet_that_is_not_whole_is_refused(text: str, line: int, words: str) -> None:
    assert read_sheet(text).problems == [(line, words)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The first line must name the columns, at least prefix and per_minute."),
        ("prefix;name\n+1;x", "The first line must name the columns, at least prefix and per_minute."),
        (
            "prefix;prize;per_minute\n",
            "There is no column “prize”. Columns are: prefix, name, per_minute, fee, first_step, next_step, "
            "free_seconds, days, from, until",
        ),
    ],
)
def test_a_heading_that_says_too_little_is_explained(text: str, words: str) -> None:
    assert read_sheet(text).problems == [(1, words)]
