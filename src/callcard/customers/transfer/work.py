"""The jobs that check an import and write it. A kill anywhere is followed by going on at the row where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.customers.models import OwnField
from callcard.customers.own_fields import default_values
from callcard.customers.search_index import refresh
from callcard.customers.transfer import store, writing
from callcard.customers.transfer.choices import BOTH, SKIP, Choices
from callcard.customers.transfer.matching import Matcher, SeenKeys
from callcard.customers.transfer.models import Import, ImportRow
from callcard.customers.transfer.pace import Pace
from callcard.customers.transfer.planning import Entry, Planner
from callcard.customers.transfer.services import take_back_now
from callcard.jobs.kinds import JobCancelled, JobFailed, Result, Run
from callcard.staff.company import company
from callcard.staff.statements import update

_READ_AT_ONCE = 400
_CHECKED_AT_ONCE = 400
_TOLD_ROWS = 5000  # rows that are not taken, told of by a check

Cells = list[str]


class Work:
    """An import while it is checked or written."""

    def __init__(self, imported: Import, *, writes: bool) -> None:
        self.imported, self.user = imported, imported.user
        self.choices = Choices.of(imported.choices)
        self.planner = Planner(imported.mapping, self.choices, imported.user, region=company().region, may_write=writes)
        self.matcher = Matcher(imported.user, self.choices)

    def rows(self, after: int) -> Iterator[tuple[Entry, Cells]]:
        rows = store.read_rows(self.imported, after=after)
        if self.imported.reading.get("has_header") and not after:
            next(rows, None)
        return ((self.planner.read(number, cells), cells) for number, cells in rows)


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
        rows = Work(imported, writes=False)
        waiting = rows.rows(0)
        while chunk := list(islice(waiting, _CHECKED_AT_ONCE)):
            told += _check_chunk(rows, chunk, seen, counts, room=_TOLD_ROWS - told)
            run.progress(chunk[-1][0].number, imported.rows_total, _("Checking; nothing is written yet"))
    except JobCancelled:
        Import.objects.filter(pk=imported.pk, state=Import.State.CHECKING).update(state=Import.State.READY)
        raise
    finally:
        seen.close()
    Import.objects.filter(pk=imported.pk, state=Import.State.CHECKING).update(state=Import.State.CHECKED, counts=counts)
    return {"words": _("Checked. Nothing is written yet.")}


def _check_chunk(
    rows: Work, chunk: list[tuple[Entry, Cells]], seen: SeenKeys, counts: dict[str, int], *, room: int
) -> int:
    """How many rows were told of."""
    found = rows.matcher.match([entry for entry, _cells in chunk if not entry.problems])
    told = []
    for entry, cells in chunk:
        reason = _reason(entry, found.get(entry.number, ()), rows.choices)
        is_known = entry.number in found
        if not entry.problems:
            is_known = seen.has_any(entry.keys(rows.choices)) or is_known
        if reason:
            counts["bad"] += 1
            told.append(_told(rows.imported, entry, cells, ImportRow.Outcome.BAD, reason, is_check=True))
        elif not is_known or rows.choices.duplicates == BOTH:
            counts["created"] += 1
        else:
            counts["skipped" if rows.choices.duplicates == SKIP else "updated"] += 1
    ImportRow.objects.bulk_create(told[:room], batch_size=200)
    return min(len(told), room)


def _reason(entry: Entry, found: list[int] | tuple[int, ...], choices: Choices) -> str:
    if entry.problems:
        return " ".join(entry.problems)
    if len(found) > 1 and choices.duplicates not in (SKIP, BOTH):
        return ngettext(
            "%(count)d customer fits.", "%(count)d customers fit: merge them, or choose another way.", len(found)
        ) % {"count": len(found)}
    return ""


def _told(
    imported: Import,
    entry: Entry,
    cells: Cells,
    outcome: str,
    reason: str,
    *,
    is_check: bool = False,
    customer: int | None = None,
) -> ImportRow:
    return ImportRow(
        imported=imported,
        number=entry.number,
        outcome=outcome,
        reason=reason[:500],
        cells=[cell[:2000] for cell in cells],
        customer_id=customer,
        is_check=is_check,
    )


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
    rows, pace = Work(imported, writes=True), Pace()
    fields = {key: (pk, kind) for pk, key, kind in OwnField.objects.values_list("pk", "key", "kind")}
    own = writing.OwnFields(default_values(), fields)
    with pace.in_short_writes():
        for chunk in _without_twins(rows.rows(imported.rows_done), rows.choices):
            found = rows.matcher.match([entry for entry, _cells in chunk if not entry.problems])
            while chunk:
                some, chunk = chunk[: pace.rows], chunk[pace.rows :]
                _write_chunk(rows, some, found, own, pace)
                tell(imported.rows_done)
    imported.state, imported.is_at_work, imported.applied_at = Import.State.DONE, False, timezone.now()
    imported.save(update_fields=["state", "is_at_work", "applied_at"])


def _without_twins(rows: Iterator[tuple[Entry, Cells]], choices: Choices) -> Iterator[list[tuple[Entry, Cells]]]:
    """Some rows at once, but never two of the same customer: the second one has to find the first one written."""
    chunk: list[tuple[Entry, Cells]] = []
    keys: set[str] = set()
    for entry, cells in rows:
        own = entry.keys(choices)
        if len(chunk) == _READ_AT_ONCE or not keys.isdisjoint(own):
            yield chunk
            chunk, keys = [], set()
        chunk.append((entry, cells))
        keys.update(own)
    if chunk:
        yield chunk


def _write_chunk(
    rows: Work, chunk: list[tuple[Entry, Cells]], found: dict[int, list[int]], own: writing.OwnFields, pace: Pace
) -> None:
    imported, choices, user = rows.imported, rows.choices, rows.user
    cells_of = {entry.number: cells for entry, cells in chunk}
    told, fresh, known = [], [], []
    for entry, cells in chunk:
        ids = found.get(entry.number, [])
        reason = _reason(entry, ids, choices)
        if reason:
            told.append(_told(imported, entry, cells, ImportRow.Outcome.BAD, reason))
        elif not ids or choices.duplicates == BOTH:
            fresh.append(entry)
        elif choices.duplicates == SKIP:
            told.append(_skipped(imported, entry, cells, ids[0]))
        else:
            known.append((entry, ids[0]))
    ready = writing.prepare(fresh, own)
    with pace.write(len(chunk)), transaction.atomic():
        created = writing.create(ready, own=own, by=user, batch=imported.batch)
        changed: list[int] = []
        if known:
            changed = writing.Update(known, duplicates=choices.duplicates, by=user, batch=imported.batch).write()
        told += [
            _skipped(imported, entry, cells_of[entry.number], pk) for entry, pk in known if entry.number not in changed
        ]
        refresh(pk for entry, pk in known if entry.number in changed)
        ImportRow.objects.bulk_create(told)
        _count(imported, chunk[-1][0].number, created, len(changed), told)


def _skipped(imported: Import, entry: Entry, cells: Cells, customer: int) -> ImportRow:
    reason = _("This customer is here already.")
    return _told(imported, entry, cells, ImportRow.Outcome.SKIPPED, reason, customer=customer)


def _count(imported: Import, number: int, created: int, updated: int, told: list[ImportRow]) -> None:
    skipped = sum(row.outcome == ImportRow.Outcome.SKIPPED for row in told)
    fresh = {"created": created, "updated": updated, "skipped": skipped, "bad": len(told) - skipped}
    imported.rows_done = number
    imported.done_counts = {name: imported.done_counts.get(name, 0) + count for name, count in fresh.items()}
    update(Import, imported.pk, {"rows_done": imported.rows_done, "done_counts": imported.done_counts})
