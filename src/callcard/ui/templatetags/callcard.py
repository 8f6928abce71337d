"""How values are written on the page: `{% load callcard %}`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency
from django import template
from django.template import Context, Template
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

register = template.Library()


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def current_locale() -> Locale:
    return _locale(get_language() or "en")


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("ui/vendor/icons.svg"), name
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture that only repeats what the words beside it say. Names: ui/icons.txt."""
    return _icon(name)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """The amount as people here write it: 1234.5, "USD" -> "$1,234.50"; whole amounts without the zeros."""
    return _money(amount, currency, get_language() or "en")


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, language: str) -> str:
    whole = amount == amount.to_integral_value()
    digits = {"format": _whole_pattern(language), "currency_digits": False} if whole else {}
    return format_currency(amount, currency, locale=_locale(language), **digits)


@lru_cache(maxsize=64)
def _whole_pattern(language: str) -> str:
    """The locale's own pattern for money, without its decimals."""
    pattern: str = _locale(language).currency_formats["standard"].pattern
    return pattern.replace(".00", "")


@register.filter
def owed_abs(amount: Decimal) -> Decimal:
    return abs(amount)


@register.filter
def moment(at: datetime | None) -> str:
    """A time as one says it: "14:05" today, "yesterday 14:05", "3 Nov 14:05", "3 Nov 2025"."""
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localdate()
    locale, days = current_locale(), (timezone.localdate() - timezone.localtime(at).date()).days
    clock = format_time(local, "short", locale=locale)
    if days == 0:
        return clock
    if days in (1, -1):
        return f"{gettext('yesterday') if days == 1 else gettext('tomorrow')} {clock}"
    if local.year == today.year:
        return f"{_day_and_month(local.date(), locale)} {clock}"
    return format_date(local, "medium", locale=locale)


@register.filter
def day(on: date | None) -> str:
    """A day as one says it: "today", "yesterday", "tomorrow", "3 Nov", "3 Nov 2025"."""
    if on is None:
        return ""
    on = timezone.localdate(on) if isinstance(on, datetime) else on
    today = timezone.localdate()
    near = {0: gettext("today"), -1: gettext("yesterday"), 1: gettext("tomorrow")}.get((on - today).days)
    if near:
        return near
    return _day_and_month(on, current_locale()) if on.year == today.year else format_date(on, "medium", current_locale())


def _day_and_month(on: date, locale: Locale) -> str:
    pattern = locale.datetime_skeletons.get("MMMd")
    return format_date(on, str(pattern.pattern) if pattern else "d MMM", locale=locale)


@register.filter
def full_moment(at: datetime | None) -> str:
    """Day and time to the second, for lists and tool tips."""
    return format_datetime(timezone.localtime(at), "medium", locale=current_locale()) if at else ""


@register.filter
def epoch_ms(at: datetime | None) -> str:
    """For the page's own clocks."""
    return str(int(at.timestamp() * 1000)) if at else ""


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as "0:05", "12:34" or "1:02:03"."""
    minutes, rest = divmod(round(seconds or 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def initials(name: str) -> str:
    """At most two letters to stand for a portrait. Scripts without capitals give their first letter with its marks."""
    words = [word for word in name.replace("«", " ").replace('"', " ").split() if word[:1].isalnum()]
    if not words:
        return "?"
    letters = [words[0], words[-1]] if len(words) > 1 and words[0][0].upper() != words[0][0].lower() else [words[0]]
    return "".join(word[0].upper() for word in letters)


@register.filter
def media(path: str) -> str:
    return "/media/" + quote(path)


class PartNode(template.Node):
    """`{% part key %}`: the small template of one part of the pop-up, in the same context.

    An `{% include %}` copies the context and looks the template up again each time, which ten parts of the hottest
    page would feel.
    """

    def __init__(self, key: template.base.FilterExpression) -> None:
        self.key = key

    def render(self, context: Context) -> SafeString:
        key, _, own = str(self.key.resolve(context)).partition(":")
        context["own_key"] = own
        loaded = _part(key)
        return loaded.nodelist.render(context) if loaded else SafeString("")


@lru_cache(maxsize=64)
def _part(key: str) -> Template | None:
    if not key.isidentifier():
        return None
    try:
        backend = get_template(f"desk/parts/{key}.html")
    except template.TemplateDoesNotExist:
        return None
    found: Template = backend.template  # type: ignore[attr-defined]
    return found


@register.tag
def part(parser: template.base.Parser, token: template.base.Token) -> PartNode:
    return PartNode(parser.compile_filter(token.split_contents()[1]))


@register.filter
def value_of(mapping: dict[str, str], key: str) -> str:
    return mapping.get(key, "")
