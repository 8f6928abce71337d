"""The HTML of the rows of a list of customers.

Composed here and not in a template because fifty rows of nine cells took two thirds of the time of the page
(docs/developer/adr/0041 says the same of pop-ups). Every value goes through `escape`. `Markup` is HTML already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from callcard.customers.list_cells import Row
from callcard.customers.models import Customer, Phone, Tag
from callcard.customers.search_reasons import Reason
from callcard.telephony.numbers import legible
from callcard.ui.addresses import Addresses, addresses_of
from callcard.ui.icons import icon
from callcard.ui.list_rows_html import row_start
from callcard.ui.writing import initials, media_url

Markup = str


def rows_html(rows: Sequence[Row]) -> SafeString:
    """The contents of the table's body: the first row is the one that the keyboard enters."""
    card, picked = addresses_of("customer-card"), escape(_("Select %(name)s"))
    return mark_safe("\n".join(_row(row, card, picked, place) for place, row in enumerate(rows)))


def _row(row: Row, card: Addresses, picked: Markup, place: int) -> Markup:
    customer = row.customer
    cells = "".join(_cell(row, key, value, card) for key, value in row.cells)
    words = picked % {"name": escape(customer.name)}
    return f"{row_start(customer.pk, tone=row.tone or 'grey', words=words, place=place)}{cells}</tr>"


def _cell(row: Row, key: str, value: Any, card: Addresses) -> Markup:
    if key == "name":
        return f"<td>{_name(row.customer, row.tone, card)}{_reason(row.reason)}</td>"
    drawn = _DRAWN.get(key)
    if drawn is None:
        return f"<td><bdi>{escape(str(value))}</bdi></td>"
    return f"<td{_NUMBER if key == 'phones' else ''}>{drawn(value)}</td>"


def _name(customer: Customer, tone: str, card: Addresses) -> Markup:
    name = escape(customer.name)
    if customer.portrait:
        address = escape(media_url(customer.portrait))
        face = f'<img class="portrait portrait-small" src="{address}" alt="" width="30" height="30" loading="lazy">'
    else:
        tone, letters = escape(tone or "azure"), escape(initials(customer.name))
        face = f'<span class="portrait portrait-small tone-{tone}" aria-hidden="true">{letters}</span>'
    return f'<a class="customer-name" tabindex="-1" href="{card(customer.pk)}" data-window>{face}<bdi>{name}</bdi></a>'


def _reason(reason: Reason | None) -> Markup:
    return render_to_string("customers/found_by.html", {"reason": reason}) if reason else ""


def badge(entry: Any) -> Markup:
    """An entry of one of the company's own lists, in its colour; nothing for None."""
    return f'<span class="badge-state tone-{escape(entry.colour)}">{escape(entry.name)}</span>' if entry else ""


def _tags(tags: Iterable[Tag]) -> Markup:
    return "".join(f"{badge(tag)} " for tag in tags)


def numbers_cell(phones: Iterable[Phone]) -> SafeString:
    """Numbers to call, one below the other; those that nobody may call are crossed out."""
    return mark_safe("<br>".join(_number(phone) for phone in phones))


def _number(phone: Phone) -> Markup:
    raw = escape(legible(phone.raw))
    shown = f'<bdi dir="ltr">{f"<s>{raw}</s>" if phone.do_not_call else raw}</bdi>'
    if not phone.do_not_call:
        way = escape(phone.way_to_call)
        shown = f'<a class="list-number-link" tabindex="-1" href="{way}">{icon("phone")}{shown}</a>'
    return shown if phone.is_valid_looking else f"{shown} {_doubt(get_language())}"


@lru_cache(maxsize=16)
def _doubt(_language: str | None) -> Markup:
    return (
        f'<span class="number-doubt" title="{escape(_("No numbering plan knows such a number"))}">'
        f'{icon("triangle-alert")}<span class="visually-hidden">{escape(_("looks wrong"))}</span></span>'
    )


_NUMBER = ' class="number"'
_DRAWN: dict[str, Callable[[Any], Markup]] = {
    "phones": numbers_cell,
    "category": badge,
    "stage": badge,
    "tags": _tags,
}
