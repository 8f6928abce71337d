"""Which numbers are our own phones."""

from __future__ import annotations

from collections.abc import Callable

from callcard.staff.models import Extension
from callcard.telephony.numbers import is_emergency
from callcard.telephony.tracker import looks_like_extension


def own_extensions(region: str) -> Callable[[str], bool]:
    """Tells whether what an own phone dialled is meant for a colleague, before anybody was reached."""
    known = set(Extension.objects.values_list("number", flat=True))
    return lambda number: number in known or (looks_like_extension(number) and not is_emergency(number, region))
