"""Writes of the list of blocked numbers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from callcard.calls.screening.models import BlockedNumber
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User

_FIELDS = ("number", "key", "is_prefix", "reason", "until", "removed_at")


@transaction.atomic
def block(
    *, number: str, key: str, by: User | None, is_prefix: bool = False, reason: str = "", until: datetime | None = None
) -> BlockedNumber:
    """From now on. A line in force that says the same is changed instead of doubled; it keeps its beginning, for it
    tells of which calls the number was blocked."""
    now = timezone.now()
    same = BlockedNumber.objects.select_for_update().filter(key=key, is_prefix=is_prefix, removed_at=None)
    line = same.filter(Q(until=None) | Q(until__gt=now)).order_by("pk").first()
    before = snapshot(line, _FIELDS) if line else {}
    line = line or BlockedNumber(key=key, is_prefix=is_prefix, blocked_by=by, blocked_at=now)
    line.number, line.reason, line.until = number, reason, until
    line.save()
    _keep(line, before, by)
    return line


@transaction.atomic
def unblock(*, line: BlockedNumber, by: User | None) -> None:
    """Take it off the list; it can be put back. A second time changes nothing."""
    before = snapshot(line, _FIELDS)
    now = timezone.now()
    if BlockedNumber.objects.filter(pk=line.pk, removed_at=None).update(removed_at=now, removed_by=by):
        line.refresh_from_db()
        _keep(line, before, by)


def block_again(*, line: BlockedNumber, by: User | None) -> BlockedNumber:
    """As it was, but without an end that has passed."""
    until = line.until if line.until and line.until > timezone.now() else None
    with transaction.atomic():
        unblock(line=line, by=by)
        return block(number=line.number, key=line.key, is_prefix=line.is_prefix, reason=line.reason, until=until, by=by)


def _keep(line: BlockedNumber, before: dict[str, object], by: User | None) -> None:
    action = Change.Action.CHANGED if before else Change.Action.CREATED
    record_change(
        about="blocked-number",
        object_id=line.pk,
        customer_id=None,
        action=action,
        before=before,
        after=snapshot(line, _FIELDS),
        by=by,
    )
