"""A task typed in one line: "call Mali tomorrow 15:00", "fri send the offer !". Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

_CLOCK = re.compile(r"(\d{1,2})(?:[:h](\d{2}))?\s*(am|pm)?")
_HOUR = re.compile(r"(\d{1,2})(h)?")
_EARLIEST_HOUR = 7  # of what is said without a.m. and p.m.: nobody calls a customer at three at night
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_URGENT = {"!", "!!", "!!!"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a language calls days: word -> days from today, word -> weekday (0 Monday); `fillers` stand before them."""

    days: Mapping[str, int] = field(default_factory=dict)
    weekdays: Mapping[str, int] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    on: date | None = None
    at: time | None = None
    is_urgent: bool = False


def read_entry(text: str, *, now: datetime, words: Words) -> Entry:
    """Day, time and urgency are read from both ends of the line; what is left is the title. `now` is local. A time
    without a day is the next such time; an hour alone is a time beside a day: "fri 9", "tomorrow at 3" (p.m.). What
    would leave no title belongs to the title, and so does everything beside a day that no calendar has: its time would
    be taken for today's."""
    tokens = text.split()
    entry = Entry(title=" ".join(tokens))
    for at_end in (True, False):
        taken = ""
        while len(tokens) > 1:
            token = _plain(tokens[-1 if at_end else 0])
            may_be_hour = entry.at is None and (
                _follows_day(entry, tokens[:-1], now.date(), words) if at_end else _stands_at(entry, taken, words)
            )
            further = _take(entry, token, now.date(), words) or (_with_hour(entry, token) if may_be_hour else None)
            if further is None:
                break
            entry, taken = further, token
            tokens = tokens[:-1] if at_end else tokens[1:]
        if entry.on or entry.at:  # "on fri", "at 15:00": the little word goes with what it belongs to
            while len(tokens) > 1 and _plain(tokens[-1 if at_end else 0]) in words.fillers:
                tokens = tokens[:-1] if at_end else tokens[1:]
    ends = [_plain(token) for token in (tokens[0], tokens[-1])] if tokens else []
    if entry.at and entry.on is None and any(_names_a_day(token, words) for token in ends):
        return Entry(title=" ".join(text.split()))
    if entry.at and entry.on is None:
        is_past = entry.at <= now.time().replace(tzinfo=None)
        entry = replace(entry, on=now.date() + timedelta(days=int(is_past)))
    return replace(entry, title=" ".join(tokens))


def _take(entry: Entry, token: str, today: date, words: Words) -> Entry | None:
    """The entry with what this word says; None when it says nothing, or says again what was said."""
    if token in _URGENT and not entry.is_urgent:
        return replace(entry, is_urgent=True)
    if entry.at is None and (at := _clock(token)):
        return replace(entry, at=at)
    if entry.on is None and (on := _day(token, today, words)):
        return replace(entry, on=on)
    if token in words.fillers and (entry.on or entry.at):
        return entry
    return None


def _follows_day(entry: Entry, before: list[str], today: date, words: Words) -> bool:
    """Whether these words end with a day, or with a little word when the day is known: "fri", "fri at"."""
    if entry.on:
        return _stands_at(entry, _plain(before[-1]), words)
    plain = [word for token in before if (word := _plain(token)) not in words.fillers]
    return len(plain) > 1 and _day(plain[-1], today, words) is not None


def _stands_at(entry: Entry, before: str, words: Words) -> bool:
    return entry.on is not None and before in words.fillers


def _with_hour(entry: Entry, token: str) -> Entry | None:
    found = _HOUR.fullmatch(token)
    hour = int(found[1]) if found else 24
    if found is None or hour >= 24:
        return None
    is_afternoon = 0 < hour < _EARLIEST_HOUR and not found[2]
    return replace(entry, at=time(hour + 12 if is_afternoon else hour))


def _plain(token: str) -> str:
    """As words are compared: small, with plain digits, without a comma at its end."""
    text = unicodedata.normalize("NFKC", token).casefold().rstrip(",;")
    return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in text)


def _clock(token: str) -> time | None:
    found = _CLOCK.fullmatch(token)
    if not found or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(token: str, today: date, words: Words) -> date | None:
    token_word = token.rstrip(".")
    if token_word in words.days:
        return today + timedelta(days=words.days[token_word])
    if token_word in words.weekdays:
        return today + timedelta(days=(words.weekdays[token_word] - today.weekday() - 1) % 7 + 1)
    readings: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int, int | None]]], ...] = (
        (_ISO, lambda found: (int(found[3]), int(found[2]), int(found[1]))),
        (_DOTTED, lambda found: (int(found[1]), int(found[2]), int(found[3]) if found[3] else None)),
        (_SLASHED, lambda found: _slashed(found, words.month_first)),
    )
    for pattern, read in readings:
        if found := pattern.fullmatch(token):
            return _date(*read(found), today)
    return None


def _names_a_day(token: str, words: Words) -> bool:
    """Also one that no calendar has."""
    is_word = token.rstrip(".") in words.days or token.rstrip(".") in words.weekdays
    return is_word or any(pattern.fullmatch(token) for pattern in (_ISO, _DOTTED, _SLASHED))


def _slashed(found: re.Match[str], month_first: bool) -> tuple[int, int, int | None]:
    one, two = int(found[1]), int(found[2])
    year = int(found[3]) if found[3] else None
    is_month_first = month_first if max(one, two) <= 12 else two > 12
    return (two, one, year) if is_month_first else (one, two, year)


def _date(day: int, month: int, year: int | None, today: date) -> date | None:
    """Without a year: the next such day. None when there is no such day."""
    try:
        on = date(year or today.year, month, day)
        return on if year or on >= today else date(today.year + 1, month, day)
    except ValueError:
        return None
