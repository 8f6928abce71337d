"""Draws over a pop-up what its user's roles hide. For most users there is nothing to do, and nothing is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callcard.calls.models import Call
from callcard.calls.veil import veiled_name
from callcard.desk.card import CallerCard, CardPhone
from callcard.desk.notice_query import Row
from callcard.staff.roles.rules import Veil


def veiled_cards(cards: Mapping[int, CallerCard], veil: Veil) -> Mapping[int, CallerCard]:
    return {pk: _veiled_card(card, veil) for pk, card in cards.items()}


def _veiled_card(card: CallerCard, veil: Veil) -> CallerCard:
    return replace(
        card,
        phones=() if veil.hides("phones") else tuple(_veiled_phone(phone, veil) for phone in card.phones),
        contacts=() if veil.hides("contacts") else card.contacts,
        address="" if veil.hides("addresses") else card.address,
        birthday=None if veil.hides("birthdays") else card.birthday,
        tasks=tuple(replace(task, title=veil.words(task.title)) for task in card.tasks),
        note="" if veil.hides("notes") else card.note,
    )


def _veiled_phone(phone: CardPhone, veil: Veil) -> CardPhone:
    if veil.has_whole_numbers:
        return phone
    return replace(phone, raw=veil.number(phone.e164 or phone.raw), e164="", is_veiled=True)


def veiled_row(row: Row, veil: Veil) -> Row:
    """The call itself; with `veiled` what `number` says stands for all of it. `e164` is for decisions only then."""
    if veil.has_whole_numbers or row["direction"] == Call.Direction.INTERNAL:
        return row
    number = veil.number(row["e164"] or row["number"])
    return row | {"number": number, "shown_name": veiled_name(row["shown_name"], veil), "veiled": True}
