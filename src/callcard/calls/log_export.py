"""Calls as rows of a file: some hundred are read at once, so memory does not grow with the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.models import Call, CallQuerySet
from callcard.calls.queries import veil_customers
from callcard.customers.transfer.exporting import as_csv, delimiter
from callcard.customers.transfer.leaving import counted, keep_step
from callcard.kit.workbook import workbook
from callcard.staff.models import User

_READ_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """`read` writes a call's cell, with all its rows at hand. Times are local ones, durations whole seconds."""

    key: str
    title: str
    read: Callable[[Call], str]


def columns_for(_user: User) -> list[ExportColumn]:
    """Everything of a call. Whom a call was with is named only to who may see them."""
    return [
        ExportColumn("started", _("When"), lambda call: f"{timezone.localtime(call.started_at):%Y-%m-%d %H:%M:%S}"),
        ExportColumn("direction", _("Direction"), lambda call: call.get_direction_display()),
        ExportColumn("customer", _("With"), lambda call: call.customer.name if call.customer else ""),
        ExportColumn("number", _("Number"), lambda call: call.e164 or call.number),
        ExportColumn("line", _("Line"), lambda call: call.line),
        ExportColumn("queue", _("Group"), lambda call: call.queue),
        ExportColumn("people", _("Who of us"), lambda call: ", ".join(call.people)),
        ExportColumn("answered", _("Answered by"), lambda call: str(call.answered_by or "")),
        ExportColumn("outcome", _("Outcome"), lambda call: call.ending),
        ExportColumn("rang", _("Rang, seconds"), lambda call: _seconds(call.ring_seconds)),
        ExportColumn("talked", _("Talked, seconds"), lambda call: _seconds(call.talk_seconds)),
        ExportColumn("held", _("Held, seconds"), lambda call: _seconds(call.hold_seconds)),
        ExportColumn("result", _("Result"), lambda call: call.result),
        ExportColumn("note", _("Note"), lambda call: call.note),
        ExportColumn("tags", _("Tags"), lambda call: ", ".join(tag.name for tag in call.tags.all())),
        ExportColumn("order", _("Order"), lambda call: call.order.number if call.order else ""),
        ExportColumn("cost", _("Cost"), lambda call: "" if call.cost is None else f"{call.cost.normalize():f}"),
        ExportColumn("currency", _("Currency"), lambda call: call.cost_currency),
        ExportColumn("recorded", _("Recorded"), lambda call: _("yes") if call.is_recorded else _("no")),
        ExportColumn("origin", _("Learned from"), lambda call: call.get_origin_display()),
    ]


def _seconds(seconds: float) -> str:
    return str(round(seconds))


def file_of(
    rows: CallQuerySet, columns: Sequence[ExportColumn], form: str, user: User, *, question: str
) -> Iterator[bytes]:
    """The file in pieces. The step in the history is there before the first call leaves."""
    step = keep_step(user, what="calls", form=form, columns=[column.key for column in columns], question=question)
    head = [column.title for column in columns]
    cells = ([column.read(call) for column in columns] for call in counted(_in_chunks(rows, user), step))
    return workbook(head, cells, title=_("Calls")) if form == "xlsx" else as_csv(head, cells, delimiter())


def _in_chunks(rows: CallQuerySet, user: User) -> Iterator[Call]:
    """The newest first."""
    parts = ("customer__responsible", "answered_by", "order__customer", "segments__user", "tags")
    rows = rows.defer("tracking", "candidates").prefetch_related(*parts).order_by("-started_at", "-pk")
    behind = Q()
    while chunk := list(rows.filter(behind)[:_READ_AT_ONCE]):
        last = chunk[-1]
        veil_customers(chunk, user)
        yield from chunk
        further = Q(started_at__lt=last.started_at) | Q(started_at=last.started_at, pk__lt=last.pk)
        behind = Q(started_at__lte=last.started_at) & further
