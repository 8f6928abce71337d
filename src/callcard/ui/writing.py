"""How values are written for people, in the language that is active."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from django.utils import timezone
from django.utils.translation import get_language, gettext

_LEFT_TO_RIGHT = "\u200e"
_US = re.compile(r"[A-Za-z]+[^A-Za-z]+$")  # as in US$


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def current_locale() -> Locale:
    return _locale(get_language() or "en")


def language_name(code: str) -> str:
    """What the language is called here: "lo" -> "Lao". As it was given when nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(current_locale()) or code
    except (UnknownLocaleError, ValueError, TypeError):
        return code


def money(amount: Decimal, currency: str) -> str:
    """The amount as people here write it: 1234.5, "USD" -> "$1,234.50"; whole amounts without the zeros.

    Of coins that the currency does not have by its own rules (LAK 1,234.50, $0.125) none is left out."""
    return _money(amount, currency, get_language() or "en")


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, language: str) -> str:
    locale = _locale(language)
    pattern: str = locale.currency_formats["standard"].pattern
    if amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    symbol = get_currency_symbol(currency, locale)
    if symbol[-1:].isalpha():
        pattern = pattern.replace("¤#", "¤\xa0#")  # "LAK 200,000": letters stand apart from digits
    if symbol[:1].isalpha():
        pattern = pattern.replace("0¤", "0\xa0¤")
    is_usual = amount == round(amount, get_currency_precision(currency)) and ".00" in pattern
    if amount != round(amount, 2):
        pattern = pattern.replace(".00", ".00#")
    if locale.text_direction == "rtl" and _US.match(symbol):
        pattern = pattern.replace("¤", f"¤{_LEFT_TO_RIGHT}")  # else the sign after the letters goes before them: $US
    return format_currency(amount, currency, format=pattern, locale=locale, currency_digits=is_usual)


def moment(at: datetime | None) -> str:
    """A time as one says it: "14:05" today, "yesterday 14:05", "3 Nov 14:05", "3 Nov 2025"."""
    if at is None:
        return ""
    local, today, locale = timezone.localtime(at), timezone.localdate(), current_locale()
    if local.date() == today:
        return _clock(local, locale)
    near = _near_day(local.date(), today)
    if near or local.year == today.year:
        return f"{near or _day_and_month(local.date(), locale)} {_clock(local, locale)}"
    return format_date(local, "medium", locale=locale)


def day(on: date | None) -> str:
    """A day as one says it: "today", "yesterday", "tomorrow", "3 Nov", "3 Nov 2025"."""
    if on is None:
        return ""
    on = timezone.localdate(on) if isinstance(on, datetime) else on
    return _day(on, timezone.localdate(), get_language() or "en")


@lru_cache(maxsize=4096)
def _day(on: date, today: date, language: str) -> str:
    """In the language that is active, which is named for the cache's sake."""
    if on == today:
        return gettext("today")
    locale = _locale(language)
    return _near_day(on, today) or (
        _day_and_month(on, locale) if on.year == today.year else format_date(on, "medium", locale=locale)
    )


def anniversary(on: date | None) -> str:
    """A birthday: "today" on the day itself, else day, month and year."""
    if on is None:
        return ""
    today = timezone.localdate()
    if (on.month, on.day) == (today.month, today.day):
        return gettext("today")
    return format_date(on, "long", locale=current_locale())


def clock(at: datetime | None) -> str:
    """The time of day alone: "14:05"."""
    return _clock(timezone.localtime(at), current_locale()) if at else ""


def long_day(on: date | None) -> str:
    """A day with its weekday: "Sunday, 22 November"."""
    if on is None:
        return ""
    locale = current_locale()
    pattern = locale.datetime_skeletons.get("MMMMEd") or locale.datetime_skeletons.get("MMMEd")
    return format_date(on, pattern.pattern if pattern else "full", locale=locale)


def _near_day(on: date, today: date) -> str:
    days = (on - today).days
    return gettext("tomorrow") if days == 1 else gettext("yesterday") if days == -1 else ""


def _clock(local: datetime, locale: Locale) -> str:
    return format_time(local.time(), "short", locale=locale)


def _day_and_month(on: date, locale: Locale) -> str:
    pattern = locale.datetime_skeletons.get("MMMd")
    return format_date(on, pattern.pattern if pattern else "d MMM", locale=locale)


def full_moment(at: datetime | None) -> str:
    """Day and time to the second, for lists and tool tips."""
    return format_datetime(timezone.localtime(at), "medium", locale=current_locale()) if at else ""


def epoch_ms(at: datetime | None) -> str:
    """For the page's own clocks."""
    return str(int(at.timestamp() * 1000)) if at else ""


def duration(seconds: float | None) -> str:
    """Seconds as "0:05", "12:34" or "1:02:03"."""
    minutes, rest = divmod(round(seconds or 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def initials(name: str) -> str:
    """At most two letters to stand for a portrait; one in scripts without capitals, which do not abbreviate so."""
    words = [word for word in name.replace('"', " ").replace("«", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    has_capitals = words[0][0].upper() != words[0][0].lower()
    letters = [words[0], words[-1]] if has_capitals and len(words) > 1 else words[:1]
    return "".join(word[0].upper() for word in letters)


def media_url(path: str) -> str:
    """The address of a file below MEDIA_ROOT."""
    return "/media/" + quote(path)
