"""Cards that are read in the moments between the beginning of a call and the ringing of a phone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from callcard.calls.foreshadowing import take_foreshadowed
from callcard.desk.card import CallerCard
from callcard.desk.card_query import read_cards
from callcard.desk.popup_parts import remember_parts
from callcard.staff.company import company_zone
from callcard.staff.line_names import line_name

_FRESH_SECONDS = 1.0
_CANDIDATES_AT_MOST = 8
_read: dict[int, tuple[float, CallerCard]] = {}


def read_ahead() -> None:
    """What the next pop-up will need, if a call has begun; else nothing is done."""
    begun = take_foreshadowed()
    if not begun:
        return
    remember_parts()
    company_zone()
    line_name("")
    now = time.monotonic()
    for pk in [pk for pk, (read_at, _card) in _read.items() if now - read_at > _FRESH_SECONDS]:
        _read.pop(pk, None)
    wanted = {pk for customer_ids in begun if len(customer_ids) <= _CANDIDATES_AT_MOST for pk in customer_ids}
    _read.update((pk, (now, card)) for pk, card in read_cards(wanted, now=timezone.now()).items())


def cards_for(customer_ids: Iterable[int], *, now: datetime) -> dict[int, CallerCard]:
    """As `read_cards`. A card that was read ahead is given once and soon: whoever asks again may have changed it."""
    wanted = set(customer_ids)
    taken = {pk: kept for pk in wanted if (kept := _read.pop(pk, None))}
    fresh = {pk: card for pk, (read_at, card) in taken.items() if time.monotonic() - read_at <= _FRESH_SECONDS}
    return fresh | read_cards(wanted - fresh.keys(), now=now)
