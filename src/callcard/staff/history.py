"""The history of records: written by the services that change them, in the same transaction.

before = snapshot(customer, FIELDS)
...
record_change(about="customer", object_id=customer.pk, customer_id=customer.pk, action=Change.Action.CHANGED,
              before=before, after=snapshot(customer, FIELDS), by=user)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

from callcard.live.watching import tell_watchers_on_commit
from callcard.staff.models import Change, User

Json = Any
"""What JSON can hold: times and dates in ISO 8601, amounts as strings, a record as {"id", "name"}."""

_AT_ONCE = 500


def snapshot(instance: models.Model, fields: Iterable[str]) -> dict[str, Json]:
    """These fields of a record as JSON, by name. A related record keeps its name: it may be gone when it is read."""
    return {name: _written(instance, name) for name in fields}


def record_change(
    *,
    about: str,
    object_id: int,
    customer_id: int | None,
    action: Change.Action | str,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    by: User | None,
    batch: str = "",
) -> Change | None:
    """Keep one step. `before` and `after` are snapshots; what is equal in both is left out, and nothing is kept of a
    change that changed nothing. A created record has no `before`, a removed one no `after`."""
    change = a_change(
        about=about,
        object_id=object_id,
        customer_id=customer_id,
        action=action,
        before=before,
        after=after,
        by=by,
        batch=batch,
    )
    if change is not None:
        change.save(force_insert=True)
        _tell_watchers([change])
    return change


def a_change(
    *,
    about: str,
    object_id: int,
    customer_id: int | None,
    action: Change.Action | str,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    by: User | None,
    batch: str = "",
) -> Change | None:
    """As `record_change`, but not yet written: for `record_changes`."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names and action == Change.Action.CHANGED:
        return None
    return Change(
        about=about,
        object_id=object_id,
        customer_id=customer_id,
        action=action,
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names if name in after},
        by=by,
        batch=batch,
    )


def record_changes(changes: Iterable[Change | None]) -> None:
    """Keep many at once, in their order."""
    made = [change for change in changes if change is not None]
    Change.objects.bulk_create(made, batch_size=_AT_ONCE)
    _tell_watchers(made)


def topic_of(customer_id: int) -> str:
    """What who has the card of this customer on the screen watches."""
    return f"customer:{customer_id}"


def _tell_watchers(changes: Iterable[Change]) -> None:
    """Whoever has the customer's card on the screen sees it at once, whichever room changed something."""
    payloads = {
        topic_of(change.customer_id): {"customer": change.customer_id, "by": str(change.by or "")}
        for change in changes
        if change.customer_id is not None
    }
    tell_watchers_on_commit(payloads, kind="customer-changed")


def put_back(instance: models.Model, values: Mapping[str, Json]) -> list[str]:
    """Set the fields of a record to what a snapshot says; not saved. Returns the names of the fields that were set.

    A related record that is gone is left out. Raises ValidationError when a value no longer fits.
    """
    done = []
    for name, value in values.items():
        field = instance._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            pk = value["id"] if value else None
            if pk is not None and not field.related_model._default_manager.filter(pk=pk).exists():
                continue
            setattr(instance, field.attname, pk)
        else:
            assert isinstance(field, models.Field)
            setattr(instance, name, value if isinstance(field, models.JSONField) else field.to_python(value))
        done.append(name)
    return done


def _written(instance: models.Model, name: str) -> Json:
    if isinstance(instance._meta.get_field(name), models.ForeignKey):
        related = getattr(instance, name)
        return None if related is None else {"id": related.pk, "name": str(related)}
    value = getattr(instance, name)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)  # as the database gives it back: one moment is written in one way
    return value.isoformat() if isinstance(value, date | time) else value
