"""What the company calls its own numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from callcard.kit.remembered import Remembered
from callcard.staff.company import company
from callcard.staff.models import Line
from callcard.telephony.numbers import legible, read_number


def line_name(dialled: str) -> str:
    """The name of the line that was called, however the PBX writes its number; empty when it has none."""
    names = _names.get()
    if not names or not dialled:
        return ""
    if dialled in names:
        return names[dialled]
    return names.get(read_number(dialled, company().region).e164, "")


def line_shown(dialled: str) -> str:
    """Its name, else its number as people read it."""
    return line_name(dialled) or legible(dialled)


def line_choices(values: Iterable[str]) -> list[tuple[str, str]]:
    """(value, words) of lines to choose from; lines of one name have their numbers beside it."""
    names = {value: line_name(value) for value in values}
    number = Counter(names.values())
    return [
        (value, f"{name} · {legible(value)}" if name and number[name] > 1 else name or legible(value))
        for value, name in names.items()
    ]


def forget_line_names() -> None:
    """Somebody has just changed them."""
    _names.forget()


def _read_names() -> Mapping[str, str]:
    rows = Line.objects.exclude(name="").values_list("number", "e164", "name")
    return {written: name for number, e164, name in rows for written in (number, e164) if written}


_names = Remembered(_read_names)  # asked for with every pop-up
