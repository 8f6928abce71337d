"""The HTML of the rows of the call log, composed as `call_html` says. Every value goes through `escape`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from types import SimpleNamespace

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from callcard.calls.call_html import (
    choice_label,
    direction_icon,
    number_html,
    outcome_html,
    was_in_vain,
    who_html,
)
from callcard.calls.models import Call
from callcard.staff.line_names import line_shown
from callcard.ui.addresses import STAND_IN, Addresses, addresses_of
from callcard.ui.list_rows_html import row_start
from callcard.ui.lists import Column
from callcard.ui.writing import duration, full_moment, moment, money

Markup = str
_LONGEST_NOTE = 160
_STAND_IN = str(STAND_IN)


@dataclass(frozen=True, slots=True)
class _Page:
    """Where calls, orders and the marks of recordings are."""

    call: Addresses
    order: Addresses
    recording: Addresses


def rows_html(calls: Sequence[Call], columns: Sequence[Column]) -> SafeString:
    """The contents of the table's body: the first row is the one that the keyboard enters."""
    page = _Page(addresses_of("call"), addresses_of("order"), addresses_of("call-recording-mark"))
    cells = [(_CELLS.get(column.key, _origin), f' data-label="{escape(column.title)}"') for column in columns]
    picked = escape(_("Select this call"))
    rows = []
    for place, call in enumerate(calls):
        drawn = "".join(cell(call, label, page) for cell, label in cells)
        rows.append(f"{row_start(call.pk, tone=_tone(call), words=picked, place=place)}{drawn}</tr>")
    return mark_safe("\n".join(rows))


def _tone(call: Call) -> str:
    return "red" if was_in_vain(call) else "green" if call.outcome == Call.Outcome.ANSWERED else "grey"


# -- cells: (call, the attribute that names the column on a narrow page, addresses) ------------------------------------


def _started(call: Call, _label: Markup, page: _Page) -> Markup:
    at = call.started_at
    told = f'<time datetime="{timezone.localtime(at).isoformat()}" title="{escape(full_moment(at))}">'
    address = page.call(call.pk)
    return (
        f'<td class="number"><a tabindex="-1" href="{address}" data-window>{told}{escape(moment(at))}</time></a></td>'
    )


def _direction(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f'<td class="number">{direction_icon(call)} {choice_label(Call.Direction, call.direction)}</td>'


def _customer(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f'<td class="long">{who_html(call)}</td>'


def _number(call: Call, _label: Markup, _page: _Page) -> Markup:
    mark = _kept("calls/screening/mark.html", call.block, get_language()) if call.block else ""
    return f'<td class="number">{number_html(call)}{mark.replace(_STAND_IN, str(call.pk))}</td>'


def _person(call: Call, _label: Markup, _page: _Page) -> Markup:
    return _name(", ".join(call.people))


def _answered(call: Call, _label: Markup, _page: _Page) -> Markup:
    return _name(call.answered_by.shown_name if call.answered_by else "")


def _outcome(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f"<td>{outcome_html(call)}</td>"


def _rang(call: Call, label: Markup, _page: _Page) -> Markup:
    return f'<td class="seconds"{label}>{escape(duration(call.ring_seconds))}</td>'


def _talked(call: Call, label: Markup, page: _Page) -> Markup:
    told = f"{escape(duration(call.talk_seconds))}{_recording(call, page)}" if call.answered_at else ""
    return f'<td class="seconds"{label}>{told}</td>'


def _recording(call: Call, page: _Page) -> Markup:
    """A place that stays up to date: see recordings-live.js."""
    button = _kept("calls/recordings/button.html", call.played_as, get_language()) if call.played else ""
    button = button.replace(_STAND_IN, str(call.played))
    address = f"{page.recording(call.pk)}?list"
    return f'<span class="recording-mark" data-recordings-of="{call.pk}" data-from="{address}">{button}</span>'


@lru_cache(maxsize=128)
def _kept(template: str, state: str, _language: str | None) -> Markup:
    """What is the same for each call but for a number, which a stand-in holds the place of."""
    stand_in = SimpleNamespace(pk=_STAND_IN, played=_STAND_IN, played_as=state, block=state)
    return render_to_string(template, {"call": stand_in, "in_list": True})


def _held(call: Call, label: Markup, _page: _Page) -> Markup:
    told = escape(duration(call.hold_seconds)) if call.hold_seconds else ""
    return f'<td class="seconds"{label}>{told}</td>'


def _result(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f"<td>{f'<b><bdi>{escape(call.result)}</bdi></b>' if call.result else ''}</td>"


def _note(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f'<td class="long" dir="auto">{escape(Truncator(call.note).chars(_LONGEST_NOTE))}</td>'


def _tags(call: Call, _label: Markup, _page: _Page) -> Markup:
    badges = (
        f'<span class="badge-state tone-{escape(tag.colour)}">{escape(tag.name)}</span> ' for tag in call.tags.all()
    )
    return f"<td>{''.join(badges)}</td>"


def _line(call: Call, _label: Markup, _page: _Page) -> Markup:
    return _name(line_shown(call.line))


def _queue(call: Call, _label: Markup, _page: _Page) -> Markup:
    return _name(call.queue)


def _order(call: Call, _label: Markup, page: _Page) -> Markup:
    if call.order is None:
        return "<td></td>"
    address, number = page.order(call.order.pk), escape(call.order.number)
    return f'<td><a tabindex="-1" href="{address}" data-window><bdi>{number}</bdi></a></td>'


def _cost(call: Call, label: Markup, _page: _Page) -> Markup:
    told = "" if call.cost is None else escape(money(call.cost, call.cost_currency))
    return f'<td class="seconds"{label}>{told}</td>'


def _recorded(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f"<td>{escape(_('yes')) if call.is_recorded else ''}</td>"


def _origin(call: Call, _label: Markup, _page: _Page) -> Markup:
    return f"<td>{choice_label(Call.Origin, call.origin)}</td>"


def _name(words: str) -> Markup:
    return f"<td><bdi>{escape(words)}</bdi></td>"


_CELLS: dict[str, Callable[[Call, Markup, _Page], Markup]] = {
    "started": _started,
    "direction": _direction,
    "customer": _customer,
    "number": _number,
    "person": _person,
    "answered": _answered,
    "outcome": _outcome,
    "rang": _rang,
    "talked": _talked,
    "held": _held,
    "result": _result,
    "note": _note,
    "tags": _tags,
    "line": _line,
    "queue": _queue,
    "order": _order,
    "cost": _cost,
    "recorded": _recorded,
}
