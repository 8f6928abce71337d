"""What stands in the cells of the list of customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from callcard.customers.list_columns import IMPORT, OWN
from callcard.customers.models import Contact, Customer, OwnField
from callcard.customers.own_fields import shown
from callcard.customers.search_reasons import Reason
from callcard.customers.transfer.models import Import
from callcard.staff.models import Change, User
from callcard.staff.places import countries
from callcard.ui import writing


@dataclass(frozen=True, slots=True)
class Row:
    """`cells`: (column's key, what stands there). Numbers, tags and the name are drawn by the template. `reason`: why a
    search found them, where the row would not show it."""

    customer: Customer
    tone: str
    cells: list[tuple[str, Any]]
    reason: Reason | None = None


def cells_of(
    customers: list[Customer], columns: Iterable[Any], user: User, reasons: Mapping[int, Reason] = MappingProxyType({})
) -> list[Row]:
    keys = [column.key for column in columns]
    own = _own_fields(keys)
    mails = _mails(customers) if "contacts" in keys else {}
    files = _files(customers) if IMPORT in keys else {}
    return [
        Row(
            one,
            one.category.colour if one.category else "",
            [(key, files.get(one.pk, "") if key == IMPORT else _cell(one, key, own, mails)) for key in keys],
            reasons.get(one.pk),
        )
        for one in customers
    ]


def _own_fields(keys: list[str]) -> dict[str, OwnField]:
    wanted = [key.removeprefix(OWN) for key in keys if key.startswith(OWN)]
    return {f"{OWN}{field.key}": field for field in OwnField.objects.filter(key__in=wanted)} if wanted else {}


def _mails(customers: list[Customer]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Contact.objects.filter(customer__in=[one.pk for one in customers], kind=Contact.Kind.EMAIL).order_by("pk")
    for customer_id, value in rows.values_list("customer_id", "value"):
        found.setdefault(customer_id, []).append(value)
    return found


def _files(customers: list[Customer]) -> dict[int, str]:
    """By which file each came."""
    ids = [one.pk for one in customers]
    steps = Change.objects.filter(about="customer", object_id__in=ids, action=Change.Action.IMPORTED)
    batches = dict(steps.values_list("object_id", "batch"))
    numbers = {int(number) for batch in batches.values() if (number := batch.partition(":")[2]).isdigit()}
    names = {one.batch: one.name for one in Import.objects.filter(pk__in=numbers)}
    return {pk: names.get(batch, "") for pk, batch in batches.items()}


def _cell(one: Customer, key: str, own: Mapping[str, OwnField], mails: Mapping[int, list[str]]) -> Any:
    if key in own:
        return shown(own[key], one.own_fields.get(own[key].key))
    return _CELLS[key](one) if key in _CELLS else ", ".join(mails.get(one.pk, ()))


_CELLS: dict[str, Any] = {
    "name": lambda one: one.name,
    "phones": lambda one: list(one.phones.all()),
    "category": lambda one: one.category,
    "stage": lambda one: one.stage,
    "tags": lambda one: list(one.tags.all()),
    "city": lambda one: one.city,
    "responsible": lambda one: one.responsible.shown_name if one.responsible else "",
    "source": lambda one: one.source.name if one.source else "",
    "kind": lambda one: one.get_kind_display(),
    "country": lambda one: dict(countries()).get(one.country, one.country),
    "birthday": lambda one: writing.anniversary(one.birthday),
    "created": lambda one: writing.day(one.created_at),
    "archived": lambda one: writing.day(one.archived_at),
}
