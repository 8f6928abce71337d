"""The caller's card: what is shown of a customer the moment the phone rings. Values; card_query reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPhone:
    """`e164` is empty where `raw` is veiled (desk.popup_veil): then the phone is called by its `id`."""

    id: int
    raw: str
    e164: str
    label: str
    person: str
    is_preferred: bool
    is_veiled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContact:
    kind: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDebt:
    """`owed` > 0: the customer owes the company; < 0: paid in advance. Never 0."""

    owed: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOrder:
    number: str
    title: str
    state: str
    colour: str
    total: Decimal
    currency: str
    ordered_at: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTask:
    id: int
    title: str
    due_at: datetime | None
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastContact:
    """The last call that was spoken: not the one that rings now."""

    at: datetime
    who: str
    direction: str
    outcome: str
    result: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCard:
    customer_id: int
    kind: str
    name: str
    portrait: str  # path below MEDIA_ROOT, or empty
    category: str
    colour: str
    city: str
    country: str
    address: str
    language: str
    birthday: date | None
    note: str
    responsible: str  # shown name of the responsible manager, or empty
    phones: tuple[CardPhone, ...]
    contacts: tuple[CardContact, ...]
    debts: tuple[CardDebt, ...]
    orders: tuple[CardOrder, ...]  # current ones, newest first, at most ORDERS_SHOWN
    orders_count: int  # of all current ones
    tasks: tuple[CardTask, ...]  # open ones, soonest due first (so overdue ones lead), at most TASKS_SHOWN
    tasks_count: int
    last_contact: LastContact | None
    refuses_calls: bool  # they said so: customers.consent
    own_fields: dict[str, Any]  # OwnField.key -> value, as customers.own_fields keeps it


ORDERS_SHOWN = 4
TASKS_SHOWN = 4
