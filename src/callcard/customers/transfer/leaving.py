"""What holds for every export: who may, which files there are, and that the history knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.http import HttpRequest

from callcard.kit.ids import ids_in
from callcard.staff.history import record_change
from callcard.staff.models import Change, User

T = TypeVar("T")

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
}
_MOST_CHOSEN = 1000


def chosen_ids(request: HttpRequest) -> list[int]:
    """Of records that were chosen by themselves; none: those that the list's question finds."""
    return ids_in(request.GET.getlist("id")[:_MOST_CHOSEN])


def keep_step(user: User, *, what: str, form: str, columns: Sequence[str], question: str) -> Change | None:
    """The step in the history is there before the first record leaves. `what`: empty for customers."""
    after = {"form": form, "columns": list(columns), "rows": None, "question": question[:1000]}
    return record_change(
        about="export",
        object_id=user.pk,
        customer_id=None,
        action=Change.Action.CREATED,
        before={},
        after=after | ({"what": what} if what else {}),
        by=user,
    )


def counted(records: Iterator[T], step: Change | None) -> Iterator[T]:
    """How many were sent is written down in the end, also when the browser went away before."""
    number = 0
    try:
        for number, record in enumerate(records, start=1):  # noqa: B007
            yield record
    finally:
        if step is not None:
            Change.objects.filter(pk=step.pk).update(after={**step.after, "rows": number})
