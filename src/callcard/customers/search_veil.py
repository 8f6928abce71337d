"""What somebody is found by whom a user does not see in full: nobody may find out by asking what they are not shown."""

from __future__ import annotations

from callcard.customers import grams
from callcard.customers.search_query import WHOLE_NUMBER, Typed
from callcard.staff.roles.rules import Veil

Entries = list[tuple[str, str]]


def found_through(veil: Veil, entries: Entries, typed: Typed) -> Entries:
    """Of (source, text) those by which this user may find them: a veiled number by all of its digits only, or it could
    be had digit by digit."""
    if veil.hides("contacts"):
        entries = [(source, text) for source, text in entries if source != "contact"]
    if veil.has_whole_numbers:
        return entries
    return [(source, text) for source, text in entries if source != "phone" or _is_whole(text, typed)]


def _is_whole(number: str, typed: Typed) -> bool:
    digits = grams.digits_of(number)
    return len(digits) >= WHOLE_NUMBER and digits in typed.digits
