"""A customer's record while it is changed: what it was, what it is, and whether somebody else was faster.

Fields of a customer have one name everywhere (history, card, import, merge): a column's ("city"), "own:<key>" for an
own field, or "tags".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerFile, CustomerNote, Phone
from callcard.customers.search_index import refresh
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User

Json = Any

OWN = "own:"
TAGS = "tags"

COLUMNS = frozenset(
    {"kind", "name", "category", "stage", "source", "responsible", "language", "country", "city", "address"}
    | {"postal_code", "birthday", "note", "own_fields"}
)
"""Columns of a customer that services take."""

_KEPT = (*sorted(COLUMNS - {"own_fields"}), "portrait", "archived_at")
FIELDS_OF: dict[type[models.Model], tuple[str, ...]] = {
    Phone: ("raw", "e164", "label", "person", "contact_person", "is_preferred", "do_not_call", "is_valid_looking"),
    Contact: ("kind", "value", "label", "contact_person"),
    ContactPerson: ("name", "role", "birthday", "note"),
    Address: ("label", "country", "city", "line", "postal_code"),
    CustomerNote: ("text", "author", "written_at", "removed_at"),
    CustomerFile: ("name", "size_bytes", "media_type", "path", "uploaded_by", "uploaded_at", "removed_at"),
}
"""What history keeps of the rows that belong to a customer."""
ABOUT: dict[type[models.Model], str] = {
    Customer: "customer",
    Phone: "phone",
    Contact: "contact",
    ContactPerson: "person",
    Address: "address",
    CustomerNote: "note",
    CustomerFile: "file",
}


class ChangedMeanwhile(Exception):
    """Somebody else changed the field since it was shown; nothing was written.

    `field`; `current`: what it holds now, as `held` writes it; `by`: who changed it (None: nobody knows) and when.
    """

    def __init__(self, field: str, current: str, *, by: User | None, at: datetime | None) -> None:
        super().__init__(field)
        self.field, self.current, self.by, self.at = field, current, by, at


def held(record: models.Model, field: str) -> str:
    """What a field holds, as text, for a page to say later what it saw: "" for nothing, the id of a related record.

    `record` is a customer or a row of its (phone, contact, person, address).
    """
    if isinstance(record, Customer) and field == TAGS:
        return ",".join(map(str, sorted(record.tags.values_list("pk", flat=True))))
    if isinstance(record, Customer) and field.startswith(OWN):
        return as_text(record.own_fields.get(field.removeprefix(OWN)))
    column = record._meta.get_field(field)
    assert isinstance(column, models.Field)
    return as_text(getattr(record, column.attname))


def as_text(value: Json) -> str:
    """A value in the one way in which two of them are compared."""
    if value in (None, ""):
        return ""
    if isinstance(value, Mapping):
        return " ".join(str(value[name]) for name in sorted(value))
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, models.Model):
        return str(value.pk)
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def refuse_if_changed(record: models.Model, field: str, old: str) -> None:
    """`old` is what `held` said when the page was made. Raises ChangedMeanwhile."""
    current = held(record, field)
    if current == old:
        return
    last = last_change(record, field)
    raise ChangedMeanwhile(field, current, by=last.by if last else None, at=last.at if last else None)


def last_change(record: models.Model, field: str) -> Change | None:
    """The newest step in which this field changed."""
    steps = Change.objects.filter(about=ABOUT[type(record)], object_id=record.pk).select_related("by")
    for step in steps.order_by("-pk")[:200]:
        if field in step.after or field in step.before:
            return step
    return None


def customer_snapshot(customer: Customer, *, with_tags: bool = True) -> dict[str, Json]:
    """The whole record, own fields each by itself."""
    kept = snapshot(customer, _KEPT)
    kept |= {f"{OWN}{key}": value for key, value in customer.own_fields.items()}
    if with_tags:
        kept[TAGS] = [{"id": tag.pk, "name": tag.name} for tag in customer.tags.order_by("pk")]
    return kept


def row_snapshot(row: models.Model) -> dict[str, Json]:
    """A phone, contact, person, address, note or file."""
    return snapshot(row, FIELDS_OF[type(row)])


def without_empty(kept: Mapping[str, Json]) -> dict[str, Json]:
    """For a created record: what it has, not what it lacks."""
    return {name: value for name, value in kept.items() if value not in (None, "", [], False)}


def keep_change(
    customer: Customer,
    *,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    by: User | None,
    action: str = Change.Action.CHANGED,
    batch: str = "",
) -> Change | None:
    """A step in the customer's own history."""
    changed = record_change(
        about="customer",
        object_id=customer.pk,
        customer_id=customer.pk,
        action=action,
        before=before,
        after=after,
        by=by,
        batch=batch,
    )
    if changed is not None:
        was_written([customer.pk])
    return changed


def keep_row_change(
    row: models.Model,
    *,
    customer_id: int,
    before: Mapping[str, Json],
    by: User | None,
    action: str = Change.Action.CHANGED,
    batch: str = "",
) -> Change | None:
    """A step in the history of a row of a customer; kept before a row is removed, after it is written."""
    after = {} if action == Change.Action.REMOVED else row_snapshot(row)
    changed = record_change(
        about=ABOUT[type(row)],
        object_id=row.pk,
        customer_id=customer_id,
        action=action,
        before=before,
        after=without_empty(after) if action == Change.Action.CREATED else after,
        by=by,
        batch=batch,
    )
    if changed is not None:
        was_written([customer_id])
    return changed


def was_written(customer_ids: Iterable[int]) -> None:
    """Every write of customers' records ends here, in its own transaction: what is kept of them elsewhere follows."""
    ids = list(customer_ids)
    Customer.objects.filter(pk__in=ids).update(changed_at=timezone.now())
    refresh(ids)
