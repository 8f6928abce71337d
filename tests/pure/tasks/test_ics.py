"""The calendar as a file: RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from callcard.tasks.ics import Entry, calendar_text, escaped, folded

CHANGED = datetime(2026, 11, 1, 7, 0, 30, tzinfo=UTC)


def test_a_whole_calendar() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    entries = [
        Entry(
            uid="task-1@x.example",
            title="Call; Mali, \\ now",
            changed_at=CHANGED,
            at=datetime(2026, 7, 1, 9, 30, tzinfo=berlin),
            text="one\ntwo",
            url="https://x.example/tasks/1",
        ),
        Entry(uid="task-2@x.example", title="Pay", changed_at=CHANGED, on=date(2026, 12, 31)),
    ]
    assert calendar_text("Tasks of Mali", entries).split("\r\n") == [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Callcard//Tasks//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"),
        *("X-WR-CALNAME:Tasks of Mali", "NAME:Tasks of Mali", "REFRESH-INTERVAL;VALUE=DURATION:PT15M"),
        *("BEGIN:VEVENT", "UID:task-1@x.example", "DTSTAMP:20261101T070030Z", "LAST-MODIFIED:20261101T070030Z"),
        *("SUMMARY:Call\\; Mali\\, \\\\ now", "DTSTART:20260701T073000Z", "DURATION:PT30M"),
        *("DESCRIPTION:one\\ntwo", "URL:https://x.example/tasks/1", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:task-2@x.example", "DTSTAMP:20261101T070030Z", "LAST-MODIFIED:20261101T070030Z"),
        *("SUMMARY:Pay", "DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "TRANSP:TRANSPARENT"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_folded_lines_are_short_and_say_the_same(text: str) -> None:
    lines = folded(text).encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:])
    joined = b"".join([lines[0], *(line[1:] for line in lines[1:])])
    assert joined.decode() == text
    for line in lines:
        line.decode()  # no character is cut


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_can_say_no_line_of_its_own(text: str) -> None:
    assert not set(escaped(text)) & {chr(code) for code in range(32) if code != 9}


def test_a_line_end_is_a_line_end_however_it_was_typed() -> None:
    assert escaped("a\r\nb\rc\nd") == "a\\nb\\nc\\nd"
