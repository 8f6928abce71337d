"""The job that takes an import back: new customers go, changed ones get back what they had, unless somebody has worked
with them since. What stays is told."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.models import Contact, ContactPerson, Customer, Phone, Tag
from callcard.customers.record import OWN, TAGS, as_text, customer_snapshot, row_snapshot
from callcard.customers.search_index import refresh
from callcard.customers.transfer.models import Import, ImportRow
from callcard.customers.transfer.pace import Pace
from callcard.customers.transfer.removing import remove, with_history, with_rows_elsewhere
from callcard.jobs.kinds import Result, Run
from callcard.staff.history import a_change, put_back, record_changes
from callcard.staff.models import Change
from callcard.staff.statements import update

_READ_AT_ONCE = 500
_ROW_KINDS: dict[str, type[models.Model]] = {"phone": Phone, "contact": Contact, "person": ContactPerson}


def undo(run: Run) -> Result | None:
    """From the newest step back to the oldest; a kill is followed by going on at the step where it was."""
    imported = Import.objects.select_related("user").get(pk=run.arguments["import"])
    if imported.state != Import.State.UNDOING:
        return None
    take_back(imported, lambda done, total: run.progress(done, total, _("Taking back")))
    counts = imported.undo_counts
    return {"words": _("%(removed)s removed, %(put_back)s put back, %(kept)s stay.") % counts}


def take_back(imported: Import, tell: Any) -> None:
    counts = imported.undo_counts or {"removed": 0, "put_back": 0, "kept": 0, "done": 0, "last": 0}
    steps = Change.objects.filter(batch=imported.batch)
    total = steps.count()
    pace = Pace()
    with pace.in_short_writes():
        while found := _next_steps(steps, counts["last"]):
            used = with_rows_elsewhere(_created(found))
            while found:
                some, found = found[: pace.rows], found[pace.rows :]
                with pace.write(len(some)):
                    counts = _undo_some(imported, some, counts, used)
                tell(counts["done"], total)
    imported.state, imported.is_at_work, imported.undone_at = Import.State.UNDONE, False, timezone.now()
    imported.undo_counts = counts
    imported.save(update_fields=["state", "is_at_work", "undone_at", "undo_counts"])


def _next_steps(steps: models.QuerySet[Change], last: int) -> list[Change]:
    left = steps.filter(pk__lt=last) if last else steps
    return list(left.order_by("-pk")[:_READ_AT_ONCE])


def _created(steps: list[Change]) -> list[int]:
    return [step.object_id for step in steps if step.action == Change.Action.IMPORTED]


def _undo_some(imported: Import, chunk: list[Change], counts: dict[str, int], used: set[int]) -> dict[str, int]:
    """`used`: those with whom somebody had worked a moment ago."""
    try:
        return _undo_chunk(imported, chunk, counts, used)
    except IntegrityError:  # somebody has begun to just now
        return _undo_chunk(imported, chunk, counts, with_rows_elsewhere(_created(chunk)))


@transaction.atomic
def _undo_chunk(imported: Import, chunk: list[Change], counts: dict[str, int], used: set[int]) -> dict[str, int]:
    chunk_undo = _Chunk(imported, chunk, used)
    chunk_undo.write()
    fresh = {
        "removed": counts["removed"] + chunk_undo.removed,
        "put_back": counts["put_back"] + chunk_undo.put_back,
        "kept": counts["kept"] + len(chunk_undo.kept),
        "done": counts["done"] + len(chunk),
        "last": chunk[-1].pk,
    }
    imported.undo_counts = fresh
    update(Import, imported.pk, {"undo_counts": fresh})
    return fresh


class _Chunk:
    """Some steps, undone in one transaction."""

    def __init__(self, imported: Import, steps: list[Change], used: set[int]) -> None:
        self.imported, self.by, self.batch = imported, imported.user, f"undo-{imported.batch}"
        self.steps, self.used = steps, used
        ids = {step.customer_id for step in steps if step.customer_id}
        self.customers = {one.pk: one for one in Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        self.kept: list[ImportRow] = []
        self.history: list[Change | None] = []
        self.touched: set[int] = set()
        self.removed = self.put_back = 0

    def write(self) -> None:
        for step in self.steps:
            if step.action != Change.Action.IMPORTED:
                self._undo_step(step)
        self._remove([pk for pk in _created(self.steps) if pk in self.customers])
        record_changes(self.history)
        ImportRow.objects.bulk_create(self.kept)
        now = timezone.now()
        Customer.objects.filter(pk__in=self.touched).update(changed_at=now)
        refresh(sorted(self.touched))

    # -- new customers -------------------------------------------------------------------------------------------------

    def _remove(self, ids: list[int]) -> None:
        used = self.used | with_history(ids, but_for=[self.batch, self.imported.batch])
        for pk in ids:
            if pk in used:
                self._keep(pk, self.customers[pk].name, _("Somebody has worked with this customer since."))
        gone = [pk for pk in ids if pk not in used]
        if not gone:
            return
        self.history += [
            a_change(
                about="customer",
                object_id=pk,
                customer_id=pk,
                action=Change.Action.REMOVED,
                before={"name": self.customers[pk].name},
                after={},
                by=self.by,
                batch=self.batch,
            )
            for pk in gone
        ]
        remove(gone)
        self.removed += len(gone)

    # -- changed customers ---------------------------------------------------------------------------------------------

    def _undo_step(self, step: Change) -> None:
        customer = self.customers.get(step.customer_id or 0)
        if customer is None:
            return
        if step.about == "customer":
            self._put_back(customer, step)
        elif step.about in _ROW_KINDS:
            self._take_row(customer, step)

    def _put_back(self, customer: Customer, step: Change) -> None:
        now = customer_snapshot(customer, with_tags=TAGS in step.after)
        names = list({**step.before, **step.after})
        same = [name for name in names if _same(name, now.get(name), step.after.get(name))]
        if len(same) < len(names):
            others = ", ".join(name.removeprefix(OWN) for name in names if name not in same)
            self._keep(customer.pk, customer.name, _("Changed since: %(fields)s.") % {"fields": others})
        if not same:
            return
        self._set(customer, {name: step.before.get(name) for name in same})
        after = customer_snapshot(customer, with_tags=TAGS in same)
        self._tell(
            customer, {name: now.get(name) for name in same}, {name: after.get(name) for name in same}, "customer"
        )
        self.put_back += 1
        self.touched.add(customer.pk)

    def _set(self, customer: Customer, values: dict[str, Any]) -> None:
        columns = {name: value for name, value in values.items() if not name.startswith(OWN) and name != TAGS}
        own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
        try:
            put_back(customer, columns)
        except ValidationError:
            self._keep(customer.pk, customer.name, _("What it was before does not fit any more."))
            return
        customer.own_fields = {key: value for key, value in {**customer.own_fields, **own}.items() if value is not None}
        customer.save()
        if TAGS in values:
            customer.tags.set(Tag.objects.filter(pk__in=[tag["id"] for tag in values[TAGS] or ()]))

    def _take_row(self, customer: Customer, step: Change) -> None:
        row: Any = _ROW_KINDS[step.about]._default_manager.filter(pk=step.object_id, customer=customer).first()
        if row is None:
            return
        if any(as_text(row_snapshot(row).get(name)) != as_text(value) for name, value in step.after.items()):
            self._keep(customer.pk, customer.name, _("Changed since: %(fields)s.") % {"fields": str(row)})
            return
        self._tell(row, row_snapshot(row), {}, step.about)
        row.delete()
        self.put_back += 1
        self.touched.add(customer.pk)

    def _tell(self, record: models.Model, before: dict[str, Any], after: dict[str, Any], about: str) -> None:
        self.history.append(
            a_change(
                about=about,
                object_id=record.pk,
                customer_id=record.pk if isinstance(record, Customer) else record.customer_id,  # type: ignore[attr-defined]
                action=Change.Action.REMOVED if not after else Change.Action.RESTORED,
                before=before,
                after=after,
                by=self.by,
                batch=self.batch,
            )
        )

    def _keep(self, customer_id: int, name: str, reason: str) -> None:
        self.kept.append(
            ImportRow(
                imported=self.imported,
                number=0,
                outcome=ImportRow.Outcome.KEPT,
                reason=reason[:500],
                cells=[name],
                customer_id=customer_id,
            )
        )


def _same(name: str, one: Any, other: Any) -> bool:
    if name == TAGS:
        return {tag["id"] for tag in one or ()} == {tag["id"] for tag in other or ()}
    return as_text(one) == as_text(other)
