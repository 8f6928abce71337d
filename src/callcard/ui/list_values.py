"""Ends of ranges that somebody filters a list by: days, numbers and amounts."""

from __future__ import annotations

import re

from callcard.kit.amounts import read_decimal
from callcard.ui.list_days import read_day

TURNED = ""
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-5][0-9])")  # as lists write a length: 3:20, 1:03:20


def read_range(kind: str, first: str, last: str) -> tuple[str, str, tuple[str, ...]]:
    """Both ends as a room reads them, "" where nothing was typed or understood, and what was not understood; TURNED
    among that when the range ends before it begins."""
    read = {"date": _day, "length": _seconds}.get(kind, _amount)
    ends = [read(typed) if typed else "" for typed in (first, last)]
    wrong = [typed for typed, end in zip((first, last), ends, strict=True) if typed and not end]
    if all(ends) and _is_turned(kind, *ends):
        wrong.append(TURNED)
    return ends[0], ends[1], tuple(wrong)


def _day(text: str) -> str:
    found = read_day(text)
    return found.isoformat() if found else ""


def _amount(text: str) -> str:
    try:
        return f"{read_decimal(text):f}"
    except ValueError:
        return ""


def _seconds(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if not found:
        return _amount(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(hours * 3600 + minutes * 60 + seconds)


def _is_turned(kind: str, first: str, last: str) -> bool:
    return first > last if kind == "date" else read_decimal(first) > read_decimal(last)
