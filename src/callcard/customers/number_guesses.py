"""Whoever sees numbers veiled finds a customer by a whole number, as a caller is found. That must not become a way to
try all numbers that a veil could stand for."""

from __future__ import annotations

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from callcard.customers.search_query import WHOLE_NUMBER
from callcard.staff.models import User

WITHIN_SECONDS = 3600
MOST = 300
"""Whole numbers asked for within that time. Somebody at a telephone asks for a few dozen, typing included; the five
digits that a veil hides have 100,000 values."""


def count_whole_number(user: User, digits: str) -> None:
    """Counts one that is asked for by somebody whose numbers are veiled. Raises PermissionDenied after too many."""
    if user.veil is None or user.veil.has_whole_numbers or len(digits) < WHOLE_NUMBER:
        return
    key = f"callcard-whole-numbers:{user.pk}"
    if cache.add(key, 1, WITHIN_SECONDS):
        return
    try:
        asked = cache.incr(key)
    except ValueError:  # its hour ended between the two
        return
    if asked > MOST:
        raise PermissionDenied(
            _("You asked for very many whole numbers within an hour. Search by name, or go on in an hour.")
        )
