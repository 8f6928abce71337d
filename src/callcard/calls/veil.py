"""Draws over calls, and over who waits for one, what a user's roles let them see of telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable

from callcard.calls.models import Call, Segment
from callcard.staff.roles.rules import Veil


def veil_numbers(calls: Iterable[Call], veil: Veil) -> None:
    """Numbers of the outside world; those of colleagues and of the company's own lines are no secret. The rows must not
    be saved afterwards."""
    if veil.has_whole_numbers:
        return
    for call in calls:
        if call.direction != Call.Direction.INTERNAL and not call.is_veiled:
            veil_number(call, veil)
            veil_segments(getattr(call, "_prefetched_objects_cache", {}).get("segments", ()), veil)


def veil_number(row: Call, veil: Veil) -> None:
    """Of a row with `number`, `e164` and `shown_name`."""
    row.veiled_number = row.e164 or row.number
    row.number, row.e164 = veil.number(row.e164 or row.number), ""
    row.shown_name = veiled_name(row.shown_name, veil)
    row.is_veiled = True
    for name in ("dialled", "candidates"):
        if name in row.__dict__:
            setattr(row, name, "" if name == "dialled" else [])


def veil_segments(segments: Iterable[Segment], veil: Veil) -> None:
    """Of phones outside, which have no extension."""
    for segment in segments:
        if not segment.extension:
            segment.number, segment.name = veil.number(segment.number), veiled_name(segment.name, veil)


def veiled_name(name: str, veil: Veil) -> str:
    """A name that networks send is often the number itself."""
    return veil.number(name) if sum(sign.isdigit() for sign in name) >= _DIGITS_OF_NUMBER else name


_DIGITS_OF_NUMBER = 5
