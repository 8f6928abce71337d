"""What the company calls its own numbers."""

from __future__ import annotations

import time
from collections.abc import Mapping

from callcard.staff.company import company
from callcard.staff.models import Line
from callcard.telephony.numbers import read_number

# Asked for with every pop-up; a change made by another process is seen this much later at the most.
_REMEMBER_SECONDS = 2.0
_remembered: tuple[float, Mapping[str, str]] = (0.0, {})


def line_name(dialled: str) -> str:
    """The name of the line that was called, however the PBX writes its number; empty when it has none."""
    names = _names()
    if not names or not dialled:
        return ""
    if dialled in names:
        return names[dialled]
    return names.get(read_number(dialled, company().region).e164, "")


def forget_line_names() -> None:
    """Somebody has just changed them."""
    global _remembered
    _remembered = (0.0, {})


def _names() -> Mapping[str, str]:
    global _remembered
    read_at, names = _remembered
    if not read_at or time.monotonic() - read_at > _REMEMBER_SECONDS:
        rows = Line.objects.exclude(name="").values_list("number", "e164", "name")
        names = {written: name for number, e164, name in rows for written in (number, e164) if written}
        _remembered = (time.monotonic(), names)
    return names
