"""Addresses of many records, looked up once."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

Addresses = Callable[[int], str]
_STAND_IN = 7_203_115_009_041  # no address has this number of its own


def addresses_of(name: str) -> Addresses:
    """(id of a record) -> its address, where nothing but the id is asked for: finding each takes a tenth of a row."""
    before, _id, after = reverse(name, args=[_STAND_IN]).partition(str(_STAND_IN))
    return lambda pk: f"{before}{pk}{after}"
