"""The jobs that check an import and write it. A kill anywhere is followed by going on at the row where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.customers.rows_at_once import insert
from callcard.customers.search_index import refresh
from callcard.customers.transfer import creating, store, writing
from callcard.customers.transfer.choices import BOTH, SKIP, Choices
from callcard.customers.transfer.matching import Matcher, SeenKeys
from callcard.customers.transfer.models import Import, ImportRow
from callcard.customers.transfer.pace import Pace
from callcard.customers.transfer.planned import PlannedRow, planned
from callcard.customers.transfer.planning import Entry
from callcard.customers.transfer.services import take_back_now
from callcard.jobs.kinds import JobCancelled, JobFailed, Result, Run
from callcard.staff.statements import update

_READ_AT_ONCE = 400
_CHECKED_AT_ONCE = 400
_TOLD_ROWS = 5000  # rows that are not taken, told of by a check
_TOLD = ("imported_id", "number", "outcome", "reason", "cells", "customer_id", "is_check")


class Work:
    """An import while it is checked or written."""

    def __init__(self, imported: Import) -> None:
        self.imported, self.user = imported, imported.user
        self.choices = Choices.of(imported.choices)
        self.matcher = Matcher(imported.user, self.choices)

    def match(self, chunk: list[PlannedRow]) -> dict[int, list[int]]:
        return self.matcher.match({row.number: row.keys for row in chunk if not row.problems})


def check(run: Run) -> Result | None:
    """Say what writing would do. Repeatable."""
    imported = Import.objects.select_related("user").get(pk=run.arguments["import"])
    if imported.state != Import.State.CHECKING:
        return None
    imported.rows.filter(is_check=True).delete()
    counts = dict.fromkeys(("created", "updated", "skipped", "bad"), 0)
    seen = SeenKeys(store.folder_of(imported) / "seen")
    try:
        told = 0
        work = Work(imported)
        with planned(imported, writes=False) as rows:
            while chunk := list(islice(rows, _CHECKED_AT_ONCE)):
                told += _check_chunk(work, chunk, seen, counts, room=_TOLD_ROWS - told)
                run.progress(chunk[-1].number, imported.rows_total, _("Checking; nothing is written yet"))
    except JobCancelled:
        Import.objects.filter(pk=imported.pk, state=Import.State.CHECKING).update(state=Import.State.READY)
        raise
    finally:
        seen.close()
    Import.objects.filter(pk=imported.pk, state=Import.State.CHECKING).update(state=Import.State.CHECKED, counts=counts)
    return {"words": _("Checked. Nothing is written yet.")}


def _check_chunk(work: Work, chunk: list[PlannedRow], seen: SeenKeys, counts: dict[str, int], *, room: int) -> int:
    """How many rows were told of."""
    found = work.match(chunk)
    told = []
    for row in chunk:
        reason = _reason(row, found.get(row.number, ()), work.choices)
        is_known = row.number in found
        if not row.problems:
            is_known = seen.has_any(row.keys) or is_known
        if reason:
            counts["bad"] += 1
            told.append(_told(work.imported, row, ImportRow.Outcome.BAD, reason, is_check=True))
        elif not is_known or work.choices.duplicates == BOTH:
            counts["created"] += 1
        else:
            counts["skipped" if work.choices.duplicates == SKIP else "updated"] += 1
    _keep_told(told[:room])
    return min(len(told), room)


def _reason(row: PlannedRow, found: list[int] | tuple[int, ...], choices: Choices) -> str:
    if row.problems:
        return " ".join(row.problems)
    if len(found) > 1 and choices.duplicates not in (SKIP, BOTH):
        return ngettext(
            "%(count)d customer fits.", "%(count)d customers fit: merge them, or choose another way.", len(found)
        ) % {"count": len(found)}
    return ""


def _told(
    imported: Import,
    row: PlannedRow,
    outcome: str,
    reason: str,
    *,
    is_check: bool = False,
    customer: int | None = None,
) -> ImportRow:
    return ImportRow(
        imported=imported,
        number=row.number,
        outcome=outcome,
        reason=reason[:500],
        cells=[cell[:2000] for cell in row.cells],
        customer_id=customer,
        is_check=is_check,
    )


def _keep_told(rows: list[ImportRow]) -> None:
    insert(ImportRow, _TOLD, [[getattr(row, name) for name in _TOLD] for row in rows])


def apply(run: Run) -> Result | None:
    """Write the rows, from the one on that is not written yet."""
    imported = Import.objects.select_related("user").get(pk=run.arguments["import"])
    if imported.state != Import.State.APPLYING:
        return None
    try:
        write_rows(imported, lambda done: run.progress(done, imported.rows_total, _("Writing")))
    except JobCancelled:
        take_back_now(imported=imported)
        raise
    except FileNotFoundError as error:
        take_back_now(imported=imported)
        raise JobFailed(_("The file is not here any more. Begin again by uploading it.")) from error
    counts = imported.done_counts
    words = _("%(created)s new, %(updated)s changed, %(skipped)s known already, %(bad)s not taken.") % counts
    return {"words": words}


def write_rows(imported: Import, tell: Callable[[int], None]) -> None:
    """All rows that are not written yet, some in each transaction, and then the import is done."""
    work, pace, own = Work(imported), Pace(), creating.OwnFields.read()
    with pace.in_short_writes(), planned(imported, writes=True) as rows:
        for chunk in _without_twins(rows):
            found = work.match(chunk)
            while chunk:
                some, chunk = chunk[: pace.rows], chunk[pace.rows :]
                _write_chunk(work, some, found, own, pace)
                tell(imported.rows_done)
    imported.state, imported.is_at_work, imported.applied_at = Import.State.DONE, False, timezone.now()
    imported.save(update_fields=["state", "is_at_work", "applied_at"])


def _without_twins(rows: Iterator[PlannedRow]) -> Iterator[list[PlannedRow]]:
    """Some rows at once, but never two of the same customer: the second one has to find the first one written."""
    chunk: list[PlannedRow] = []
    keys: set[str] = set()
    for row in rows:
        if len(chunk) == _READ_AT_ONCE or not keys.isdisjoint(row.keys):
            yield chunk
            chunk, keys = [], set()
        chunk.append(row)
        keys.update(row.keys)
    if chunk:
        yield chunk


def _write_chunk(
    work: Work, chunk: list[PlannedRow], found: dict[int, list[int]], own: creating.OwnFields, pace: Pace
) -> None:
    imported, choices = work.imported, work.choices
    told, new, known = [], [], []
    for row in chunk:
        ids = found.get(row.number, [])
        reason = _reason(row, ids, choices)
        if reason:
            told.append(_told(imported, row, ImportRow.Outcome.BAD, reason))
        elif row.fresh and (not ids or choices.duplicates == BOTH):
            new.append(row.fresh)
        elif row.entry:
            known.append((row.entry, ids[0]))
        else:
            told.append(_skipped(imported, row, ids[0]))
    with pace.write(len(chunk)), transaction.atomic():
        created = creating.create(new, own=own, by=work.user, batch=imported.batch)
        changed = _update(work, known)
        rows_of = {row.number: row for row in chunk}
        told += [_skipped(imported, rows_of[one.number], pk) for one, pk in known if one.number not in changed]
        _keep_told(told)
        _count(imported, chunk[-1].number, created, len(changed), told)


def _update(work: Work, known: list[tuple[Entry, int]]) -> set[int]:
    """The numbers of the rows that changed something of (row, customer)."""
    if not known:
        return set()
    update = writing.Update(known, duplicates=work.choices.duplicates, by=work.user, batch=work.imported.batch)
    changed = set(update.write())
    refresh(pk for entry, pk in known if entry.number in changed)
    return changed


def _skipped(imported: Import, row: PlannedRow, customer: int) -> ImportRow:
    reason = _("This customer is here already.")
    return _told(imported, row, ImportRow.Outcome.SKIPPED, reason, customer=customer)


def _count(imported: Import, number: int, created: int, updated: int, told: list[ImportRow]) -> None:
    skipped = sum(row.outcome == ImportRow.Outcome.SKIPPED for row in told)
    fresh = {"created": created, "updated": updated, "skipped": skipped, "bad": len(told) - skipped}
    imported.rows_done = number
    imported.done_counts = {name: imported.done_counts.get(name, 0) + count for name, count in fresh.items()}
    update(Import, imported.pk, {"rows_done": imported.rows_done, "done_counts": imported.done_counts})
