"""The HTML of the parts of the card: one function for each, in the table at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from callcard.desk.card import CallerCard, CardContact, CardDebt, CardOrder, CardPhone, CardTask
from callcard.ui.icons import icon
from callcard.ui.writing import anniversary, day, moment, money

Markup = str
Context = Mapping[str, Any]

NOTE_SHOWN = 240
"""Characters of a note that are shown on the card."""


def part_html(key: str, context: Context) -> Markup:
    """One part; empty when there is nothing to say, or no such part. "own:<key>" is a field of the company's own."""
    if key.startswith("own:"):
        return _own(key, context)
    make = _PARTS.get(key)
    return make(context) if make else ""


def copy_button(text: str) -> Markup:
    label = escape(_("Copy %(what)s") % {"what": text})
    return f'<button type="button" class="copy" data-copy="{escape(text)}" aria-label="{label}"></button>'


def _part(picture: str, name: str, value: Markup) -> Markup:
    return f'<div class="part"><dt>{icon(picture)}{escape(name)}</dt><dd>{value}</dd></div>'


def _text(picture: str, name: str, value: str) -> Markup:
    return _part(picture, name, f'<span dir="auto">{escape(value)}</span>') if value else ""


def _quiet(words: str) -> Markup:
    return f'<span class="quiet">{escape(words)}</span>'


def _shortened(text: str) -> str:
    return text if len(text) <= NOTE_SHOWN else text[: NOTE_SHOWN - 1].rstrip() + "…"


# -- money ------------------------------------------------------------------------------------------------------------


def _debts(context: Context) -> Markup:
    amounts = "".join(map(_debt, context["card"].debts)) or _quiet(_("Nothing"))
    return _part("wallet", _("Owes"), f'<span class="amounts">{amounts}</span>')


def _debt(debt: CardDebt) -> Markup:
    amount = f"<bdi>{escape(money(abs(debt.owed), debt.currency))}</bdi>"
    if debt.owed > 0:
        return f'<b class="owed">{amount}</b>'
    return f'<span class="paid">{amount} {_quiet(_("paid in advance"))}</span>'


def _orders(context: Context) -> Markup:
    card: CallerCard = context["card"]
    if not card.orders:
        return _part("package", _("Orders"), _quiet(_("None going on")))
    more = ""
    if card.orders_count > len(card.orders):
        more = _more(card, _("all %(count)s orders") % {"count": card.orders_count})
    return _part("package", _("Orders"), f'<ul class="rows">{"".join(map(_order, card.orders))}</ul>{more}')


def _order(order: CardOrder) -> Markup:
    due = _quiet(_("due %(day)s") % {"day": day(order.due_on)}) if order.due_on else ""
    return (
        f'<li><span class="row-main" dir="auto">{escape(order.title or order.number)}</span>'
        f'<bdi class="row-end">{escape(money(order.total, order.currency))}</bdi>'
        f'<span class="row-under"><span class="badge-state tone-{escape(order.colour)}">{escape(order.state)}</span>'
        f"{_quiet(order.number) if order.title else ''}{due}</span></li>"
    )


def _more(card: CallerCard, words: str) -> Markup:
    return f'<a class="more" href="/customers/{card.customer_id}/" data-window>{escape(words)}</a>'


# -- work -------------------------------------------------------------------------------------------------------------


def _tasks(context: Context) -> Markup:
    card: CallerCard = context["card"]
    if not card.tasks:
        return ""
    rows = "".join(_task(task, context["now"]) for task in card.tasks)
    more = ""
    if card.tasks_count > len(card.tasks):
        more = _more(card, _("all %(count)s tasks") % {"count": card.tasks_count})
    return _part("list-todo", _("Tasks"), f'<ul class="rows">{rows}</ul>{more}')


def _task(task: CardTask, now: datetime) -> Markup:
    overdue = ""
    if task.due_at and task.due_at < now:
        overdue = f'<span class="badge-state tone-red">{icon("triangle-alert")}{escape(_("Overdue"))}</span>'
    about = " · ".join(filter(None, (day(task.due_at), task.assignee)))
    return (
        f'<li><span class="row-main" dir="auto">{escape(task.title)}</span>'
        f'<span class="row-under">{overdue}{_quiet(about)}</span></li>'
    )


def _last_contact(context: Context) -> Markup:
    last = context["card"].last_contact
    if last is None:
        return _part("history", _("Last spoke"), _quiet(_("Never")))
    about = " · ".join(filter(None, (last.who, last.outcome, last.result)))
    said = f'<q class="said" dir="auto">{escape(_shortened(last.note))}</q>' if last.note else ""
    return _part("history", _("Last spoke"), f"<b>{escape(moment(last.at))}</b> {_quiet(about)}{said}")


# -- ways of reaching them --------------------------------------------------------------------------------------------


def _contacts(context: Context) -> Markup:
    card: CallerCard = context["card"]
    rows = "".join(map(_phone, card.phones)) + "".join(map(_contact, card.contacts))
    return _part("phone", _("Contacts"), f'<ul class="rows reach">{rows}</ul>') if rows else ""


def _phone(phone: CardPhone) -> Markup:
    number = phone.e164 or phone.raw
    about = ", ".join(filter(None, (phone.person, phone.label)))
    return (
        f'<li><span><a href="tel:{quote(number, safe="+")}"><bdi dir="ltr">{escape(phone.raw)}</bdi></a>'
        f" {_quiet(about) if about else ''}</span>{copy_button(number)}</li>"
    )


def _contact(contact: CardContact) -> Markup:
    value = escape(contact.value)
    if contact.kind == "email":
        value = f'<a href="mailto:{quote(contact.value, safe="@")}">{value}</a>'
    about = contact.label or ("" if contact.kind == "email" else contact.kind)
    return f"<li><span><bdi>{value}</bdi> {_quiet(about) if about else ''}</span>{copy_button(contact.value)}</li>"


def _line(context: Context) -> Markup:
    line = context["call"]["line_shown"]
    if not line:
        return ""
    name = context["call"]["line_name"]
    number = f'<bdi dir="ltr">{escape(line)}</bdi>'  # a number reads from left to right in every script
    shown = f'<b><bdi>{escape(name)}</bdi></b> <span class="quiet">{number}</span>' if name else number
    return _part("phone-incoming", _("Called"), shown)


def _city(context: Context) -> Markup:
    card: CallerCard = context["card"]
    return _text("map-pin", _("City"), ", ".join(filter(None, (card.city, card.country))))


def _own(key: str, context: Context) -> Markup:
    value = context["card"].own_fields.get(key.removeprefix("own:"), "")
    return _text("tag", context["own_names"].get(key, key), str(value))


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
    "language": lambda context: _text("languages", _("Language"), context["card"].language),
    "note": lambda context: _text("sticky-note", _("Note"), _shortened(context["card"].note)),
}
