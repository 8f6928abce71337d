"""The HTML of the parts of the card: one function for each, in the table at the end.

Each element is felt in the time from the ring to the paint, so there are few: a part is a <dt> and one <dd> for each
of its lines, and the page adds the pictures (data-icon) and the buttons that copy (data-copies) after the paint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.own_fields import shown
from callcard.desk.card import CallerCard, CardContact, CardDebt, CardOrder, CardPhone, CardTask
from callcard.plugins import Caller
from callcard.plugins.installed import lines_of, popup_parts
from callcard.staff.veiled import way_to_call
from callcard.telephony.numbers import legible
from callcard.ui.writing import anniversary, day, language_name, moment, money

Markup = str
Context = Mapping[str, Any]

NOTE_SHOWN = 240
"""Characters of a note that are shown on the card."""


def part_html(key: str, context: Context) -> Markup:
    """One part; empty when there is nothing to say, or no such part. "own:<key>" is a field of the company's own,
    "plugin:…" a plug-in's."""
    if key.startswith("own:"):
        return _own(key, context)
    if key.startswith("plugin:"):
        return _plugin(key, context)
    make = _PARTS.get(key)
    return make(context) if make else ""


def _part(picture: str, name: str, lines: Markup) -> Markup:
    """`lines`: one <dd> or more."""
    return f'<dt data-icon="{picture}">{escape(name)}</dt>{lines}'


def _text(picture: str, name: str, value: str) -> Markup:
    return _part(picture, name, f'<dd dir="auto">{escape(value)}</dd>') if value else ""


def _quiet(words: str) -> Markup:
    return f"<small>{escape(words)}</small>"


def _shortened(text: str) -> str:
    return text if len(text) <= NOTE_SHOWN else text[: NOTE_SHOWN - 1].rstrip() + "…"


def _plugin(key: str, context: Context) -> Markup:
    """Given to the plug-in after what the user may not see was taken away."""
    card, call, part = context["card"], context["call"], popup_parts().get(key)
    if part is None or card is None:
        return ""
    seen = {one.key: card.own_fields[one.key] for one in context["own_fields"].values() if one.key in card.own_fields}
    caller = Caller(
        customer_id=card.customer_id,
        name=card.name,
        number=call["number_shown"],
        direction=call["direction"],
        category=card.category,
        city=card.city,
        country=card.country,
        language=card.language,
        own_fields=seen,
    )
    lines = "".join(f'<dd dir="auto">{escape(line)}</dd>' for line in lines_of(key, caller))
    return _part("plug", part.name, lines) if lines else ""


# -- money ------------------------------------------------------------------------------------------------------------


def _debts(context: Context) -> Markup:
    amounts = " ".join(map(_debt, context["card"].debts)) or _quiet(_("Nothing"))
    return _part("wallet", _("Owes"), f'<dd class="amounts">{amounts}</dd>')


def _debt(debt: CardDebt) -> Markup:
    amount = escape(money(abs(debt.owed), debt.currency))
    if debt.owed > 0:
        return f'<bdi class="owed">{amount}</bdi>'
    return f'<span class="paid"><bdi>{amount}</bdi> {_quiet(_("paid in advance"))}</span>'


def _orders(context: Context) -> Markup:
    card: CallerCard = context["card"]
    if not card.orders:
        return _part("package", _("Orders"), f"<dd>{_quiet(_('None going on'))}</dd>")
    more = ""
    if card.orders_count > len(card.orders):
        more = _more(card, _("all %(count)s orders") % {"count": card.orders_count})
    return _part("package", _("Orders"), "".join(map(_order, card.orders)) + more)


def _order(order: CardOrder) -> Markup:
    is_late = order.due_on is not None and order.due_on < timezone.localdate()
    due = (_("was due %(day)s") if is_late else _("due %(day)s")) % {"day": day(order.due_on)} if order.due_on else ""
    about = " · ".join(filter(None, (order.number if order.title else "", "" if is_late else due)))
    late = f'<b class="badge-state tone-red">{escape(due)}</b>' if is_late else ""
    return (
        f'<dd class="entry"><span dir="auto">{escape(order.title or order.number)}</span>'
        f"<bdi>{escape(money(order.total, order.currency))}</bdi>"
        f'<small><b class="badge-state tone-{escape(order.colour)}">{escape(order.state)}</b>'
        f" {late} {escape(about)}</small></dd>"
    )


def _more(card: CallerCard, words: str) -> Markup:
    return f'<dd><a class="more" href="/customers/{card.customer_id}/" data-window>{escape(words)}</a></dd>'


