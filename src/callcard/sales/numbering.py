"""Numbers of documents: one sequence for each kind and year, such as "2026-0042"."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from callcard.sales.models import Sequence

ORDERS = "order"
RECEIPTS = "receipt"


def next_number(kind: str, *, is_taken: Callable[[str], bool]) -> str:
    """To be called inside the transaction that writes the document: taken back, it leaves no gap.

    The sequence's row stays locked until then, so two writers never get the same number.
    """
    year = timezone.localdate().year
    Sequence.objects.get_or_create(kind=kind, year=year)
    sequence = Sequence.objects.select_for_update().get(kind=kind, year=year)
    number = _next(sequence)
    while is_taken(number):  # by a document that brought its own number, from an import for instance
        number = _next(sequence)
    sequence.save(update_fields=["last"])
    return number


def _next(sequence: Sequence) -> str:
    sequence.last += 1
    mark = "R" if sequence.kind == RECEIPTS else ""
    return f"{mark}{sequence.year}-{sequence.last:04}"
