"""Adds to the audit, and takes away what is too old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from callcard.jobs.kinds import Result, Run
from callcard.staff.audit.models import AuditSettings, Entry
from callcard.staff.statements import insert

FORGET_AUDIT = "forget-audit"
LEAST_DAYS = 30
"""No setting and no mistake removes younger entries: the database refuses."""
_AT_ONCE = 2000


def write(
    *,
    kind: Entry.Kind,
    act: str,
    is_deed: bool,
    user_id: int | None,
    who: str,
    address: str,
    about: str = "",
    object_id: int | None = None,
    detail: str = "",
) -> Entry:
    """One more entry. Texts that are too long are cut."""
    values = {
        "at": timezone.now(),
        "kind": kind,
        "act": act[:60],
        "is_deed": is_deed,
        "user_id": user_id,
        "who": who[:200],
        "address": address[:45],
        "about": about,
        "object_id": object_id,
        "detail": detail[:300],
    }
    return Entry(pk=insert(Entry, values), **values)


def audit_settings() -> AuditSettings:
    """As it was never decided: the defaults."""
    return AuditSettings.objects.order_by("pk").first() or AuditSettings()


def keep_for(days: int) -> None:
    """Raises ValueError when these are fewer than LEAST_DAYS."""
    if days < LEAST_DAYS:
        raise ValueError(days)
    AuditSettings.objects.update_or_create(pk=1, defaults={"days": days})


def forget_audit(run: Run) -> Result:
    kept = max(audit_settings().days, LEAST_DAYS)
    # Not to the second: the database asks its own clock.
    number = forget(before=timezone.now() - timedelta(days=kept, minutes=5), run=run)
    words = ngettext(
        "%(number)d entry of the audit was removed.", "%(number)d entries of the audit were removed.", number
    )
    return {"words": words % {"number": number}}


def forget(*, before: datetime, run: Run) -> int:
    """Returns how many. The oldest first, a few at a time, so that nobody waits who writes."""
    number = 0
    while keys := list(Entry.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:_AT_ONCE]):
        number += Entry.objects.filter(pk__in=keys).delete()[0]
        run.progress(number)
    return number