# -- work -------------------------------------------------------------------------------------------------------------


def _tasks(context: Context) -> Markup:
    card: CallerCard = context["card"]
    if not card.tasks:
        return ""
    rows = "".join(_task(task, context["now"]) for task in card.tasks)
    more = ""
    if card.tasks_count > len(card.tasks):
        more = _more(card, _("all %(count)s tasks") % {"count": card.tasks_count})
    return _part("list-todo", _("Tasks"), rows + more)


def _task(task: CardTask, now: datetime) -> Markup:
    overdue = ""
    if task.due_at and task.due_at < now:
        overdue = f'<b class="badge-state tone-red">{escape(_("Overdue"))}</b> '
    about = " · ".join(filter(None, (day(task.due_at), task.assignee)))
    return f'<dd class="entry"><span dir="auto">{escape(task.title)}</span><small>{overdue}{escape(about)}</small></dd>'


def _last_contact(context: Context) -> Markup:
    last = context["card"].last_contact
    if last is None:
        return _part("history", _("Last spoke"), f"<dd>{_quiet(_('Never'))}</dd>")
    about = " · ".join(filter(None, (last.who, last.result)))
    said = f'<q class="said" dir="auto">{escape(_shortened(last.note))}</q>' if last.note else ""
    return _part("history", _("Last spoke"), f"<dd><b>{escape(moment(last.at))}</b> {_quiet(about)}{said}</dd>")


# -- ways of reaching them --------------------------------------------------------------------------------------------


def _contacts(context: Context) -> Markup:
    card: CallerCard = context["card"]
    rows = "".join(map(_phone, card.phones)) + "".join(map(_contact, card.contacts))
    return _part("phone", _("Contacts"), rows) if rows else ""


def _phone(phone: CardPhone) -> Markup:
    number = phone.e164 or phone.raw
    about = ", ".join(filter(None, (phone.person, phone.label)))
    written = legible(phone.e164) if phone.e164 else phone.raw
    way = escape(way_to_call(number, veiled_as=f"phone-{phone.id}" if phone.is_veiled else ""))
    link = f'<a href="{way}" dir="ltr">{escape(written)}</a>'
    copies = "" if phone.is_veiled else f' data-copies="{escape(number)}"'
    return f"<dd{copies}>{link} {_quiet(about) if about else ''}</dd>"


def _contact(contact: CardContact) -> Markup:
    value = f"<bdi>{escape(contact.value)}</bdi>"
    if contact.kind == "email":
        value = f'<a href="mailto:{quote(contact.value, safe="@")}" dir="ltr">{escape(contact.value)}</a>'
    about = contact.label or ("" if contact.kind == "email" else contact.kind)
    return f'<dd data-copies="{escape(contact.value)}">{value} {_quiet(about) if about else ""}</dd>'


def _line(context: Context) -> Markup:
    line = context["call"]["line_shown"]
    if not line:
        return ""
    name = context["call"]["line_name"]
    # A number reads from left to right in every script.
    if not name:
        return _part("phone-incoming", _("Called"), f'<dd><bdi dir="ltr">{escape(line)}</bdi></dd>')
    shown = f'<b dir="auto">{escape(name)}</b> <small dir="ltr">{escape(line)}</small>'
    return _part("phone-incoming", _("Called"), f"<dd>{shown}</dd>")


def _city(context: Context) -> Markup:
    card: CallerCard = context["card"]
    return _text("map-pin", _("City"), ", ".join(filter(None, (card.city, card.country))))


def _own(key: str, context: Context) -> Markup:
    field = context["own_fields"].get(key)
    if field is None:
        return ""
    return _text("tag", field.name, shown(field, context["card"].own_fields.get(field.key)))


_PARTS: dict[str, Callable[[Context], Markup]] = {
    "debts": _debts,
    "orders": _orders,
    "tasks": _tasks,
    "last_contact": _last_contact,
    "contacts": _contacts,
    "line": _line,
    "city": _city,
    "responsible": lambda context: _text("user-check", _("Responsible"), context["card"].responsible),
    "category": lambda context: _text("tag", _("Category"), context["card"].category),
    "address": lambda context: _text("map-pin", _("Address"), context["card"].address),
    "birthday": lambda context: _text("cake", _("Birthday"), anniversary(context["card"].birthday)),
    "language": lambda context: _text("languages", _("Language"), language_name(context["card"].language)),
    "note": lambda context: _text("sticky-note", _("Note"), _shortened(context["card"].note)),
}
