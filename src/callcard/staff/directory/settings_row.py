"""The directory that the administrator has set."""

from __future__ import annotations

from django.db import transaction

from callcard.kit.remembered import Remembered
from callcard.staff.directory.models import Directory
from callcard.staff.directory.talk import forget_who_was_away
from callcard.staff.history import record_change
from callcard.staff.models import Change, User


def directory_row() -> Directory:
    """Unsaved, and off, where nobody has set any."""
    return Directory.objects.first() or Directory(pk=1)


def directory_in_use() -> Directory | None:
    """None: no directory is asked."""
    row = _directory.get()
    return row if row.is_on else None


def set_directory(row: Directory, *, by: User | None = None) -> None:
    with transaction.atomic():
        before = Directory.objects.filter(pk=1).first()
        row.pk = 1
        row.save()
        is_renewed = before is not None and before.bind_password != row.bind_password
        record_change(
            about="directory",
            object_id=1,
            customer_id=None,
            action=Change.Action.CHANGED,
            before=before.told() if before else {},
            after=row.told() | ({"bind_password": "renewed"} if is_renewed else {}),
            by=by,
        )
    forget_directory()


def forget_directory() -> None:
    _directory.forget()
    forget_who_was_away()


_directory = Remembered(directory_row, seconds=5)
