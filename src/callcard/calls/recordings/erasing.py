"""Recordings of calls with a person who is erased: they go at once, or stay until their rule takes them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from callcard.calls.erasing import calls_of
from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording
from callcard.customers.erasing import Person, erases, forget_values
from callcard.staff.models import Change

# Older than any removal by hand: the retention takes at its next run what a kill left.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def name_steps() -> None:
    fate = _("go or stay until their rule, as chosen below; names of their files go")
    erases("recordings", _("Recordings of calls"), fate, count=lambda person: _rows(person).count(), erase=_erase)


def _rows(person: Person) -> models.QuerySet[Recording]:
    return Recording.objects.filter(call__in=calls_of(person).values("pk"), is_erased=False)


def _erase(person: Person) -> None:
    keys = list(_rows(person).values_list("pk", flat=True))
    rows = Recording.objects.filter(pk__in=keys)
    forget_values(Change.objects.filter(about="recording", object_id__in=keys))
    rows.update(name="", detail="")
    if person.with_recordings:
        rows.update(state=Recording.State.REMOVED, removed_at=_LONG_AGO, is_kept=False, peaks=b"")
        transaction.on_commit(lambda: _erase_files(keys))


def _erase_files(keys: list[int]) -> None:
    """The file first: after a kill it can be said again."""
    for row in Recording.objects.filter(pk__in=keys, state=Recording.State.REMOVED):
        storing.erase(row.path)
        Recording.objects.filter(pk=row.pk).update(is_erased=True)
