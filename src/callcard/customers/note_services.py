"""Writes of notes, and of the tags of many customers at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer, CustomerNote
from callcard.customers.record import keep_row_change, row_snapshot
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
