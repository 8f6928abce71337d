"""Pieces of HTML that tell of a call, for lists and windows.

Composed here and not in templates because a page of the log shows fifty of each (docs/developer/adr/0041 says the same
of pop-ups). Every value goes through `escape`. `Markup` is HTML already.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape

from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from callcard.calls.models import Call
from callcard.telephony.numbers import legible
from callcard.ui.icons import icon

Markup = str
_LONG_NUMBER = 20
_ICONS = {"outbound": "phone-outgoing", "internal": "headset"}
_TONES = {"answered": "tone-green", "missed": "tone-red", "cancelled": "tone-red", "": "tone-blue"}


def choice_label(choices: type[TextChoices], value: str) -> Markup:
    """The words for one of a field's choices, in the language of now."""
    return _labels(choices, get_language()).get(value, escape(value))


@lru_cache(maxsize=64)
def _labels(choices: type[TextChoices], _language: str | None) -> dict[str, Markup]:
    return {value: escape(str(label)) for value, label in choices.choices}


def was_in_vain(call: Call) -> bool:
    return call.outcome in (Call.Outcome.MISSED, Call.Outcome.CANCELLED)


def direction_icon(call: Call) -> SafeString:
    return icon(_ICONS.get(call.direction) or ("phone-missed" if was_in_vain(call) else "phone-incoming"))


def number_html(call: Call) -> SafeString:
    """The other side's number, to be called by a click unless it is a colleague's."""
    if not call.number:
        return mark_safe("")
    raw = call.e164 or call.number
    words = escape(legible(raw))
    title = f' title="{words}"' if len(raw) > _LONG_NUMBER else ""
    number = f'<bdi class="number-shown" dir="ltr"{title}>{words}</bdi>'
    if call.match == "own" or call.direction == Call.Direction.INTERNAL:
        return mark_safe(number)
    way = escape(call.way_to_call)
    return mark_safe(f'<a class="list-number-link" tabindex="-1" href="{way}">{icon("phone")}{number}</a>')


def outcome_html(call: Call) -> SafeString:
    """How it ended, that its number is blocked, and that it was not seen whole."""
    known = call.outcome != Call.Outcome.UNKNOWN
    words = choice_label(Call.Outcome, call.outcome) if known else escape(call.ending)
    html = f'<span class="badge-state is-sentence {_TONES.get(call.outcome, "tone-secondary")}">{words}</span>'
    if call.was_blocked:
        html += _orange(_("number blocked"))
    return mark_safe(html if call.is_complete else html + _orange(_("not seen whole")))


def who_html(call: Call, *, unknown: str = "") -> SafeString:
    """Whom a call was with, after `veil_customers` and `name_colleagues`. `unknown`: what is said of nobody we know."""
    who = _who(call, unknown)
    return mark_safe(who + _orange(_("possibly")) if call.match == "possible" else who)


def _who(call: Call, unknown: str) -> Markup:
    if call.customer:
        name = escape(call.customer.name)
        address = reverse("customer-card", args=[call.customer_id])
        return f'<a href="{address}" data-window tabindex="-1"><b><bdi>{name}</bdi></b></a>'
    if call.known_to:
        return escape(_("Known customer of %(name)s") % {"name": call.known_to})
    if call.colleague:
        return f'<span dir="auto">{escape(call.colleague)}</span>'
    if call.withheld:
        return escape(_("Number withheld"))
    if call.shown_name:
        return render_to_string("calls/told_name.html", {"call": call})
    if not call.number:
        return escape(_("No number"))
    if call.match == "own":
        return escape(_("Colleagues"))
    if unknown:
        return f'<bdi class="number-shown" dir="ltr">{escape(unknown)}</bdi>'
    return f'<span class="quiet">{escape(_("Unknown"))}</span>'


def _orange(words: str) -> Markup:
    return f' <span class="badge-state tone-orange">{escape(words)}</span>'
