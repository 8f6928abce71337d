"""The audit as its window shows it: in words, the newest first, narrowed by what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.kit.ids import is_id
from callcard.sales.models import Order
from callcard.staff.audit.acts import act_of
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.ui.list_days import midnight, read_day
from callcard.ui.writing import full_moment

ROWS_SHOWN = 50
# A record of which more is said than its number: its model, and its window.
_WINDOWS: Mapping[str, tuple[type[Customer | Order | Call], str]] = {
    "customer": (Customer, "customer-card"),
    "order": (Order, "order"),
    "call": (Call, "call"),
}
ABOUTS = {
    "customer": gettext_lazy("Customer"),
    "order": gettext_lazy("Order"),
    "payment": gettext_lazy("Payment"),
    "call": gettext_lazy("Call"),
    "task": gettext_lazy("Task"),
    "recording": gettext_lazy("Recording"),
    "user": gettext_lazy("Colleague"),
    "role": gettext_lazy("Role"),
    "webhook": gettext_lazy("Webhook"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`record` stands for the record in words, `url` is its window; both empty when there is none."""

    entry: Entry
    words: str
    record: str
    url: str

    @property
    def is_alarming(self) -> bool:
        return self.entry.kind in (Entry.Kind.FAILED, Entry.Kind.REFUSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the window was asked for, as it came: what cannot be read narrows nothing."""

    by: str = ""
    kind: str = ""
    address: str = ""
    since: str = ""
    until: str = ""
    about: str = ""
    object: str = ""
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Asked:
        return cls(**{name: given.get(name, "")[:60].replace("\x00", "").strip() for name in cls.__slots__})

    @property
    def narrows(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__ if name != "after")


def found(asked: Asked) -> QuerySet[Entry]:
    entries = Entry.objects.order_by("-pk")
    if is_id(asked.by):
        entries = entries.filter(user_id=int(asked.by))
    if asked.kind:
        entries = entries.filter(kind=asked.kind)
    if asked.address:
        entries = entries.filter(address=asked.address)
    if (day := read_day(asked.since)) is not None:
        entries = entries.filter(at__gte=midnight(day))
    if (day := read_day(asked.until)) is not None:
        entries = entries.filter(at__lt=midnight(day + timedelta(days=1)))
    if asked.about and is_id(asked.object):
        entries = entries.filter(about=asked.about, object_id=int(asked.object))
    return entries.filter(pk__lt=int(asked.after)) if is_id(asked.after) else entries


def page_of(asked: Asked) -> tuple[list[Entry], int | None]:
    """The entries of one page, and `after` of the next if there is one."""
    entries = list(found(asked)[: ROWS_SHOWN + 1])
    return entries[:ROWS_SHOWN], entries[ROWS_SHOWN - 1].pk if len(entries) > ROWS_SHOWN else None


def rows(entries: Iterable[Entry], user: User) -> list[Row]:
    """Records are named where this user may see them; of others stands their number."""
    shown = list(entries)
    names = {about: _names(about, shown, user) for about in {entry.about for entry in shown}}
    return [_row(entry, names.get(entry.about, {}).get(entry.object_id or 0)) for entry in shown]


def _row(entry: Entry, name: str | None) -> Row:
    act = act_of(entry.act, is_deed=entry.is_deed)
    words = str(act.words) if act else entry.act
    if entry.object_id is None:
        return Row(entry, words, "", "")
    window = _WINDOWS.get(entry.about)
    url = reverse(window[1], args=[entry.object_id]) if window and name is not None else ""
    return Row(entry, words, name or f"{ABOUTS.get(entry.about, '')} № {entry.object_id}".strip(), url)


def _names(about: str, entries: list[Entry], user: User) -> dict[int, str]:
    keys = {entry.object_id for entry in entries if entry.about == about and entry.object_id is not None}
    if about == "user":
        return {one.pk: one.shown_name for one in User.objects.filter(pk__in=keys)}
    if about not in _WINDOWS:
        return {}
    model: type[models.Model] = _WINDOWS[about][0]
    seen = model._default_manager.visible_to(user).in_bulk(keys)  # type: ignore[attr-defined]
    return {pk: _name(one) for pk, one in seen.items()}


def _name(record: models.Model) -> str:
    if isinstance(record, Call):
        return _("Call of %(moment)s") % {"moment": full_moment(record.started_at)}
    return str(record)
