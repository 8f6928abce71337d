"""Tasks as a calendar (RFC 5545) that other programs subscribe to. Pure.

Moments are written in UTC, which says the same in every zone and needs no table of zones; days are dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LINE_OCTETS = 75
_PRODUCT = "-//Callcard//Tasks//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One task. `on` for a whole day, else `at`."""

    uid: str
    title: str
    changed_at: datetime
    at: datetime | None = None
    on: date | None = None
    text: str = ""
    url: str = ""
    minutes: int = 30


def calendar_text(name: str, entries: Iterable[Entry]) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{escaped(name)}", f"NAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT15M"]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(entry: Entry) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{_moment(entry.changed_at)}"]
    lines += [f"LAST-MODIFIED:{_moment(entry.changed_at)}", f"SUMMARY:{escaped(entry.title)}"]
    if entry.on is not None:
        until = entry.on + timedelta(days=1)
        lines += [f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}", f"DTEND;VALUE=DATE:{until:%Y%m%d}", "TRANSP:TRANSPARENT"]
    elif entry.at is not None:
        lines += [f"DTSTART:{_moment(entry.at)}", f"DURATION:PT{entry.minutes}M"]
    if entry.text:
        lines.append(f"DESCRIPTION:{escaped(entry.text)}")
    if entry.url:
        lines.append(f"URL:{entry.url}")
    return [*lines, "END:VEVENT"]


def escaped(text: str) -> str:
    """TEXT of section 3.3.11; control characters, which it does not allow, are left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(mark for mark in text if mark in "\n\t" or (ord(mark) >= 32 and ord(mark) != 127))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """Lines of at most 75 octets (section 3.1), never cut inside of a character."""
    pieces, piece, room = [], bytearray(), _LINE_OCTETS
    for mark in line:
        octets = mark.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece.decode())
            piece, room = bytearray(), _LINE_OCTETS - 1  # the space that a further line begins with
        piece += octets
    pieces.append(piece.decode())
    return "\r\n ".join(pieces)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
