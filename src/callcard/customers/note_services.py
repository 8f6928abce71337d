"""Writes of notes, and of the tags of many customers at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer, CustomerNote, CustomerTag, Tag
from callcard.customers.record import TAGS, keep_row_change, row_snapshot, was_written
from callcard.staff.history import a_change, record_changes
from callcard.staff.models import Change, User


@transaction.atomic
def write_note(*, customer: Customer, text: str, by: User | None, at: datetime | None = None) -> CustomerNote:
    """Something to remember of this moment; it stands on the customer's timeline."""
    customer = held_for_writing(customer)
    note = CustomerNote.objects.create(
        customer=customer, text=text.replace("\x00", "").strip(), author=by, written_at=at or timezone.now()
    )
    keep_row_change(note, customer_id=customer.pk, before={}, by=by, action=Change.Action.CREATED)
    return note


@transaction.atomic
def change_note(*, note: CustomerNote, text: str, by: User | None) -> CustomerNote:
    fresh = CustomerNote.objects.select_for_update().get(pk=note.pk)
    before = row_snapshot(fresh)
    fresh.text = text.replace("\x00", "").strip()
    fresh.save(update_fields=["text"])
    keep_row_change(fresh, customer_id=fresh.customer_id, before=before, by=by)
    return fresh


@transaction.atomic
def remove_note(*, note: CustomerNote, by: User | None) -> CustomerNote:
    return _remove(note, timezone.now(), by, Change.Action.REMOVED)


@transaction.atomic
def restore_note(*, note: CustomerNote, by: User | None) -> CustomerNote:
    return _remove(note, None, by, Change.Action.RESTORED)


def _remove(note: CustomerNote, at: datetime | None, by: User | None, action: str) -> CustomerNote:
    before = row_snapshot(note)
    note.removed_at = at
    note.save(update_fields=["removed_at"])
    keep_row_change(note, customer_id=note.customer_id, before=before, by=by, action=action)
    return note


@transaction.atomic
def tag_customers(
    *, customer_ids: Collection[int], add: Collection[Tag] = (), remove: Collection[Tag] = (), by: User | None
) -> None:
    """Give these tags to all of them and take those away, whatever else they have. Keeps one step for each customer."""
    customers = list(Customer.objects.select_for_update().filter(pk__in=customer_ids).prefetch_related("tags"))
    before = {customer.pk: _tags(customer) for customer in customers}
    CustomerTag.objects.filter(customer_id__in=before, tag__in=remove).delete()
    given = [CustomerTag(customer_id=pk, tag=tag) for pk in before for tag in add]
    CustomerTag.objects.bulk_create(given, ignore_conflicts=True)
    after = {one.pk: _tags(one) for one in Customer.objects.filter(pk__in=before).prefetch_related("tags")}
    changed = [pk for pk in before if before[pk] != after[pk]]
    record_changes(
        a_change(
            about="customer",
            object_id=pk,
            customer_id=pk,
            action=Change.Action.CHANGED,
            before={TAGS: before[pk]},
            after={TAGS: after[pk]},
            by=by,
        )
        for pk in changed
    )
    was_written(changed)


def _tags(customer: Customer) -> list[dict[str, object]]:
    return [{"id": tag.pk, "name": tag.name} for tag in sorted(customer.tags.all(), key=lambda tag: tag.pk)]
