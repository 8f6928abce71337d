"""What stands in the cells of the list of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from callcard.customers.consent.models import Consent
from callcard.customers.consent.queries import counting
from callcard.customers.list_columns import CALLS, IMPORT, OWN
from callcard.customers.list_entries import Entries
from callcard.customers.list_records import put_beside
from callcard.customers.models import Contact, Customer, CustomerTag, OwnField, Phone, Tag, by_customer
from callcard.customers.own_fields import shown
from callcard.customers.search_reasons import Reason
from callcard.customers.transfer.models import Import
from callcard.customers.veil import veiled
from callcard.staff.kept_queries import KeptQueryOfMany
from callcard.staff.models import Change, User
from callcard.staff.places import countries
from callcard.ui import writing

Cell = Callable[[Customer], Any]
"""What stands in a column for a customer."""


@dataclass(frozen=True, slots=True)
class Row:
    """`cells`: (column's key, what stands there). Numbers, tags and the name are drawn by the template. `reason`: why a
    search found them, where the row would not show it."""

    customer: Customer
    tone: str
    cells: list[tuple[str, Any]]
    reason: Reason | None = None


def cells_of(
    customers: list[Customer],
    columns: Iterable[Any],
    entries: Entries,
    user: User,
    reasons: Mapping[int, Reason] = MappingProxyType({}),
) -> list[Row]:
    put_beside(customers, entries)
    keys = [column.key for column in columns]
    ids = [one.pk for one in customers]
    own = {f"{OWN}{field.key}": partial(_own_cell, field) for field in entries.own_fields}
    cells = [(key, own.get(key) or _cell_of(key, ids, user)) for key in keys]
    return [
        Row(
            one,
            one.category.colour if one.category else "",
            [(key, cell(one)) for key, cell in cells],
            reasons.get(one.pk),
        )
        for one in customers
    ]


def _own_cell(field: OwnField, one: Customer) -> str:
    return shown(field, one.own_fields.get(field.key))


def _cell_of(key: str, ids: list[int], user: User) -> Cell:
    """For columns of the customers' own rows, or for what is read for all of them at once."""
    if key == "country":
        names = dict(countries())
        return lambda one: names.get(one.country, one.country)
    if key == "phones":
        numbers = by_customer(veiled(_PHONES.rows(ids), user))
        return lambda one: numbers.get(one.pk, ())
    if key in _BESIDE:
        read, nothing = _BESIDE[key]
        found = read(ids)
        return lambda one: found.get(one.pk, nothing)
    return _CELLS.get(key, _nothing)


def _nothing(_one: Customer) -> str:
    return ""


def _tags(ids: list[int]) -> dict[int, list[Tag]]:
    return {pk: [pair.tag for pair in pairs] for pk, pairs in by_customer(_PAIRS.rows(ids)).items()}


def _mails(ids: list[int]) -> dict[int, str]:
    return {pk: ", ".join(one.value for one in found) for pk, found in by_customer(_MAILS.rows(ids)).items()}


def _files(ids: list[int]) -> dict[int, str]:
    """By which file each came."""
    steps = Change.objects.filter(about="customer", object_id__in=ids, action=Change.Action.IMPORTED)
    batches = dict(steps.values_list("object_id", "batch"))
    numbers = {int(number) for batch in batches.values() if (number := batch.partition(":")[2]).isdigit()}
    names = {one.batch: one.name for one in Import.objects.filter(pk__in=numbers)}
    return {pk: names.get(batch, "") for pk, batch in batches.items()}


def _calls_consents(ids: list[int]) -> dict[int, str]:
    said = counting(Consent.Way.CALLS).filter(customer__in=ids).exclude(answer=Consent.Answer.NOT_ASKED)
    return {one.customer_id: one.get_answer_display() for one in said}


_PHONES = KeptQueryOfMany(
    lambda pks: (
        Phone.objects.filter(customer_id__in=pks)
        .only("customer_id", "raw", "e164", "do_not_call", "is_valid_looking")
        .order_by("pk")
    )
)
_PAIRS = KeptQueryOfMany(
    lambda pks: (
        CustomerTag.objects.filter(customer_id__in=pks).select_related("tag").order_by("tag__position", "tag__name")
    )
)
_MAILS = KeptQueryOfMany(
    lambda pks: (
        Contact.objects.filter(customer_id__in=pks, kind=Contact.Kind.EMAIL).only("customer_id", "value").order_by("pk")
    )
)
# What is read for all customers of a page at once, and what stands there for those who have none.
_BESIDE: dict[str, tuple[Callable[[list[int]], Mapping[int, Any]], Any]] = {
    "tags": (_tags, ()),
    "contacts": (_mails, ""),
    CALLS: (_calls_consents, ""),
    IMPORT: (_files, ""),
}
_CELLS: dict[str, Cell] = {
    "name": lambda one: one.name,
    "category": lambda one: one.category,
    "stage": lambda one: one.stage,
    "city": lambda one: one.city,
    "responsible": lambda one: one.responsible.shown_name if one.responsible else "",
    "source": lambda one: one.source.name if one.source else "",
    "kind": lambda one: one.get_kind_display(),
    "birthday": lambda one: writing.anniversary(one.birthday),
    "created": lambda one: writing.day(one.created_at),
    "archived": lambda one: writing.day(one.archived_at),
}
