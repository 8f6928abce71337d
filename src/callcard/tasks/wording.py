"""How the active language names days, repeats and reminders."""

from __future__ import annotations

from datetime import date, time

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.staff.company import company
from callcard.tasks.entry import Words
from callcard.tasks.rules import Repeat, RepeatNotValid, Unit, read_repeat
from callcard.ui.writing import current_locale

_ENGLISH = Locale("en")


def words_for_days() -> Words:
    """Those of the active language, and the English ones, which people type everywhere."""
    locale = current_locale()
    days = {"today": 0, "tomorrow": 1, "tmr": 1, _("today").casefold(): 0, _("tomorrow").casefold(): 1}
    fillers = frozenset({"on", "at", "by", _("on (a day)").split(" (")[0], _("at (a time)").split(" (")[0]})
    month_first = locale.date_formats["short"].pattern.lower().startswith("m")
    return Words(days, _weekdays(_ENGLISH) | _weekdays(locale), fillers, month_first)


def _weekdays(locale: Locale) -> dict[str, int]:
    named: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            names = locale.days.get(context, {}).get(width, {})
            named |= {str(name).casefold().rstrip("."): int(number) for number, name in names.items()}
    return named


def weekday_names(width: str = "abbreviated") -> list[str]:
    """Monday first."""
    names = current_locale().days["stand-alone"][width]
    return [str(names[number]) for number in range(7)]


def first_weekday() -> int:
    """On which day weeks begin here; 0 is Monday. A language without a country begins them as the company's does."""
    locale = current_locale()
    if locale.territory:
        return int(locale.first_week_day)
    try:
        return int(Locale.parse(f"und_{company().region}").first_week_day)
    except (UnknownLocaleError, ValueError):
        return int(locale.first_week_day)


def repeat_in_words(text: str) -> str:
    """ "every 2 weeks: Mon, Wed"; empty for what does not repeat."""
    try:
        repeat = read_repeat(text) if text else None
    except RepeatNotValid:
        repeat = None
    if repeat is None:
        return ""
    words = _every(repeat)
    if repeat.unit is Unit.WEEKLY and repeat.weekdays:
        names = weekday_names()
        return f"{words}: {', '.join(names[day] for day in repeat.weekdays)}"
    return words


def _every(repeat: Repeat) -> str:
    number = repeat.every
    words = {
        Unit.DAILY: ngettext("every day", "every %(number)s days", number),
        Unit.WEEKLY: ngettext("every week", "every %(number)s weeks", number),
        Unit.MONTHLY: ngettext("every month", "every %(number)s months", number),
        Unit.YEARLY: ngettext("every year", "every %(number)s years", number),
    }[repeat.unit]
    return words % {"number": number} if "%(" in words else words


def reminder_choices() -> list[tuple[str, str]]:
    """Minutes before it is due -> words."""
    return [
        ("", _("no reminder")),
        ("0", _("when it is due")),
        ("10", _("10 minutes before")),
        ("60", _("an hour before")),
        ("1440", _("a day before")),
    ]


def rule_for(unit: str, every: int, weekdays: list[int], on: date | None, at: time | None) -> str:
    """The rule of what somebody chose; empty when it does not repeat."""
    if not unit:
        return ""
    chosen = Unit(unit)
    days = tuple(sorted(weekdays)) if chosen is Unit.WEEKLY else ()
    is_by_month = chosen in (Unit.MONTHLY, Unit.YEARLY)
    return str(Repeat(chosen, every, days, on.day if is_by_month and on else None, at))


def month_title(on: date) -> str:
    """ "November 2026" """
    return str(format_skeleton("yMMMM", on, locale=current_locale()))
