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
