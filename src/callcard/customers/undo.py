"""Taking back one step of a customer's history. Doing so is a step of the history itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet

from callcard.customers import file_services, note_services, person_services, services
from callcard.customers.models import (
    Address,
    Contact,
    ContactPerson,
    Customer,
    CustomerFile,
    CustomerNote,
    OwnField,
    Phone,
)
from callcard.customers.own_fields import is_seen_by
from callcard.customers.record import (
    OWN,
    ChangedMeanwhile,
    as_text,
    customer_snapshot,
    keep_row_change,
    last_change,
    row_snapshot,
)
from callcard.customers.veil import may_change
from callcard.staff.history import put_back
from callcard.staff.models import Change, User

Row = Phone | Contact | ContactPerson | Address | CustomerNote | CustomerFile

ROWS: dict[str, type[Row]] = {
    "phone": Phone,
    "contact": Contact,
    "person": ContactPerson,
    "address": Address,
    "note": CustomerNote,
    "file": CustomerFile,
}
"""What `Change.about` says of rows that belong to a customer."""
_REMOVE: dict[str, Callable[[Any, User | None], Any]] = {
    "phone": lambda row, by: services.remove_phone(phone=row, by=by),
    "contact": lambda row, by: services.remove_contact(contact=row, by=by),
    "person": lambda row, by: person_services.remove_person(person=row, by=by),
    "address": lambda row, by: person_services.remove_address(address=row, by=by),
    "note": lambda row, by: note_services.remove_note(note=row, by=by),
    "file": lambda row, by: file_services.remove_file(file=row, by=by),
}
_CAME = {Change.Action.CREATED, Change.Action.RESTORED}


class CannotUndo(Exception):
    """The record is no longer there, or this kind of step cannot be taken back here."""


@transaction.atomic
def undo_change(*, change: Change, by: User | None) -> None:
    """Raises record.ChangedMeanwhile when somebody changed it again since, or CannotUndo; then nothing is written."""
    customer = Customer.objects.select_for_update().filter(pk=change.customer_id or 0).first()
    if customer is None or change.about not in {"customer", *ROWS} or change.action == Change.Action.MERGED:
        raise CannotUndo  # a merge is undone as a whole: merge_services.undo_merge
    if not change.before and not change.after:
        raise CannotUndo  # the person was erased, and with them what it said
    if change.about == "customer":
        _undo_of_customer(customer, change, by)
        return
    refuse_unchangeable(change, by)
    row = _row(change)
    if change.action == Change.Action.REMOVED:
        bring_back(customer, change, row, by)
    elif row is None:
        raise CannotUndo
    elif change.action in _CAME and not change.before:
        _REMOVE[change.about](row, by)
    else:
        _undo_of_row(row, change, by)


def _undo_of_customer(customer: Customer, change: Change, by: User | None) -> None:
    if not change.before and change.action == Change.Action.CREATED:
        raise CannotUndo
    values = seen_of(_earlier(change), by)
    if not values:
        raise CannotUndo
    _refuse_if_gone_on(customer, change, customer_snapshot(customer), names=values)
    services.put_back_fields(customer=customer, values=values, by=by)


def seen_of(values: Mapping[str, Any], by: User | None) -> dict[str, Any]:
    """A customer's values by field, without fields that this person's roles do not let them see or change."""
    if by is None:
        return dict(values)
    values = {name: value for name, value in values.items() if may_change(by, "customer", name)}
    hidden = {f"{OWN}{field.key}" for field in OwnField.objects.all() if not is_seen_by(field, by)}
    return {name: value for name, value in values.items() if name not in hidden}


def refuse_unchangeable(change: Change, by: User | None) -> None:
    """Raises CannotUndo for a step of a row in which there is a field that this person must not change."""
    names = {"", *change.before, *change.after}
    if by is not None and not all(may_change(by, change.about, name) for name in names):
        raise CannotUndo


def _undo_of_row(row: Row, change: Change, by: User | None) -> None:
    before = row_snapshot(row)
    _refuse_if_gone_on(row, change, before)
    put_back(row, _earlier(change))
    row.save()
    keep_row_change(row, customer_id=row.customer_id, before=before, by=by, action=Change.Action.RESTORED)


def _earlier(change: Change) -> dict[str, Any]:
    return {name: change.before.get(name) for name in {**change.before, **change.after}}


def _refuse_if_gone_on(
    record: models.Model, change: Change, now: Mapping[str, Any], names: Iterable[str] | None = None
) -> None:
    for name in {**change.before, **change.after} if names is None else names:
        if now.get(name) != change.after.get(name):
            last = last_change(record, name)
            raise ChangedMeanwhile(
                name, _words(now.get(name)), by=last.by if last else None, at=last.at if last else None
            )


def _words(value: Any) -> str:
    """What a snapshot says, for people: names of related records."""
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value.get("name", as_text(value))) if isinstance(value, Mapping) else as_text(value)


def _row(change: Change) -> Row | None:
    rows: QuerySet[Any] = ROWS[change.about]._default_manager.all()
    found: Row | None = rows.select_for_update().filter(pk=change.object_id, customer_id=change.customer_id).first()
    return found


def bring_back(customer: Customer, change: Change, row: Row | None, by: User | None) -> None:
    if isinstance(row, CustomerNote):
        note_services.restore_note(note=row, by=by)
    elif isinstance(row, CustomerFile):
        file_services.restore_file(file=row, by=by)
    elif change.about == "phone":
        services.restore_phone(customer=customer, values=change.before, by=by)
    elif change.about == "contact":
        services.restore_contact(customer=customer, values=change.before, by=by)
    elif change.about == "person":
        person_services.restore_row(row=ContactPerson(customer=customer), values=change.before, by=by)
    elif change.about == "address":
        person_services.restore_row(row=Address(customer=customer), values=change.before, by=by)
    else:
        raise CannotUndo
