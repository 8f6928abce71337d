"""Writes of the files of customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from callcard.customers.files import largest_file_mb, safe_name, store_file
from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer, CustomerFile
from callcard.customers.record import keep_row_change, row_snapshot
from callcard.staff.models import Change, User

_MEGABYTE = 1_000_000
REMOVED_FILES_KEPT = timedelta(days=30)


def add_file(*, customer: Customer, name: str, chunks: Iterable[bytes], by: User | None) -> CustomerFile:
    """Raises files.FileTooLarge; then nothing is kept."""
    stored = store_file(chunks, most_bytes=largest_file_mb() * _MEGABYTE)
    try:
        with transaction.atomic():
            customer = held_for_writing(customer)
            file = CustomerFile.objects.create(
                customer=customer,
                name=safe_name(name),
                size_bytes=stored.size_bytes,
                media_type=stored.media_type,
                path=stored.path,
                uploaded_by=by,
                uploaded_at=timezone.now(),
            )
            keep_row_change(file, customer_id=customer.pk, before={}, by=by, action=Change.Action.CREATED)
    except BaseException:
        (Path(settings.MEDIA_ROOT) / stored.path).unlink(missing_ok=True)
        raise
    return file


def remove_file(*, file: CustomerFile, by: User | None) -> CustomerFile:
    """Out of sight; `restore_file` brings it back within REMOVED_FILES_KEPT."""
    return _remove(file, timezone.now(), by, Change.Action.REMOVED)


def restore_file(*, file: CustomerFile, by: User | None) -> CustomerFile:
    return _remove(file, None, by, Change.Action.RESTORED)


def forget_removed_files(*, before: datetime) -> int:
    """Erase what was removed before then, from the disk too. Returns how many. The history keeps their names.

    Each goes with its row locked, so that nobody brings it back meanwhile; after a kill the next run finds the row.
    """
    keys = list(CustomerFile.objects.filter(removed_at__lt=before).values_list("pk", flat=True))
    return sum(_forget(pk, before) for pk in keys)


@transaction.atomic
def _forget(pk: int, before: datetime) -> bool:
    file = CustomerFile.objects.select_for_update().filter(pk=pk, removed_at__lt=before).first()
    if file is None:
        return False
    (Path(settings.MEDIA_ROOT) / file.path).unlink(missing_ok=True)
    file.delete()
    return True


@transaction.atomic
def _remove(file: CustomerFile, at: datetime | None, by: User | None, action: str) -> CustomerFile:
    before = row_snapshot(file)
    file.removed_at = at
    file.save(update_fields=["removed_at"])
    keep_row_change(file, customer_id=file.customer_id, before=before, by=by, action=action)
    return file
